// The tree of the documentation: what is asked, what is shown, and in which words.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Counts, Coverage, Covered } from "../../src/protocol";
import * as describe from "../../src/views/describe";
import { Levels, sorted } from "../../src/views/levels";
import { Soon } from "../../src/views/soon";

const NONE: Counts = {
  ...{ files: 0, withIntent: 0, percent: null, symbols: 0 },
  ...{ documented: 0, stale: 0, broken: 0, failed: 0 },
};
const ROOT = "file:///w";

function covered(path: string, kind: "folder" | "file", counts: Partial<Counts> = {}): Covered {
  return { ...NONE, ...counts, path, uri: `${ROOT}/${path}`, kind, intent: null };
}

function level(path: string, children: Covered[], counts: Partial<Counts> = {}): Coverage {
  return { ...NONE, ...counts, path, children, truncated: false };
}

test("a folder says its share and what is wrong below it", () => {
  const counts = { ...NONE, files: 6, withIntent: 5, stale: 2, broken: 1 };
  assert.equal(describe.ofFolder(counts), "83\u00a0% · 2 stale · 1 broken");
  assert.equal(describe.ofFolder(NONE), "");
});

test("everything is said of everything only: the share is never rounded up", () => {
  assert.equal(describe.share({ ...NONE, files: 1000, withIntent: 999 }), "99\u00a0%");
  assert.equal(describe.share({ ...NONE, files: 3, withIntent: 3 }), "100\u00a0%");
});

test("the worst condition wins, and a file that need not say anything has no problem", () => {
  const all = { ...NONE, files: 1, stale: 1, broken: 1, failed: 1 };
  assert.equal(describe.condition(all), "failed");
  assert.equal(describe.condition({ ...all, failed: 0 }), "broken");
  assert.equal(describe.condition({ ...all, failed: 0, broken: 0 }), "stale");
  assert.equal(describe.condition({ ...NONE, files: 1 }), "missing");
  assert.equal(describe.condition({ ...NONE, files: 1, withIntent: 1 }), "documented");
  assert.equal(describe.hasProblems(NONE), false);
  assert.equal(describe.hasProblems({ ...NONE, files: 2, withIntent: 1 }), true);
});

test("the line above the tree adds up all folders", () => {
  const all = [
    { ...NONE, files: 3, withIntent: 2, stale: 1 },
    { ...NONE, files: 1, withIntent: 1 },
  ];
  assert.equal(describe.ofAll(all), "75\u00a0%: 3 of 4 files say what they are for · 1 stale");
  const one = [{ ...NONE, files: 1, withIntent: 1 }];
  assert.equal(describe.ofAll(one), "100\u00a0%: 1 of 1 file says what it is for");
});

test("a screen reader hears what icon and colour show", () => {
  const file = { ...NONE, files: 1, withIntent: 1 };
  assert.equal(describe.spoken("a.py", "file", file), "a.py, file, documented");
  const silent = { ...NONE, files: 1 };
  assert.equal(describe.spoken("a.py", "file", silent), "a.py, file, says nothing of itself");
  const folder = { ...file, files: 2, broken: 1 };
  assert.equal(
    describe.spoken("x", "folder", folder),
    "x, folder, 50 percent documented, 1 broken",
  );
});

test("what a file says of itself is text in a tooltip, whatever is in it", () => {
  const hostile = "[x](command:evil) <img src=x> `c` **b** # h\n- item https://evil.example $(zap)";
  const file = { ...covered("a_b/[c].py", "file", { files: 1, withIntent: 1 }), intent: hostile };
  const text = describe.tooltip(file);
  for (const bare of [/(?<!\\)\[/, /(?<!\\)</, /(?<!\\)`/, /(?<!\\)#/, /https:/, /(?<!\\)\$/]) {
    assert.doesNotMatch(text, bare);
  }
  assert.match(text, /a\\_b\\\/\\\[c\\\]\\\.py/);
  assert.ok(describe.escaped("x".repeat(5000)).length < 700);
  assert.equal(describe.escaped("a\u202eb\u{e0041}"), "a\ufffdb\ufffd", "nothing turned or hidden");
});

test("folders come first, then files, by name and number", () => {
  const paths = ["b.py", "a10.py", "a9.py", "Z", "m"].map((path) =>
    covered(path, path.includes(".") ? "file" : "folder"),
  );
  assert.deepEqual(
    sorted(paths).map((one) => one.path),
    ["m", "Z", "a9.py", "a10.py", "b.py"],
  );
});

test("a level is asked for once, however many want it", async () => {
  const asked: string[] = [];
  const levels = new Levels(async (uri) => {
    asked.push(uri);
    return level("", []);
  });
  await Promise.all([levels.open(ROOT), levels.open(ROOT)]);
  await levels.open(ROOT);
  assert.deepEqual(asked, [ROOT]);
});

test("a level that could not be had is asked for again", async () => {
  let times = 0;
  const levels = new Levels(async () => {
    times += 1;
    if (times === 1) {
      throw new Error("not yet");
    }
    return level("", []);
  });
  await assert.rejects(levels.open(ROOT));
  await levels.open(ROOT);
  assert.equal(times, 2);
});

function project(counts: Record<string, Partial<Counts>>) {
  const of = (path: string) => counts[path] ?? {};
  return new Map([
    [ROOT, level("", [covered("a", "folder", of("a")), covered("b", "folder", of("b"))], of(""))],
    [`${ROOT}/a`, level("a", [covered("a/x.py", "file", of("a/x.py"))], of("a"))],
    [`${ROOT}/b`, level("b", [covered("b/y.py", "file", of("b/y.py"))], of("b"))],
  ]);
}

test("only levels that changed are asked for again, and only what differs is shown anew", async () => {
  let now = project({});
  const asked: string[] = [];
  const levels = new Levels(async (uri) => {
    asked.push(uri);
    return now.get(uri) ?? level("?", []);
  });
  await levels.open(ROOT);
  await levels.open(`${ROOT}/a`);
  await levels.open(`${ROOT}/b`);
  asked.length = 0;
  assert.deepEqual(await levels.refresh(ROOT, []), []);
  assert.deepEqual(asked, [ROOT]);

  asked.length = 0;
  now = project({ "": { stale: 1 }, a: { stale: 1 }, "a/x.py": { stale: 1 } });
  assert.deepEqual(await levels.refresh(ROOT, []), [ROOT]);
  assert.deepEqual(asked, [ROOT, `${ROOT}/a`]);

  asked.length = 0;
  now.set(`${ROOT}/b`, level("b", [{ ...covered("b/y.py", "file"), intent: "Another." }]));
  assert.deepEqual(await levels.refresh(ROOT, [`${ROOT}/b/y.py`]), [`${ROOT}/b`]);
  assert.deepEqual(asked, [ROOT, `${ROOT}/b`]);
});

test("levels of a folder that is gone are forgotten", async () => {
  const now = project({});
  const levels = new Levels(async (uri) => now.get(uri) ?? level("?", []));
  await levels.open(ROOT);
  await levels.open(`${ROOT}/a`);
  now.set(ROOT, level("", [covered("b", "folder")]));
  await levels.refresh(ROOT, []);
  assert.equal(levels.get(`${ROOT}/a`), undefined);
});

test("many reasons are one run, and one that comes meanwhile is another", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let runs = 0;
  const soon = new Soon(() => {
    runs += 1;
    if (runs === 1) {
      soon.call();
    }
  }, 100);
  for (let index = 0; index < 50; index += 1) {
    soon.call();
  }
  context.mock.timers.tick(100);
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(runs, 1);
  context.mock.timers.tick(100);
  await Promise.resolve();
  assert.equal(runs, 2);
  soon.dispose();
});
