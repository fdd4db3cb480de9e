// A session that other editors do, too: the same steps, and what this one answers to each.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import * as vscode from "vscode";
import { searchFolders } from "../../src/commands/searchAsk";
import type { Status } from "../../src/protocol";
import type { Session } from "../../src/session";
import { ready } from "./said";
import type { Suite } from "./suites";
import { eventually, uriOf } from "./support";

interface Step {
  do: string;
  file?: string;
  to?: string;
  line?: number;
  character?: number;
  text?: string;
  code?: string;
  title?: string;
  query?: string;
}

/** Where the steps stand, and where the answers go. */
interface Order {
  steps: Step[];
  answers: string;
}

const FIRST = 5;

/** Reads the order: nobody gives one where only the other tests are wanted. */
function ordered(): Order | undefined {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const beside = folder && vscode.Uri.joinPath(folder.uri, ".vscode/dbp-same.json").fsPath;
  const { HOST_SAME: path = beside } = process.env;
  return path && existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Order) : undefined;
}

async function session({ steps, answers }: Order): Promise<void> {
  const driver = new Driver(await ready());
  const given: unknown[] = [];
  for (const step of steps) {
    given.push((await driver.does(step)) ?? null);
  }
  await writeFile(answers, JSON.stringify(given, null, 1));
}

const order = ordered();

export const suite: Suite = order
  ? { "the steps of the session are done and answered": () => session(order) }
  : {};

class Driver {
  constructor(private readonly session: Session) {}

  private get editor(): vscode.TextEditor {
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor, "nothing is open");
    return editor;
  }

  private get uri(): vscode.Uri {
    return this.editor.document.uri;
  }

  does(step: Step): Promise<unknown> {
    const known: Record<string, (step: Step) => Promise<unknown>> = {
      open: (one) => this.open(given(one.file)),
      settle: () => this.session.request("dbp/settle", { flush: true }).then(() => null),
      hover: (one) => this.hover(place(one)),
      findings: () => this.findings(),
      insert: (one) => this.insert(given(one.line), given(one.text)),
      action: (one) => this.action(given(one.code), given(one.title)),
      text: async () => this.editor.document.getText(),
      save: async () => assert.ok(await this.editor.document.save()),
      rename: (one) => this.rename(given(one.file), given(one.to)),
      read: (one) => readFile(uriOf(given(one.file)).fsPath, "utf8"),
      definition: (one) => this.definition(place(one)),
      search: (one) => this.search(given(one.query)),
      status: () => this.status(),
    };
    const does = known[step.do];
    assert.ok(does, `nobody knows how to ${step.do}`);
    return does(step);
  }

  private async open(file: string): Promise<null> {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uriOf(file)));
    return null;
  }

  private async hover(at: vscode.Position): Promise<string | null> {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      this.uri,
      at,
    );
    const texts = hovers.flatMap((hover) =>
      hover.contents.map((one) => (typeof one === "string" ? one : one.value)),
    );
    const ours = texts.filter((text) => text.startsWith("**dbp**"));
    return ours.length > 0 ? ours.join("\n") : null;
  }

  /** What is shown. VS Code asks by itself, some time: it has when it shows what there is. */
  private async findings(): Promise<[number, string, string][]> {
    const answer = await this.session.request<{ items: { message: string }[] }>(
      "textDocument/diagnostic",
      { textDocument: { uri: this.uri.toString() }, identifier: "dbp" },
    );
    const wanted = answer.items.map((one) => one.message).sort();
    const shown = await eventually("what the server finds", () => {
      const found = this.shown();
      const messages = found.map((one) => one.message).sort();
      return JSON.stringify(messages) === JSON.stringify(wanted) ? found : undefined;
    });
    return shown
      .map((one): [number, string, string] => [one.range.start.line, codeOf(one), one.message])
      .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
      .sort(([one], [other]) => one - other);
  }

  private shown(): vscode.Diagnostic[] {
    return vscode.languages.getDiagnostics(this.uri).filter((one) => one.source === "dbp");
  }

  private async insert(line: number, text: string): Promise<null> {
    const at = new vscode.Position(line, 0);
    assert.ok(await this.editor.edit((edit) => edit.insert(at, text)));
    return null;
  }

  private async action(code: string, title: string): Promise<string> {
    const finding = this.shown().find((one) => codeOf(one) === code);
    assert.ok(finding, `there is no finding ${code}`);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      this.uri,
      finding.range,
      undefined,
      20,
    );
    const action = actions.find((one) => one.title.includes(title));
    assert.ok(action?.edit, `there is no action with ${title}`);
    assert.ok(await vscode.workspace.applyEdit(action.edit));
    return action.title;
  }

  private async rename(file: string, to: string): Promise<null> {
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(uriOf(file), uriOf(to));
    assert.ok(await vscode.workspace.applyEdit(edit));
    // Not `saveAll`: it leaves out what has no editor yet.
    const changed = vscode.workspace.textDocuments.filter((one) => one.isDirty);
    await Promise.all(changed.map((one) => one.save()));
    return null;
  }

  private async definition(at: vscode.Position): Promise<string | null> {
    const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
      "vscode.executeDefinitionProvider",
      this.uri,
      at,
    );
    const [first] = found.map((one) => ("targetUri" in one ? one.targetUri : one.uri));
    return first ? vscode.workspace.asRelativePath(first, false) : null;
  }

  private async search(query: string): Promise<[string, string | null, number][]> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const { results } = await searchFolders(this.session, folders, { query });
    return results.slice(0, FIRST).map((one) => [one.path, one.name ?? null, one.line]);
  }

  /** Where it comes to rest: services work on after a settle. */
  private status(): Promise<[string, number]> {
    return eventually("rest", async () => {
      const status = await this.session.request<Status>("dbp/status");
      return status.state === "busy" ? undefined : [status.state, status.files.indexed];
    });
  }
}

function given<T>(value: T | undefined): T {
  assert.ok(value !== undefined, "the step lacks something");
  return value;
}

function place(step: Step): vscode.Position {
  return new vscode.Position(given(step.line), given(step.character));
}

function codeOf(finding: vscode.Diagnostic): string {
  const { code } = finding;
  return String(typeof code === "object" ? code.value : code);
}
