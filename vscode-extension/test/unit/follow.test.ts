// Following a job to its end, also where that is told too early or never.
import assert from "node:assert/strict";
import test from "node:test";
import { Follower } from "../../src/commands/follow";
import type { JobUpdate } from "../../src/protocol";
import type { ServerState, Session } from "../../src/session";

/** A session that is moved by hand. */
function made() {
  let job: (update: JobUpdate) => void = () => undefined;
  let state: (now: ServerState) => void = () => undefined;
  let answer: (value: unknown) => void = () => undefined;
  const session = {
    onDidUpdateJob: (heard: typeof job) => {
      job = heard;
      return { dispose: () => undefined };
    },
    onDidChangeState: (heard: typeof state) => {
      state = heard;
      return { dispose: () => undefined };
    },
    request: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  } as unknown as Session;
  return {
    follower: new Follower(session),
    job: (id: string, status: JobUpdate["status"]) => job({ id, status } as JobUpdate),
    state: (now: ServerState) => state(now),
    answer: (jobId: string) => answer({ jobId, deduplicated: false }),
  };
}

test("a job is followed to its final state", async () => {
  const { follower, job, answer } = made();
  const asked = follower.ask("dbp/refresh", {});
  answer("1");
  const { ended } = await asked;
  job("1", "processing");
  job("2", "completed");
  job("1", "failed");
  assert.equal((await ended)?.status, "failed");
});

test("a job may be over before its number is known", async () => {
  const { follower, job, answer } = made();
  const asked = follower.ask("dbp/refresh", {});
  job("1", "completed");
  answer("1");
  assert.equal((await (await asked).ended)?.status, "completed");
});

test("what the server does not live to tell is given up", async () => {
  const { follower, state, answer } = made();
  const asked = follower.ask("dbp/refresh", {});
  answer("1");
  const { ended } = await asked;
  state("stopped");
  assert.equal(await ended, undefined);
});

test("two who ask for the same job are both told", async () => {
  const { follower, job, answer } = made();
  const first = follower.ask("dbp/refresh", {});
  answer("1");
  const one = await first;
  const second = follower.ask("dbp/refresh", {});
  answer("1");
  const other = await second;
  job("1", "cancelled");
  assert.equal((await one.ended)?.status, "cancelled");
  assert.equal((await other.ended)?.status, "cancelled");
});

test("a job of a folder that is closed is given up, another one is not", async () => {
  const { follower, job, answer } = made();
  const first = follower.ask("dbp/refresh", { workspaceFolder: "file:///a" });
  answer("1");
  const { ended } = await first;
  const second = follower.ask("dbp/refresh", { workspaceFolder: "file:///b" });
  answer("2");
  const other = await second;
  follower.closed("file:///a");
  assert.equal(await ended, undefined);
  job("2", "completed");
  assert.equal((await other.ended)?.status, "completed");
});
