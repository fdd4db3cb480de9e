// The commands of the palette that are about the index.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Job, Status } from "../../src/protocol";
import type { Session } from "../../src/session";
import { heard, ready, said } from "./said";
import type { Suite } from "./suites";
import { eventually, opened, picture, until, uriOf } from "./support";

/** The next job of a type that ends. */
function ended(session: Session, type: string): Promise<Job> {
  let last: Job | undefined;
  const heard = session.onDidUpdateJob((job) => {
    if (job.type === type && ["completed", "failed", "cancelled"].includes(job.status)) {
      last = job;
    }
  });
  return until(session.onDidUpdateJob, () => last, `the end of ${type}`).finally(() =>
    heard.dispose(),
  );
}

const shown = () => vscode.window.activeTextEditor?.document.uri.toString();

/** Presses a button of what is open at the top of the window. */
const press = (command: string) => vscode.commands.executeCommand(`workbench.action.${command}`);

async function withoutEditors(): Promise<void> {
  await press("closeAllEditors");
}

export const suite: Suite = {
  "refresh compares disk and record": async () => {
    const session = await ready();
    const end = ended(session, "refresh");
    await vscode.commands.executeCommand("dbp.refresh");
    const job = await end;
    assert.equal(job.status, "completed");
    assert.ok(Number(job.result?.["files"]) > 0);
    await picture("refresh ended");
    await vscode.commands.executeCommand("notifications.clearAll");
  },

  "a refresh that was started here says how it ended, another one nothing": async () => {
    const session = await ready();
    const here = await said(async () => {
      const end = ended(session, "refresh");
      await vscode.commands.executeCommand("dbp.refresh");
      await end;
    });
    const elsewhere = await said(async () => {
      const end = ended(session, "refresh");
      await session.request("dbp/refresh");
      await end;
    });
    if (await heard()) {
      assert.match(here.join(), /^dbp: Up to date: \d+ files compared/);
      assert.deepEqual(elsewhere, []);
    }
  },

  "the history of refreshes is shown": async () => {
    await ready();
    void vscode.commands.executeCommand("dbp.refreshHistory");
    await new Promise((resolve) => setTimeout(resolve, 500));
    await picture("refresh history");
    await press("closeQuickOpen");
  },

  "the file in the editor is read again": async () => {
    const session = await ready();
    const editor = await opened("worker.py");
    const before = await record(session, editor.document.uri);
    await vscode.commands.executeCommand("dbp.processActiveFile");
    await eventually("a new record", async () => {
      const now = await record(session, editor.document.uri);
      return now !== before || undefined;
    });
  },

  "indexing is paused and goes on": async () => {
    const session = await ready();
    const folder = uriOf("").toString().replace(/\/$/, "");
    const state = async () => {
      const status = await session.request<Status>("dbp/status", { workspaceFolder: folder });
      return status.state;
    };
    await vscode.commands.executeCommand("dbp.pause");
    assert.equal(await state(), "paused");
    await vscode.commands.executeCommand("dbp.resume");
    assert.notEqual(await state(), "paused");
  },

  "the index is cleared when that is confirmed, and made anew": async () => {
    if (!(await heard())) {
      return;
    }
    const session = await ready();
    const before = (await session.request<Status>("dbp/status")).files.indexed;
    const clear = async () => vscode.commands.executeCommand("dbp.clearIndex");
    assert.deepEqual(await said(clear), ["Clear the index of project?"]);
    const texts = await said(clear, "Clear Index");
    assert.equal(texts.at(-1), "dbp: The index is made anew.");
    await ready();
    assert.equal((await session.request<Status>("dbp/status")).files.indexed, before);
  },

  "what waits is forgotten": async () => {
    await ready();
    await vscode.commands.executeCommand("dbp.clearQueue");
  },

  "the database is tidied": async () => {
    const session = await ready();
    const end = ended(session, "optimize");
    await vscode.commands.executeCommand("dbp.optimize");
    assert.equal((await end).status, "completed");
    await vscode.commands.executeCommand("notifications.clearAll");
  },

  "the view of jobs is shown": async () => {
    await ready();
    await vscode.commands.executeCommand("dbp.showJobs");
    await picture("jobs view");
  },

  "a circle is shown, and opened at its first reference": async () => {
    await ready();
    await withoutEditors();
    void vscode.commands.executeCommand("dbp.showCycles");
    await new Promise((resolve) => setTimeout(resolve, 800));
    await picture("cycles");
    await press("acceptSelectedQuickOpenItem");
    await eventually(
      "a file of the circle",
      () => shown()?.match(/(store|worker)\.py$/) ?? undefined,
    );
  },

  "a header is inserted, with the cursor on what is to be written": async () => {
    await ready();
    const editor = await opened("silent.py");
    await vscode.commands.executeCommand("dbp.insertHeader");
    const text = editor.document.getText();
    assert.match(text, /\[Source file intent\]/);
    assert.match(editor.document.getText(editor.selection), /^<.+>$/);
    await picture("insert header");
    await vscode.commands.executeCommand("workbench.action.files.revert");
  },

  "a file with a header gets no other one": async () => {
    await ready();
    const editor = await opened("silent.py");
    await vscode.commands.executeCommand("dbp.insertHeader");
    const once = editor.document.getText();
    const texts = await said(async () => vscode.commands.executeCommand("dbp.insertHeader"));
    assert.equal(editor.document.getText(), once);
    if (await heard()) {
      assert.deepEqual(texts, ["dbp: silent.py has a header already."]);
    }
    await vscode.commands.executeCommand("workbench.action.files.revert");
  },

  "who refreshes too often is told why not and when again": async () => {
    const session = await ready();
    const texts = await said(async () => {
      for (let time = 0; time < 6; time += 1) {
        await vscode.commands.executeCommand("dbp.refresh");
        await session.request("dbp/settle", { flush: true });
      }
    });
    if (await heard()) {
      const refused = texts.find((text) => text.includes("allowed"));
      assert.match(refused ?? "", /5 times in 300 s\. Try again in .+, at \d\d:\d\d\.$/);
    }
  },
};

export const several: Suite = {
  "pausing is for all folders": async () => {
    const session = await ready();
    const states = () =>
      Promise.all(
        (vscode.workspace.workspaceFolders ?? []).map(async ({ uri }) => {
          const about = { workspaceFolder: uri.toString() };
          return (await session.request<Status>("dbp/status", about)).state;
        }),
      );
    await vscode.commands.executeCommand("dbp.pause");
    assert.deepEqual(await states(), ["paused", "paused"]);
    await vscode.commands.executeCommand("dbp.resume");
    assert.ok(!(await states()).includes("paused"));
  },
};

async function record(session: Session, uri: vscode.Uri): Promise<unknown> {
  const found = await session.request<{ extractedAt: string }>("dbp/metadata", {
    uri: uri.toString(),
  });
  return found.extractedAt;
}
