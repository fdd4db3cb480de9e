// Many reasons to restart are one restart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { QUIET_MS, Restarts } from "../../src/client/restarts";
import { Clock } from "./clock";

function recorded() {
  const clock = new Clock();
  const runs: string[][] = [];
  const ends: (() => void)[] = [];
  const restarts = new Restarts((reasons) => {
    runs.push(reasons);
    return new Promise((resolve) => ends.push(resolve));
  }, clock);
  return { clock, runs, ends, restarts };
}

test("20 changes in 2 seconds are one restart, with each reason once", async () => {
  const { clock, runs, restarts } = recorded();
  for (let change = 0; change < 20; change += 1) {
    restarts.ask(`reason ${change % 2}`);
    await clock.turn(100);
  }
  assert.equal(runs.length, 0);
  await clock.turn(QUIET_MS);
  assert.deepEqual(runs, [["reason 0", "reason 1"]]);
  await clock.turn(60_000);
  assert.equal(runs.length, 1);
});

test("what is asked for while a restart runs is done once after it", async () => {
  const { clock, runs, ends, restarts } = recorded();
  restarts.ask("first");
  await clock.turn(QUIET_MS);
  for (const reason of ["second", "third", "second"]) {
    restarts.ask(reason);
    await clock.turn(QUIET_MS * 2);
  }
  assert.equal(runs.length, 1);
  ends[0]?.();
  await clock.turn(QUIET_MS);
  assert.deepEqual(runs, [["first"], ["second", "third"]]);
  ends[1]?.();
  await clock.turn(60_000);
  assert.equal(runs.length, 2);
});

test("a restart that fails does not keep the next one from running", async () => {
  const clock = new Clock();
  let runs = 0;
  const restarts = new Restarts(async () => {
    runs += 1;
    throw new Error("no");
  }, clock);
  restarts.ask("first");
  await clock.turn(QUIET_MS);
  restarts.ask("second");
  await clock.turn(QUIET_MS);
  assert.equal(runs, 2);
});

test("a restart that did not begin can be taken back", async () => {
  const { clock, runs, restarts } = recorded();
  restarts.ask("first");
  restarts.forget();
  await clock.turn(60_000);
  assert.equal(runs.length, 0);
});
