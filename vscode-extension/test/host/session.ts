// The server's life in a real window: what restarts it, and what it is told.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as vscode from "vscode";
import type { LiveSession } from "../../src/client/live";
import type { JobUpdate } from "../../src/protocol";
import { running, session, set } from "./live";
import type { Suite } from "./suites";
import { eventually, opened, uriOf } from "./support";

type Config = {
  settings: Record<string, Record<string, { value?: unknown; origin?: string }>>;
};

/** Every setting that the server took from the editor, by its key. */
async function fromEditor(live: LiveSession): Promise<Record<string, unknown>> {
  const { settings } = await live.request<Config>("dbp/config");
  const found: Record<string, unknown> = {};
  for (const [section, keys] of Object.entries(settings)) {
    for (const [key, one] of Object.entries(keys)) {
      if (typeof one === "object" && one?.origin?.startsWith("editor")) {
        found[`${section}.${key}`] = one.value;
      }
    }
  }
  return found;
}

export const suite: Suite = {
  "it runs, and knows the status of the folder": async () => {
    const live = await session();
    await running(live);
    const uri = vscode.workspace.workspaceFolders?.[0]?.uri.toString() ?? "";
    const status = await eventually("the status", () => live.statuses.get(uri));
    assert.equal(status.protocolVersion, 1);
  },

  "a setting nobody set is not sent, and one that is set arrives without a restart": async () => {
    const live = await session();
    const pid = await running(live);
    assert.deepEqual(await fromEditor(live), {});
    await set("scheduler.delay_seconds", 3);
    await eventually("the setting", async () =>
      (await fromEditor(live))["scheduler.delay_seconds"] === 3 ? true : undefined,
    );
    await set("scheduler.delay_seconds", undefined);
    await eventually("its end", async () =>
      Object.keys(await fromEditor(live)).length === 0 ? true : undefined,
    );
    assert.equal(live.pid, pid);
  },

  "20 changes of what the server is started with in 2 seconds are one restart": async () => {
    const live = await session();
    const pid = await running(live);
    const states: string[] = [];
    const listening = live.onDidChangeState((state) => states.push(state));
    for (let change = 0; change < 20; change += 1) {
      await set("server.args", change % 2 === 0 ? ["-v"] : undefined);
    }
    await running(live, pid);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    listening.dispose();
    assert.deepEqual(states, ["starting", "running"]);
  },

  "a trace of the protocol is a setting, without another log level": async () => {
    const live = await session();
    await running(live);
    await set("trace.server", "messages");
    const said: string[] = [];
    const write = live.serverLog.info;
    try {
      live.serverLog.info = (message) => said.push(message);
      await live.request("dbp/status");
    } finally {
      live.serverLog.info = write;
      await set("trace.server", undefined);
    }
    assert.match(said.join("\n"), /Sending request 'dbp\/status/);
  },

  "a refusal of the server keeps its code": async () => {
    const live = await session();
    await running(live);
    const asked = live.request("dbp/search", { query: 7 });
    await assert.rejects(asked, { name: "Refused", code: "bad_params" });
  },

  "the command line of the same dbp answers for the folder": async () => {
    const live = await session();
    await running(live);
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri as vscode.Uri;
    const printed = await live.run(["show", uriOf("worker.py").fsPath, "--json"], folder);
    assert.equal(printed.code, 0, printed.stderr);
    assert.equal((JSON.parse(printed.stdout) as { path: string }).path, "worker.py");
    const stop = new vscode.CancellationTokenSource();
    stop.cancel();
    const cancelled = live.run(["status"], folder, stop.token);
    await assert.rejects(cancelled, vscode.CancellationError);
  },
};

export const several: Suite = {
  "one server knows the status of every folder": async () => {
    const live = await session();
    await running(live);
    await eventually("both", () => (live.statuses.size === 2 ? true : undefined));
  },

  "a setting of one folder holds for that folder only": async () => {
    const live = await session();
    await running(live);
    const [one, other] = vscode.workspace.workspaceFolders ?? [];
    const folder = vscode.ConfigurationTarget.WorkspaceFolder;
    const settings = vscode.workspace.getConfiguration("dbp", one?.uri);
    await settings.update("scheduler.batch_size", 7, folder);
    const batch = async (of: vscode.WorkspaceFolder | undefined) => {
      const params = { workspaceFolder: of?.uri.toString() };
      const { scheduler } = (await live.request<Config>("dbp/config", params)).settings;
      const { batch_size } = scheduler ?? {};
      return batch_size?.value;
    };
    await eventually("the setting", async () => ((await batch(one)) === 7 ? true : undefined));
    assert.equal(await batch(other), 20);
    await settings.update("scheduler.batch_size", undefined, folder);
    await eventually("its end", async () => ((await batch(one)) === 20 ? true : undefined));
  },

  "a folder comes and goes, whatever its name; what is told of it names it as the editor does":
    async () => {
      const live = await session();
      await running(live);
      const uri = vscode.Uri.joinPath(uriOf(".."), "a third [one] (100 %)");
      await vscode.workspace.fs.createDirectory(uri);
      const jobs: JobUpdate[] = [];
      const heard = live.onDidUpdateJob((job) => jobs.push(job));
      vscode.workspace.updateWorkspaceFolders(2, 0, { uri });
      const status = await eventually("its status", () => live.statuses.get(uri.toString()));
      assert.equal(status.workspaceFolder, uri.toString());
      await live.request("dbp/refresh", { workspaceFolder: uri.toString() });
      await eventually("its job", () =>
        jobs.some((job) => job.workspaceFolder === uri.toString()) ? true : undefined,
      );
      heard.dispose();
      vscode.workspace.updateWorkspaceFolders(2, 1);
      await eventually("its end", () => (live.statuses.size === 2 ? true : undefined));
    },
};

export const alone: Suite = {
  "without a folder the server runs, and there is no status": async () => {
    const live = await session();
    await running(live);
    assert.equal(live.statuses.size, 0);
    await assert.rejects(live.request("dbp/status"), { code: "not_found" });
  },
};

export const untrusted: Suite = {
  "nothing of the workspace is started, and nothing of it may be sent": async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const live = await session();
    await running(live);
    assert.ok(!live.server?.args.includes("--evil"));
    assert.deepEqual(await fromEditor(live), {});
    await opened("worker.py");
    const trust = await live.request<{ open: boolean; missing: string[] }>("dbp/trust");
    assert.equal(trust.open, false);
    assert.match(trust.missing.join(" "), /trust/);
    assert.ok(!existsSync(uriOf("ran").fsPath));
  },
};
