// What happens when the server dies, hangs, or does not start at all.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import type { LiveSession } from "../../src/client/live";
import { running, session, set, waited } from "./live";
import type { Suite } from "./suites";
import { eventually, picture } from "./support";

async function killed(live: LiveSession, atLeast: number): Promise<void> {
  const pid = await running(live);
  const begun = Date.now();
  process.kill(pid, "SIGKILL");
  await waited(live, () => (live.state === "starting" ? true : undefined));
  await assert.rejects(live.request("dbp/status"), { code: "not_running" });
  await running(live, pid);
  assert.ok(Date.now() - begun >= atLeast, `it came back after ${Date.now() - begun} ms`);
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

export const suite: Suite = {
  "what the server is killed with, it comes back after a second": async () => {
    await killed(await session(), 1_000);
  },

  "the second time after four": async () => {
    await killed(await session(), 4_000);
  },

  "the third time after ten": async () => {
    await killed(await session(), 10_000);
  },

  "then it stays away, and says why and what to do; a restart helps": async () => {
    const live = await session();
    process.kill(await running(live), "SIGKILL");
    await waited(live, () => (live.state === "failed" ? true : undefined));
    assert.match(live.problem?.message ?? "", /ended 4 times.*SIGKILL/);
    assert.equal(live.problem?.remedies[0]?.command, "dbp.restart");
    await picture("server-failed");
    live.restart("a test asked for it");
    await running(live);
    assert.equal(live.problem, undefined);
  },

  "it stops in time, and starts again": async () => {
    const live = await session();
    await running(live);
    const begun = Date.now();
    await live.stop();
    assert.ok(Date.now() - begun < 2_500, `${Date.now() - begun} ms`);
    assert.deepEqual([live.state, live.pid, live.statuses.size], ["stopped", undefined, 0]);
    await live.start();
    assert.equal(live.state, "running");
  },

  "a server that hangs does not keep the window from closing": async () => {
    const live = await session();
    const pid = await running(live);
    process.kill(pid, "SIGSTOP");
    const begun = Date.now();
    await live.close();
    assert.ok(Date.now() - begun < 1_500, `${Date.now() - begun} ms`);
    await eventually("its end", () => (lives(pid) ? undefined : true));
    await live.start();
  },

  "a server that does not start says its last words, once": async () => {
    const live = await session();
    await running(live);
    await set("server.args", ["--no-such-option"]);
    await waited(live, () => (live.state === "failed" ? true : undefined));
    assert.match(live.problem?.message ?? "", /does not start: it ended with code 2/);
    assert.match(live.problem?.detail ?? "", /--no-such-option/);
    await set("server.args", undefined);
    await running(live);
  },

  "a server whose output is no protocol is given up at once, and that is said": async () => {
    const live = await session();
    await running(live);
    const folder = mkdtempSync(join(tmpdir(), "dbp-garbled-"));
    const program = join(folder, "dbp");
    const talks = '[ "$1" = --version ] && echo dbp 0.1.0 && exit; printf "hello\\r\\n\\r\\n"';
    writeFileSync(program, `#!/bin/sh\n${talks}; exec sleep 60\n`, { mode: 0o755 });
    const before = vscode.workspace.getConfiguration("dbp").get("server.path");
    try {
      await set("server.path", program);
      await waited(live, () => (live.state === "failed" ? true : undefined));
      assert.match(
        live.problem?.message ?? "",
        /does not start: it wrote something on its standard/,
      );
    } finally {
      await set("server.path", before);
      rmSync(folder, { recursive: true });
    }
    await running(live);
  },
};
