// How often a server that ended is started again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Crashes, HEALTHY_MS } from "../../src/client/crashes";

function counted() {
  const clock = { now: 0 };
  return { clock, crashes: new Crashes(() => clock.now) };
}

test("three new starts with growing pauses, then none", () => {
  const { crashes } = counted();
  const pauses = [1, 2, 3, 4].map(() => {
    crashes.started();
    return crashes.crashed();
  });
  assert.deepEqual(pauses, [1_000, 4_000, 10_000, undefined]);
  assert.equal(crashes.count, 4);
});

test("minutes of health are a new beginning", () => {
  const { clock, crashes } = counted();
  crashes.started();
  crashes.crashed();
  crashes.started();
  crashes.crashed();
  crashes.started();
  clock.now += HEALTHY_MS;
  assert.equal(crashes.crashed(), 1_000);
});

test("time that passes without a server is no health", () => {
  const { clock, crashes } = counted();
  crashes.started();
  crashes.crashed();
  clock.now += HEALTHY_MS * 2;
  assert.equal(crashes.crashed(), 4_000);
});

test("a start that a person asked for has all tries again", () => {
  const { crashes } = counted();
  crashes.started();
  crashes.crashed();
  crashes.forget();
  assert.equal(crashes.count, 0);
  assert.equal(crashes.crashed(), 1_000);
});
