// That the extension is there at all, and that nothing of it is declared without being made.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Suite } from "./suites";
import { activated, eventually, opened } from "./support";

/** Those a tree's items ask for: they have no meaning without one. */
interface Manifest {
  contributes: { commands: { command: string }[]; views: Record<string, { id: string }[]> };
}

export const suite: Suite = {
  "the extension activates": async () => {
    const extension = await activated();
    assert.ok(extension.isActive);
  },

  "every declared command is registered, and no other one of ours": async () => {
    const extension = await activated();
    const manifest = extension.packageJSON as Manifest;
    const declared = manifest.contributes.commands.map((one) => one.command);
    const views = Object.values(manifest.contributes.views).flat();
    const made = (await vscode.commands.getCommands(true)).filter(
      (id) =>
        id.startsWith("dbp.") &&
        !views.some((view) => id.startsWith(`${view.id}.`) && !declared.includes(id)),
    );
    assert.deepEqual(made.sort(), declared.sort());
  },

  "a header's hover is the card of its file": async () => {
    const editor = await opened("worker.py");
    const text = await eventually("the card", async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        "vscode.executeHoverProvider",
        editor.document.uri,
        new vscode.Position(1, 5),
      );
      const found = hovers.flatMap((hover) =>
        hover.contents.map((one) => (one as vscode.MarkdownString).value),
      );
      return found.join("\n").includes("Runs tasks one at a time.") ? found.join("\n") : undefined;
    });
    assert.match(text, /\*\*dbp\*\* · `worker\.py`/);
  },

  "a broken reference is a problem with its code": async () => {
    const editor = await opened("broken.py");
    const problem = await eventually("the finding", async () =>
      vscode.languages
        .getDiagnostics(editor.document.uri)
        .find((one) => one.source === "dbp" && one.message.includes("doc/DESING.md")),
    );
    const code = problem.code;
    assert.equal(typeof code === "object" ? code.value : code, "reference-unresolved");
  },
};
