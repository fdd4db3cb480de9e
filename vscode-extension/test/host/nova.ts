// What is shown before anything is sent. Nothing is sent by any of these.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Trust } from "../../src/protocol";
import { heard, ready, said } from "./said";
import type { Suite } from "./suites";
import { eventually, opened, picture } from "./support";

/** The document that a command showed beside the others. */
function document(): Promise<vscode.TextDocument> {
  return eventually("the document", () => {
    const found = vscode.window.visibleTextEditors.map((editor) => editor.document);
    return found.find(({ uri }) => uri.scheme === "dbp-preview");
  });
}

export const suite: Suite = {
  "a preview shows what would be sent of a file": async () => {
    await ready();
    await opened("silent.py");
    await vscode.commands.executeCommand("dbp.preview");
    const shown = await document();
    assert.match(shown.getText(), /^# What would be sent of silent\.py/);
    assert.match(shown.getText(), /def add\(x, y\)/);
    await picture("preview");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  },

  "an estimate says what it would cost": async () => {
    await ready();
    await vscode.commands.executeCommand("dbp.estimate");
    const shown = await document();
    assert.match(shown.getText(), /Nothing was sent to make this estimate/);
    assert.match(shown.getText(), /- Files: \d+ files/);
    await picture("estimate");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  },

  "without a place to send to nobody is asked, and the next step is said": async () => {
    await ready();
    const [text] = await said(async () => vscode.commands.executeCommand("dbp.trust"));
    if (await heard()) {
      assert.match(
        text ?? "",
        /set dbp\.llm\.region; dbp\.llm\.provider is none: set it to bedrock/,
      );
    }
    await vscode.commands.executeCommand("dbp.trust");
    await picture("trust");
    await vscode.commands.executeCommand("notifications.clearAll");
  },

  "a person who is asked can say no, or yes and take it back": async () => {
    await setRegion("eu-west-1");
    const ask = async () => vscode.commands.executeCommand("dbp.trust");
    const asking = ask();
    await picture("trust asks");
    await vscode.commands.executeCommand("notifications.clearAll");
    await asking;
    if (await heard()) {
      const no = await said(ask, "Not now");
      assert.match(no[0] ?? "", /^May dbp send files of .+ region eu-west-1/);
      assert.equal(no[1], "dbp: Nothing is changed: no file of project is sent.");
      const yes = await said(ask, "Send files of this folder");
      assert.match(yes[1] ?? "", /^dbp: You agreed, but .+ dbp\.llm\.provider is none/);
      const back = await said(async () => vscode.commands.executeCommand("dbp.revokeTrust"));
      assert.deepEqual(back, ["dbp: Taken back: nothing of project is sent any more."]);
    }
    await vscode.commands.executeCommand("notifications.clearAll");
    await setRegion(undefined);
  },

  "a consent that is not there is taken back without harm": async () => {
    await ready();
    const texts = await said(async () => vscode.commands.executeCommand("dbp.revokeTrust"));
    if (await heard()) {
      assert.deepEqual(texts, ["dbp: There was no consent for project: nothing of it is sent."]);
    }
  },
};

async function setRegion(region: string | undefined): Promise<void> {
  const settings = vscode.workspace.getConfiguration("dbp");
  await settings.update("llm.region", region, vscode.ConfigurationTarget.Global);
  const session = await ready();
  await eventually("the setting", async () => {
    const trust = await session.request<Trust>("dbp/trust");
    return trust.region === (region ?? null) || undefined;
  });
}

export const untrusted: Suite = {
  "in Restricted Mode nothing is asked, prepared or shown": async () => {
    await ready();
    await opened("silent.py");
    for (const command of ["dbp.trust", "dbp.preview", "dbp.estimate"]) {
      const texts = await said(async () => vscode.commands.executeCommand(command));
      if (await heard()) {
        assert.equal(texts.length, 1, command);
        assert.match(texts[0] ?? "", /Restricted Mode/);
      }
    }
    const shown = vscode.workspace.textDocuments.map((one) => one.uri.scheme);
    assert.ok(!shown.includes("dbp-preview"));
  },
};
