// The life of a server, with a server that is none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Crashes } from "../../src/client/crashes";
import { Keeper } from "../../src/client/keeper";
import { QUIET_MS } from "../../src/client/restarts";
import type { Problem, ServerCommand, ServerState } from "../../src/session";
import { Clock } from "./clock";
import { Pretended } from "./pretended";

const SERVER: ServerCommand = { command: "/x/dbp", args: [], version: "0.1.0", origin: "PATH" };
const NONE: Problem = { message: "none", detail: "", remedies: [] };

function kept(prepare: (life: Pretended, index: number) => unknown = () => undefined) {
  const clock = new Clock();
  const lives: Pretended[] = [];
  const states: ServerState[] = [];
  const found: {
    is: ServerCommand | Problem | Error;
    signal?: AbortSignal;
    wait?: (signal: AbortSignal) => Promise<void>;
  } = { is: SERVER };
  const keeper = new Keeper<Pretended>(
    {
      find: async (signal) => {
        found.signal = signal;
        await found.wait?.(signal);
        if (found.is instanceof Error) {
          throw found.is;
        }
        return found.is;
      },
      make: async (_server, lost) => {
        const life = new Pretended(lost);
        prepare(life, lives.length);
        lives.push(life);
        return life;
      },
      changed: (state) => states.push(state),
      say: () => undefined,
    },
    clock,
    new Crashes(() => clock.now),
  );
  const last = () => lives.at(-1) as Pretended;
  return { clock, lives, states, found, keeper, last };
}

test("it starts, and stops when somebody says so", async () => {
  const { keeper, states, last } = kept();
  await keeper.start();
  assert.equal(keeper.server, SERVER);
  await keeper.stop();
  assert.equal(last().ended, true);
  assert.deepEqual(states, ["starting", "running", "stopped"]);
});

test("without a server it says what was tried, and a later restart finds one", async () => {
  const { keeper, clock, found } = kept();
  found.is = NONE;
  await keeper.start();
  assert.deepEqual([keeper.state, keeper.problem], ["missing", NONE]);
  found.is = SERVER;
  keeper.restart("installed");
  await clock.turn(QUIET_MS);
  assert.deepEqual([keeper.state, keeper.problem], ["running", undefined]);
});

test("a server that does not start is not tried again", async () => {
  const { keeper, clock, lives } = kept((life) => life.fails());
  await keeper.start();
  await clock.turn(600_000);
  assert.equal(lives.length, 1);
  assert.equal(keeper.state, "failed");
  assert.match(keeper.problem?.message ?? "", /does not start: it ended with code 1/);
  assert.match(keeper.problem?.detail ?? "", /ModuleNotFoundError/);
  assert.deepEqual(
    keeper.problem?.remedies.map((one) => one.command),
    ["dbp.restart", "dbp.showServerLog", "dbp.copyDebugInformation"],
  );
});

test("a server that is killed comes back three times, then a person is asked", async () => {
  const { keeper, clock, lives, last } = kept();
  await keeper.start();
  for (const pause of [1_000, 4_000, 10_000]) {
    last().die();
    await clock.turn(pause - 1);
    assert.equal(keeper.state, "starting");
    await clock.turn(1);
    assert.equal(keeper.state, "running");
  }
  last().die();
  await clock.turn(600_000);
  assert.equal(lives.length, 4);
  assert.equal(keeper.state, "failed");
  assert.match(keeper.problem?.message ?? "", /ended 4 times.*SIGKILL/);
  keeper.restart("asked for");
  await clock.turn(QUIET_MS);
  assert.deepEqual([keeper.state, keeper.problem, lives.length], ["running", undefined, 5]);
});

test("one that does not come up again after a crash is tried as often as one that crashes", async () => {
  const { keeper, clock, lives, last } = kept((life, index) => index > 0 && life.fails());
  await keeper.start();
  last().die();
  await clock.turn(600_000);
  assert.equal(lives.length, 4);
  assert.equal(keeper.state, "failed");
});

test("a storm of reasons is one restart", async () => {
  const { keeper, clock, lives, states } = kept();
  await keeper.start();
  for (let change = 0; change < 20; change += 1) {
    keeper.restart("a setting changed");
    await clock.turn(100);
  }
  await clock.turn(60_000);
  assert.equal(lives.length, 2);
  assert.deepEqual(states, ["starting", "running", "starting", "running"]);
  assert.deepEqual(
    lives.map((life) => life.ended),
    [true, false],
  );
});

test("stopping ends a start that hangs, and the pause before a new start", async () => {
  const { keeper, clock, lives, last } = kept((life, index) => index === 0 && life.hangs());
  const started = keeper.start();
  await clock.turn(1);
  assert.equal(keeper.state, "starting");
  await keeper.stop();
  await started;
  assert.equal(keeper.state, "stopped");
  await keeper.start();
  last().die();
  await keeper.stop();
  await clock.turn(600_000);
  assert.deepEqual([keeper.state, lives.length], ["stopped", 2]);
});

test("who stops it during a restart gets it stopped", async () => {
  const { keeper, clock, lives } = kept();
  await keeper.start();
  keeper.restart("a setting changed");
  const turned = clock.turn(QUIET_MS);
  await keeper.stop();
  await turned;
  await clock.turn(60_000);
  assert.equal(keeper.state, "stopped");
  assert.ok(lives.every((life) => life.ended));
});

test("a defect on the way is told, and does not block what comes later", async () => {
  const { keeper, found } = kept();
  found.is = new TypeError("undefined is not a function");
  await keeper.start();
  assert.equal(keeper.state, "failed");
  assert.match(keeper.problem?.detail ?? "", /undefined is not a function/);
  found.is = SERVER;
  await keeper.start();
  assert.equal(keeper.state, "running");
});

test("what an earlier server says about its end is nothing of the next one's", async () => {
  const { keeper, clock, lives } = kept();
  await keeper.start();
  keeper.restart("asked for");
  await clock.turn(QUIET_MS);
  lives[0]?.die();
  await clock.turn(60_000);
  assert.deepEqual([keeper.state, lives.length], ["running", 2]);
});

test("whoever stops it while it is looked for does not wait, and nothing is missing", async () => {
  const { keeper, states, found, lives } = kept();
  found.is = NONE;
  found.wait = (signal) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
  const started = keeper.start();
  await Promise.resolve();
  await keeper.stop();
  await started;
  assert.equal(found.signal?.aborted, true);
  assert.deepEqual([states, lives.length], [["starting", "stopped"], 0]);
});

test("a start that waits for its turn is taken back by a stop", async () => {
  const { keeper, lives } = kept((life) => life.hangs());
  const first = keeper.start();
  const stopped = keeper.stop();
  const second = keeper.start();
  await Promise.all([stopped, keeper.stop(), first, second]);
  assert.equal(keeper.state, "stopped");
  assert.equal(lives.length, 0);
});
