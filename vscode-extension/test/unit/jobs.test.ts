// The tree of jobs: which are shown, in which order, and in which words.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job, JobUpdate } from "../../src/protocol";
import { JobList } from "../../src/views/jobList";
import * as words from "../../src/views/jobWords";

const ROOT = "file:///w";
const NOW = new Date("2026-11-22T12:00:00Z");

function job(id: string, given: Partial<Job> = {}): JobUpdate {
  return {
    ...{ id, type: "scan", status: "queued", priority: "normal", arguments: {} },
    ...{ progress: { percent: 0, step: "", done: 0, total: 0 }, createdAt: "2026-11-22T11:00:00Z" },
    ...{ scheduledFor: null, startedAt: null, completedAt: null, retryCount: 0, maxRetries: 3 },
    ...{ result: null, error: null, requestedBy: "ann/VS Code", workspaceFolder: ROOT },
    ...given,
  };
}

test("running jobs come first, then waiting ones, then the last that ended", () => {
  const list = new JobList();
  const at = (minute: number) => `2026-11-22T11:0${minute}:00Z`;
  list.asking();
  list.answered(ROOT, [
    job("old", { status: "completed", completedAt: at(1) }),
    job("new", { status: "failed", completedAt: at(5) }),
    job("waits", { createdAt: at(3) }),
    job("runs", { status: "processing", startedAt: at(4) }),
  ]);
  const ids = () => list.shown().map((one) => one.id);
  assert.deepEqual(ids(), ["runs", "waits", "new", "old"]);
  assert.equal(list.running, 1);
  list.take(job("runs", { status: "completed", completedAt: at(6) }));
  assert.deepEqual(ids(), ["waits", "runs", "new", "old"]);
  assert.equal(list.running, 0);
});

test("what is told while the list is asked for is newer than the answer", () => {
  const list = new JobList();
  list.asking();
  list.take(job("a", { status: "completed", completedAt: "2026-11-22T11:30:00Z" }));
  list.answered(ROOT, [job("a", { status: "processing" }), job("b")]);
  assert.deepEqual(
    list.shown().map((one) => `${one.id} ${one.status}`),
    ["b queued", "a completed"],
  );
});

test("ended jobs are shown a page at a time, and those of other folders stay", () => {
  const list = new JobList();
  const ended = Array.from({ length: 30 }, (_, index) =>
    job(`j${index}`, { status: "completed", completedAt: `2026-11-22T10:00:${10 + index}Z` }),
  );
  list.answered(ROOT, ended);
  assert.equal(list.shown().length, 25);
  assert.ok(list.more);
  list.grow();
  assert.equal(list.shown().length, 30);
  assert.ok(!list.more);
  list.answered("file:///other", [job("o")]);
  assert.equal(list.shown().length, 31);
});

test("a job is named by its type and what it is about", () => {
  assert.equal(words.labelOf(job("a", { arguments: { path: "src/auth" } })), "Scan src/auth");
  assert.equal(words.labelOf(job("a", { type: "new_thing" })), "new thing");
  const uri = { uri: "file:///w/%C3%BC%20b.py" };
  assert.equal(words.labelOf(job("a", { type: "extract", arguments: uri })), "Read ü b.py");
  assert.equal(
    words.labelOf(job("a", { arguments: { uri: "file:///%E0%A4%A" } })),
    "Scan %E0%A4%A",
  );
});

test("a job's line says how far it is, and why it failed", () => {
  const progress = { percent: 42, step: "reading", done: 42, total: 100 };
  const startedAt = "2026-11-22T11:59:00Z";
  const running = job("a", { status: "processing", progress, startedAt });
  assert.match(words.descriptionOf(running, NOW), /^42 % · reading · since \d\d:\d\d$/);
  const failed = job("a", {
    ...{ status: "failed", startedAt, completedAt: "2026-11-22T11:59:03Z", retryCount: 3 },
    error: { code: "x", message: "The disk is full", hint: "Free some **space**." },
  });
  assert.match(words.descriptionOf(failed, NOW), /· The disk is full$/);
  assert.match(words.tooltipOf(failed, NOW), /The disk is full\*\*\n\nFree some \\\*\\\*space/);
  assert.match(words.tooltipOf(failed, NOW), /retry 3 of 3/);
  assert.equal(words.contextOf(failed), "job retryable");
  assert.equal(words.contextOf(running), "job cancellable");
  const waiting = job("a", { scheduledFor: "2026-11-22T12:05:00Z", retryCount: 1 });
  assert.match(words.descriptionOf(waiting, NOW), /^waiting until \d\d:\d\d · retry 1 of 3$/);
});

test("a job as a document has all of its fields and what happened to it", () => {
  const event = { at: "t", move: "start", status: "processing", retryCount: 0, detail: null };
  const text = words.documentOf({ ...job("a-b"), events: [event] });
  assert.match(text, /^# Scan\n/);
  assert.match(text, /- t start → processing/);
  assert.match(text, /"id": "a-b"/);
});

test("jobs of a folder that is closed are gone", () => {
  const list = new JobList();
  list.take(job("a"));
  list.take(job("b", { status: "processing", workspaceFolder: "file:///other" } as Partial<Job>));
  list.keep(new Set([ROOT]));
  assert.deepEqual([list.shown().map((one) => one.id), list.running], [["a"], 0]);
});
