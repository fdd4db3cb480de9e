// "Insert Header": the server's own source action for the file in the active editor.
import * as vscode from "vscode";
import type { Session } from "../session";
import { inform } from "../shared/show";
import { guarded } from "../shared/tell";
import { placeholder } from "./placeholder";

const KIND = "source.dbp.header";

/** Adds `dbp.insertHeader`, which says why where there is no header to insert. */
export function registerHeader(session: Session): vscode.Disposable {
  return vscode.commands.registerCommand("dbp.insertHeader", () =>
    guarded(session, "insert a header", () => insertHeader(session)),
  );
}

async function insertHeader(session: Session): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.uri.scheme !== "file") {
    void inform("dbp: Open a file of the project first.");
    return;
  }
  const { document } = editor;
  const action = await offered(document.uri);
  if (!action?.edit) {
    const why = await reason(session, document);
    void inform(`dbp: ${why}`);
    return;
  }
  const edits = action.edit.get(document.uri);
  if (!(await vscode.workspace.applyEdit(action.edit))) {
    throw new Error("the editor did not apply the edit");
  }
  const found = placeholder(
    edits.map(({ range, newText }) => ({ line: range.start.line, newText })),
  );
  if (found) {
    select(editor, found);
  }
}

async function offered(uri: vscode.Uri): Promise<vscode.CodeAction | undefined> {
  const top = new vscode.Range(0, 0, 0, 0);
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[] | undefined>(
    "vscode.executeCodeActionProvider",
    uri,
    top,
    KIND,
    5,
  );
  return actions?.find((one) => one.kind?.value === KIND && one.edit !== undefined);
}

/** Puts the cursor on what is to be replaced. */
function select(editor: vscode.TextEditor, found: { text: string; line: number }): void {
  const { document } = editor;
  const from = document.offsetAt(new vscode.Position(found.line, 0));
  const at = document.getText().indexOf(found.text, from);
  if (at >= 0) {
    const start = document.positionAt(at);
    const range = new vscode.Range(start, document.positionAt(at + found.text.length));
    editor.selection = new vscode.Selection(range.start, range.end);
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

interface Metadata {
  header: { format: string } | null;
}

/** Why there is nothing to insert. A file that is not dbp's is refused by the server, with why. */
async function reason(session: Session, document: vscode.TextDocument): Promise<string> {
  const file = vscode.workspace.asRelativePath(document.uri);
  const config = vscode.workspace.getConfiguration("dbp", document.uri);
  if (config.get<boolean>("actions.enabled") === false) {
    return "Code actions are switched off (setting dbp.actions.enabled).";
  }
  const uri = document.uri.toString();
  const { header } = await session.request<Metadata>("dbp/metadata", { uri });
  if (header && header.format !== "model") {
    return `${file} has a header already.`;
  }
  return `${file} cannot have a header: ${document.languageId} has no comments that dbp knows.`;
}
