// Words for people: sentences, counts, durations, and names that make no icons, lines or links.
import assert from "node:assert/strict";
import test from "node:test";
import { plain, unlinked } from "../../src/shared/icons";
import { ago, capital, count, duration, sentences } from "../../src/shared/words";

test("parts become sentences, and empty ones are left out", () => {
  assert.equal(sentences("dbp:", "it is paused", "resume it"), "dbp: it is paused. resume it.");
  assert.equal(sentences("dbp:", "no region", "", undefined, null), "dbp: no region.");
  assert.equal(sentences("Really?", "Yes!"), "Really? Yes!");
  assert.equal(sentences("alone"), "alone");
});

test("counts are said as people say them", () => {
  assert.equal(count(0, "file"), "no files");
  assert.equal(count(1, "file"), "1 file");
  assert.equal(count(12345, "refresh", "refreshes"), "12,345 refreshes");
});

test("a duration is never said shorter than it is", () => {
  assert.equal(duration(0), "1 second");
  assert.equal(duration(54.2), "55 seconds");
  assert.equal(duration(91), "2 minutes");
  assert.equal(duration(300), "5 minutes");
  assert.equal(duration(3 * 3600 + 1), "4 hours");
});

test("how long ago something was", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  assert.equal(ago("2026-11-22T11:59:50Z", now), "just now");
  assert.equal(ago("2026-11-22T11:55:00Z", now), "5 minutes ago");
  assert.equal(ago("2026-11-22T09:00:00Z", now), "3 hours ago");
  assert.equal(ago("2026-11-20T12:00:00Z", now), "2 days ago");
  assert.equal(ago("2026-01-02T12:00:00Z", now), "2026-01-02");
  assert.equal(ago("2026-11-22T12:00:09Z", now), "just now", "a clock that is ahead");
  assert.equal(ago(null, now), "");
  assert.equal(ago("nonsense", now), "");
});

test("texts of files make no icons and no lines", () => {
  assert.equal(plain("a $(bug)\n\tb"), "a $\u200b(bug) b");
});

test("texts of files make no links in messages, and hide nothing", () => {
  const name = "[a](command:evil).py";
  assert.ok(!/\[[^\]]+\]\((command|https?|file):/.test(unlinked(`dbp: ${name} is new`)));
  assert.equal(unlinked("a [b] (c)\nd $(bug)"), "a [b] (c)\nd $(bug)", "all else stays");
  assert.equal(unlinked("a\u202egnp.exe"), "a\ufffdgnp.exe", "the other way around");
  assert.equal(plain("a\u{e0041}b\u2066"), "a\ufffdb\ufffd", "letters that nobody sees");
});

test("a capital letter", () => {
  assert.equal(capital("it is"), "It is");
  assert.equal(capital(""), "");
});
