// The trees of the side bar: what they ask for, and what their commands open.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import type { Coverage, Job } from "../../src/protocol";
import type { Session } from "../../src/session";
import type { Suite } from "./suites";
import { activated, eventually, picture, until, uriOf } from "./support";

interface Asked {
  method: string;
  uri: string | undefined;
}

export async function ready(): Promise<Session> {
  const { session } = (await activated()).exports as { session: Session };
  await until(session.onDidChangeState, () => session.state === "running" || undefined, "a server");
  await session.request("dbp/settle", { flush: true });
  return session;
}

/** Writes down what is asked of the server while something is done. */
export async function listened(session: Session, run: (asked: Asked[]) => Promise<void>) {
  const asked: Asked[] = [];
  const request = session.request;
  session.request = (method, params, token) => {
    asked.push({ method, uri: (params as { uri?: string } | undefined)?.uri });
    return request.call(session, method, params, token) as never;
  };
  try {
    await run(asked);
  } finally {
    session.request = request;
  }
}

async function write(path: string, text: string): Promise<void> {
  await vscode.workspace.fs.writeFile(uriOf(path), Buffer.from(text));
}

export const suite: Suite = {
  "the documentation is asked for one level at a time": async () => {
    const session = await ready();
    await vscode.commands.executeCommand("dbp.documentation.focus");
    await listened(session, async (asked) => {
      await vscode.commands.executeCommand("dbp.documentation.refresh");
      const levels = await eventually("a level", () => {
        const found = asked.filter((one) => one.method === "dbp/coverage");
        return found.length > 0 ? found : undefined;
      });
      // What changed a moment before may have the same level asked for once more.
      assert.deepEqual([...new Set(levels.map((one) => one.uri))], [undefined]);
    });
    await picture("documentation");
  },

  "its counts are those of the server": async () => {
    const session = await ready();
    const level = await session.request<Coverage>("dbp/coverage", {});
    const broken = level.children.find((one) => one.path === "broken.py");
    const silent = level.children.find((one) => one.path === "silent.py");
    assert.equal(broken?.broken, 1);
    assert.deepEqual([silent?.files, silent?.withIntent], [1, 0]);
    assert.ok(level.children.some((one) => one.path === "web" && one.kind === "folder"));
  },

  "a file that changes has its level asked for again": async () => {
    const session = await ready();
    await vscode.commands.executeCommand("dbp.documentation.focus");
    await listened(session, async (asked) => {
      await write("later.py", '"""Comes later."""\n');
      await session.request("dbp/settle", { flush: true });
      await eventually("the level", () =>
        asked.some((one) => one.method === "dbp/coverage") ? true : undefined,
      );
    });
    await vscode.workspace.fs.delete(uriOf("later.py"));
  },

  "only files with problems are shown when asked for": async () => {
    await ready();
    await vscode.commands.executeCommand("dbp.documentation.filter");
    await picture("documentation with problems");
    await vscode.commands.executeCommand("dbp.documentation.unfilter");
  },

  "show problems opens a file at the first thing that was found": async () => {
    await ready();
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    const uri = uriOf("broken.py");
    await vscode.commands.executeCommand("dbp.documentation.showProblems", { uri: uri.toString() });
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.toString(), uri.toString());
    const line = editor?.document.lineAt(editor.selection.active.line).text ?? "";
    assert.match(line, /DESING|\[Source file|def send|txt/);
    const found = vscode.languages.getDiagnostics(uri).filter((one) => one.source === "dbp");
    assert.ok(
      found.some((one) => one.range.start.isEqual(editor?.selection.start ?? one.range.end)),
    );
  },

  "a job is shown whole, and can be read only": async () => {
    const session = await ready();
    await vscode.commands.executeCommand("dbp.jobs.focus");
    await session.request("dbp/scan", {});
    await session.request("dbp/settle", { flush: true });
    const { jobs } = await session.request<{ jobs: Job[] }>("dbp/jobs/list", { limit: 1 });
    const [job] = jobs;
    assert.ok(job, "no job");
    const workspaceFolder = vscode.workspace.workspaceFolders?.[0]?.uri.toString();
    await vscode.commands.executeCommand("dbp.jobs.show", { job: { ...job, workspaceFolder } });
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.uri.scheme, "dbp-job");
    assert.ok(document?.getText().includes(`"id": "${job.id}"`));
    assert.match(document?.getText() ?? "", /## What happened\n\n- /);
    await picture("a job");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  },

  "the list of jobs is told, not asked for again": async () => {
    const session = await ready();
    await vscode.commands.executeCommand("dbp.jobs.focus");
    await listened(session, async (asked) => {
      let ended = false;
      const heard = session.onDidUpdateJob((job) => {
        ended ||= job.status === "completed";
      });
      await session.request("dbp/scan", { force: true });
      await until(session.onDidUpdateJob, () => ended || undefined, "the end of the scan");
      heard.dispose();
      assert.ok(!asked.some((one) => one.method === "dbp/jobs/list"));
    });
    await picture("jobs");
  },
};
