// The surfaces of the status in a real window.
import assert from "node:assert/strict";
import { homedir } from "node:os";
import * as vscode from "vscode";
import type { LiveSession } from "../../src/client/live";
import { Alerts } from "../../src/status/notices";
import { pictureOf } from "../../src/status/picture";
import { seenNow } from "../../src/status/seen";
import { activated, eventually, opened, picture, until } from "./support";

type Suite = Record<string, () => Promise<void>>;

async function session(): Promise<LiveSession> {
  return ((await activated()).exports as { session: LiveSession }).session;
}

function run(command: string): Thenable<unknown> {
  return vscode.commands.executeCommand(`dbp.${command}`);
}

function tab(): string {
  return vscode.window.tabGroups.activeTabGroup.activeTab?.label ?? "";
}

export const suite: Suite = {
  "the item counts the files of the folder, by events alone": async () => {
    const live = await session();
    const now = () => pictureOf(seenNow(live, new Alerts()));
    const shown = () => (now().bar === "$(book) dbp 8" ? true : undefined);
    await until(live.onDidChangeStatus, shown, "the count of all files");
    assert.equal(now().text, "dbp: 8 files");
    assert.equal(now().detail, "up to date");
    assert.equal(now().severity, "information");
  },

  "show status opens a list, and leaves the editor as it was": async () => {
    await opened("worker.py");
    await run("showStatus");
    await picture("status-list");
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    assert.match(vscode.window.activeTextEditor?.document.uri.path ?? "", /worker\.py$/);
  },

  "health is a page that is rendered": async () => {
    await run("showHealth");
    await eventually("the page", () => (/Health of project/.test(tab()) ? true : undefined));
    assert.match(tab(), /^Preview/);
    await picture("health");
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  },

  "logs are shown, and the keyboard stays in the editor": async () => {
    const editor = await opened("worker.py");
    for (const command of ["showServerLog", "showClientLog"]) {
      await run(command);
      assert.equal(vscode.window.activeTextEditor?.document.uri.path, editor.document.uri.path);
    }
    await vscode.commands.executeCommand("workbench.action.closePanel");
  },

  "debug information is complete and names no home folder": async () => {
    await run("copyDebugInformation");
    const text = await eventually("the clipboard", async () => {
      const found = await vscode.env.clipboard.readText();
      return found.startsWith("## dbp: debug information") ? found : undefined;
    });
    assert.match(text, /- server: 0\.1\.0 from the setting dbp\.server\.path/);
    assert.match(text, new RegExp(`: ${vscode.version.replaceAll(".", "\\.")}`));
    assert.match(text, /"indexed": 8/);
    assert.match(text, /### dbp doctor\n\n```text\n✓ dbp: /);
    assert.ok(!text.includes(`${homedir()}/`));
    await vscode.commands.executeCommand("notifications.clearAll");
  },

  "settings and the walkthrough open": async () => {
    await run("openSettings");
    await eventually("the settings", () => (/Settings/.test(tab()) ? true : undefined));
    await run("openWalkthrough");
    // VS Code does not tell extensions when a walkthrough's tab gets its own name.
    await eventually("the walkthrough", () => (/^Walkthrough/.test(tab()) ? true : undefined));
    await picture("walkthrough");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  },

  "every command of the walkthrough and of empty views is one there is": async () => {
    const extension = await activated();
    type Manifest = { contributes: { walkthroughs: unknown; viewsWelcome: unknown } };
    const { walkthroughs, viewsWelcome } = (extension.packageJSON as Manifest).contributes;
    const text = JSON.stringify([walkthroughs, viewsWelcome]);
    const named = [...text.matchAll(/\(command:([\w.]+)/g)].map((found) => found[1] ?? "");
    const there = await vscode.commands.getCommands(true);
    assert.deepEqual(
      named.filter((one) => !there.includes(one)),
      [],
    );
    assert.ok(named.length > 20);
  },
};
