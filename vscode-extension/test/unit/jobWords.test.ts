// What people are told when a refresh, tidying or clearing ended, was refused, or ran before.
import assert from "node:assert/strict";
import test from "node:test";
import {
  bytes,
  cleared,
  historyLine,
  limited,
  optimized,
  refreshed,
} from "../../src/commands/jobWords";
import type { Job } from "../../src/protocol";

const NOW = new Date("2026-11-22T12:00:00Z");

function job(changes: Partial<Job>): Job {
  return {
    id: "1",
    type: "refresh",
    status: "completed",
    priority: "high",
    arguments: { path: "", force: false },
    progress: { percent: 100, step: "looking at files", done: 1, total: 1 },
    createdAt: "2026-11-22T11:50:00Z",
    scheduledFor: null,
    startedAt: null,
    completedAt: null,
    retryCount: 0,
    maxRetries: 3,
    result: { files: 120, extracted: 2, reused: 1, deleted: 1, renamed: 0, failed: 0 },
    error: null,
    requestedBy: "ann/Neovim",
    ...changes,
  };
}

test("how a refresh ended", () => {
  assert.equal(refreshed(job({})), "Up to date: 120 files compared, 3 read, 1 removed.");
  const same = { files: 1, extracted: 0, reused: 0, deleted: 0, renamed: 0, failed: 0 };
  assert.equal(refreshed(job({ result: same })), "Up to date: 1 file compared, nothing changed.");
  assert.equal(refreshed(job({ status: "cancelled" })), "The refresh was cancelled.");
  const error = { code: "failed", message: "the folder is gone", hint: "open another one" };
  assert.equal(
    refreshed(job({ status: "failed", error })),
    "The refresh failed: the folder is gone. open another one.",
  );
});

test("a line of the history says when, by whom and what came of it", () => {
  const done = historyLine(job({}), NOW);
  assert.equal(done.label, "$(check) 10 minutes ago");
  assert.equal(done.description, "by ann/Neovim");
  assert.equal(done.detail, "120 files compared, 3 read, 1 removed");
  const part = historyLine(job({ arguments: { path: "src", force: true } }), NOW);
  assert.match(part.detail ?? "", / · below src · all files read again$/);
  const progress = { percent: 40, step: "", done: 4, total: 10 };
  assert.equal(historyLine(job({ status: "processing", progress }), NOW).detail, "at work, 40%");
  const error = { code: "x", message: "no disk" };
  assert.equal(historyLine(job({ status: "failed", error }), NOW).detail, "failed: no disk");
});

test("a refused refresh says why and when again", () => {
  const text = limited("refresh is allowed 5 times in 300 s", 54, NOW);
  assert.match(
    text,
    /^dbp: refresh is allowed 5 times in 300 s\. Try again in 54 seconds, at \d\d:\d\d\.$/,
  );
  assert.equal(limited("too often", undefined, NOW), "dbp: too often. Try again later.");
});

test("how tidying ended", () => {
  const smaller = job({ result: { bytesBefore: 12_300_000, bytesAfter: 8_100_000 } });
  assert.equal(optimized(smaller), "The database is tidy: 12.3 MB → 8.1 MB.");
  const same = job({ result: { bytesBefore: 900, bytesAfter: 900 } });
  assert.equal(optimized(same), "The database is tidy: 900 bytes.");
  assert.equal(optimized(job({ result: null })), "The database is tidy.");
  assert.equal(bytes(2_500_000_000), "2.5 GB");
});

test("how clearing ended", () => {
  assert.equal(cleared(job({})), "The index is made anew.");
  assert.equal(cleared(job({ status: "cancelled" })), "Clearing the index was cancelled.");
  const error = { code: "x", message: "the disk is full" };
  assert.match(cleared(job({ status: "failed", error })), /: the disk is full\.$/);
});
