// The search picker: what it shows, where it goes, and what it leaves behind.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { searchFolders } from "../../src/commands/searchAsk";
import { ready } from "./said";
import type { Suite } from "./suites";
import { eventually, opened, picture } from "./support";

const shown = () => vscode.window.activeTextEditor?.document.uri.toString();

/** Presses what a person would, in what is open at the top of the window. */
const press = (command: string) => vscode.commands.executeCommand(`workbench.action.${command}`);

async function withoutEditors(): Promise<void> {
  await press("closeAllEditors");
}

export const suite: Suite = {
  "search shows the place, and escape brings back what was there": async () => {
    await ready();
    await withoutEditors();
    const before = await opened("store.py");
    before.selection = new vscode.Selection(3, 2, 3, 5);
    await vscode.commands.executeCommand("dbp.search", "one time");
    await eventually("a look", () => shown()?.endsWith("/worker.py") || undefined);
    await picture("search");
    await press("closeQuickOpen");
    await eventually("the editor before", () => shown()?.endsWith("/store.py") || undefined);
    await eventually("the selection before", () => {
      const now = vscode.window.activeTextEditor?.selection;
      return now?.isEqual(new vscode.Selection(3, 2, 3, 5)) || undefined;
    });
    await eventually(
      "one tab",
      () => vscode.window.tabGroups.all[0]?.tabs.length === 1 || undefined,
    );
  },

  "search where nothing was open leaves nothing open": async () => {
    await ready();
    await withoutEditors();
    await vscode.commands.executeCommand("dbp.search", "one time");
    await eventually("a look", () => shown()?.endsWith("/worker.py") || undefined);
    await press("closeQuickOpen");
    await eventually(
      "no tab",
      () => vscode.window.tabGroups.all[0]?.tabs.length === 0 || undefined,
    );
  },

  "what is accepted is opened at its line": async () => {
    await ready();
    await withoutEditors();
    await vscode.commands.executeCommand("dbp.search", "run");
    await eventually("a look", () => shown()?.endsWith("/worker.py") || undefined);
    await press("acceptSelectedQuickOpenItem");
    await eventually("the symbol", () => {
      const editor = vscode.window.activeTextEditor;
      return editor?.document.lineAt(editor.selection.active.line).text.startsWith("def run")
        ? true
        : undefined;
    });
  },

  "who finds nothing is told what to do": async () => {
    await ready();
    await vscode.commands.executeCommand("dbp.search", "xylophonequux");
    await new Promise((resolve) => setTimeout(resolve, 600));
    await picture("search nothing");
    await press("closeQuickOpen");
  },
};

export const several: Suite = {
  "a search asks all folders, and says which one a result is in": async () => {
    const session = await ready();
    const folders = vscode.workspace.workspaceFolders ?? [];
    const { results } = await searchFolders(session, folders, { query: "one time planks" });
    const found = new Set(results.map((one) => one.folder.name));
    assert.deepEqual([...found].sort(), ["other", "project"]);
    await vscode.commands.executeCommand("dbp.search", "one time planks");
    await eventually("a look", () => (shown() ? true : undefined));
    await picture("search several");
    await press("closeQuickOpen");
  },
};
