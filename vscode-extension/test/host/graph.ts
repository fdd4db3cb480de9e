// The graph of references: a panel beside the editor, one for all files.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Suite } from "./suites";
import { eventually, opened, picture, uriOf } from "./support";
import { listened, ready } from "./views";

function panels(): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputWebview && input.viewType.endsWith("dbp.graph"),
    );
}

const title = (name: string) =>
  panels().some((tab) => tab.label === `References: ${name}`) || undefined;

export const suite: Suite = {
  "the references of the file in the editor are shown beside it": async () => {
    const session = await ready();
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await opened("worker.py");
    await listened(session, async (asked) => {
      await vscode.commands.executeCommand("dbp.showGraph");
      const uri = await eventually(
        "the question",
        () => asked.find((one) => one.method === "dbp/references")?.uri,
      );
      assert.equal(uri, uriOf("worker.py").toString());
      await eventually(
        "the picture",
        () => asked.find((one) => one.method === "dbp/metadata")?.uri, // asked when a picture is looked at
      );
    });
    assert.ok(title("worker.py"));
    await picture("graph");
  },

  "another file comes into the same panel": async () => {
    await ready();
    await vscode.commands.executeCommand("dbp.showGraph", uriOf("web/ünïcode 名.ts"));
    await eventually("the other file", () => title("ünïcode 名.ts"));
    assert.equal(panels().length, 1);
    await vscode.commands.executeCommand("dbp.showGraph", { uri: uriOf("store.py").toString() });
    await eventually("the third", () => title("store.py"));
    assert.equal(panels().length, 1);
  },

  "what is shown follows the record": async () => {
    const session = await ready();
    await vscode.commands.executeCommand("dbp.showGraph", uriOf("store.py"));
    await eventually("the panel", () => title("store.py"));
    await listened(session, async (asked) => {
      await vscode.workspace.fs.writeFile(uriOf("user.py"), Buffer.from("import store\n"));
      await session.request("dbp/settle", { flush: true });
      await eventually(
        "the question",
        () => asked.find((one) => one.method === "dbp/references")?.uri,
      );
    });
    await picture("graph after a change");
    await vscode.workspace.fs.delete(uriOf("user.py"));
  },

  "a page that was hidden shows the same again": async () => {
    const session = await ready();
    await vscode.commands.executeCommand("dbp.showGraph", uriOf("store.py"));
    await vscode.commands.executeCommand("workbench.action.openGlobalKeybindings");
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await listened(session, async (asked) => {
      await vscode.commands.executeCommand("dbp.showGraph", uriOf("store.py"));
      await eventually("a look", () => asked.find((one) => one.method === "dbp/metadata")?.uri);
    });
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    assert.equal(panels().length, 0);
  },
};
