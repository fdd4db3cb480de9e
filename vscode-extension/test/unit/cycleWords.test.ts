// Circles of files in words, and the first placeholder in what a template inserts.
import assert from "node:assert/strict";
import test from "node:test";
import { chain, leftOut, link } from "../../src/commands/cycleWords";
import { placeholder } from "../../src/commands/placeholder";
import type { Cycle, Edge } from "../../src/protocol";

function edge(source: string, target: string, line: number): Edge {
  const kind = { kind: "import", role: null, family: "dependency" as const };
  return { source, target, line, declaredIn: source, ...kind };
}

function circle(paths: string[]): Cycle {
  const edges = paths.map((path, at) => edge(path, paths[(at + 1) % paths.length] ?? "", at));
  return { kind: "dependency", paths, edges };
}

const NONE = { cycles: [], depthLimited: false, timedOut: false, truncated: false, tooLong: 0 };

test("a circle is a chain that ends where it began", () => {
  assert.deepEqual(chain(circle(["a.py", "b.py"])), {
    label: "a.py → b.py → a.py",
    description: "dependency · 2 files",
    detail: "a.py:1 · b.py:2",
  });
  assert.equal(chain(circle(["a.py"])).description, "dependency · names itself");
});

test("a long circle is told in part, but its end is shown", () => {
  const paths = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
  assert.equal(chain(circle(paths)).label, "a → b → c → d → e → f → … 3 more → a");
});

test("one reference of a circle", () => {
  assert.deepEqual(link(edge("a.py", "b.py", 11)), {
    label: "a.py → b.py",
    description: "import, a.py:12",
  });
});

test("what was left out is said", () => {
  assert.equal(leftOut(NONE), "");
  assert.match(leftOut({ ...NONE, depthLimited: true }), /^longer circles were not followed/);
  assert.match(
    leftOut({ ...NONE, tooLong: 1, depthLimited: true }),
    /^1 group of files is a circle/,
  );
  assert.match(leftOut({ ...NONE, timedOut: true, truncated: true }), /time limit; there are more/);
});

test("the first placeholder is the one that stands first", () => {
  const one = { line: 9, newText: "<later>" };
  const other = { line: 2, newText: "<!-- \n<describe the intent>\n</p> <next>" };
  assert.deepEqual(placeholder([one, other]), { text: "<describe the intent>", line: 2 });
  assert.equal(placeholder([{ line: 0, newText: "<!-- no --> a < b and c > d" }]), undefined);
});
