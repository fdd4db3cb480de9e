// The graph: what the page and the panel take from each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { page } from "../../src/graph/html";
import { filesOf, pictureOf } from "../../src/graph/links";
import {
  type Family,
  type Link,
  MOST_LINKS,
  readFromPage,
  readSaved,
  readToPage,
} from "../../src/graph/webview/messages";
import type { Edge } from "../../src/protocol";

function link(source: string, target: string, family: Family = "dependency"): Link {
  const more = { role: null, line: 3, declaredIn: source, circular: true };
  return { source, target, family, kind: "import", ...more };
}

test("the panel takes nothing from the page that does not look like a message", () => {
  assert.deepEqual(readFromPage({ type: "ready" }), { type: "ready" });
  const open = { type: "open", path: "a.py", line: 4 };
  assert.deepEqual(readFromPage({ ...open, more: 1 }), open);
  const wrong = [
    ...[null, 1, "ready", [], { type: "eval" }, { type: "open" }, { type: "open", path: 1 }],
    ...[
      { type: "open", path: "" },
      { type: "open", path: "a", line: -1 },
    ],
    ...[
      { type: "open", path: "a".repeat(5000) },
      { type: "depth", depth: 9 },
    ],
  ];
  for (const message of wrong) {
    assert.equal(readFromPage(message), undefined, JSON.stringify(message)?.slice(0, 80));
  }
});

test("the page takes whole pictures only", () => {
  const picture = {
    ...{ type: "picture", uri: "file:///w/a", path: "a", depth: 1, truncated: false },
    links: [link("a", "b")],
  };
  assert.deepEqual(readToPage(picture), picture);
  assert.equal(readToPage({ ...picture, links: [{ source: "a" }] }), undefined);
  assert.equal(readToPage({ ...picture, depth: 4 }), undefined);
  const many = Array.from({ length: MOST_LINKS + 1 }, () => link("a", "b"));
  assert.equal(readToPage({ ...picture, links: many }), undefined);
  assert.equal(readToPage({ type: "intent", path: "a" }), undefined);
});

test("what was kept over a reload is read with care", () => {
  const saved = { uri: "file:///w/a", depth: 2, families: ["dependency"], asList: true };
  assert.deepEqual(readSaved({ ...saved, families: ["dependency", "evil"] }), saved);
  assert.equal(readSaved(undefined), undefined);
  assert.equal(readSaved({ ...saved, depth: 0 }), undefined);
});

test("edges of no family are drawn, but close no circle", () => {
  const edge = (kind: string, family: Edge["family"] | null, distance: number) =>
    ({
      source: "a",
      target: kind,
      kind,
      role: null,
      family,
      line: 0,
      declaredIn: "a",
      distance,
    }) as Edge;
  const edges = [
    edge("header", null, 2),
    edge("import", null, 1),
    edge("link", "documentation", 1),
  ];
  const picture = pictureOf("file:///w/a", 1, { path: "a", edges, truncated: false });
  assert.deepEqual(
    picture.links.map(({ target, family, circular: one }) => [target, family, one]),
    [
      ["import", "dependency", false],
      ["link", "documentation", true],
      ["header", "documentation", false],
    ],
  );
  assert.deepEqual([...filesOf(picture)].sort(), ["a", "header", "import", "link"]);
});

test("too many edges are cut to the nearest, and that is said", () => {
  const edges = Array.from({ length: MOST_LINKS + 5 }, (_, index) => ({
    ...{ source: "a", target: `t${index}`, kind: "import", role: null, line: 0, declaredIn: "a" },
    ...{ family: "dependency" as const, distance: index < 10 ? 2 : 1 },
  }));
  const picture = pictureOf("file:///w/a", 2, { path: "a", edges, truncated: false });
  assert.equal(picture.links.length, MOST_LINKS);
  assert.ok(picture.truncated);
  assert.equal(picture.links[0]?.target, "t10");
});

test("the page may load its own script and style, and nothing else", () => {
  const html = page({ nonce: "abc", source: "https://own", script: "s.js", style: "s.css" });
  assert.match(html, /default-src 'none'; script-src 'nonce-abc'; style-src https:\/\/own;"/);
  assert.doesNotMatch(html, / on[a-z]+=| style=|javascript:|unsafe/);
  assert.equal(html.match(/<script/g)?.length, 1);
});
