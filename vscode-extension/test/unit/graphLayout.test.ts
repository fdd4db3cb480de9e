// The picture of references: where files stand, what is marked, and where keys lead.
import assert from "node:assert/strict";
import { test } from "node:test";
import { circular } from "../../src/graph/webview/circles";
import { layersOf } from "../../src/graph/webview/layers";
import { COLUMN_CAP, layout } from "../../src/graph/webview/layout";
import { type Family, type Link, MOST_LINKS } from "../../src/graph/webview/messages";
import { moved } from "../../src/graph/webview/moves";

function link(source: string, target: string, family: Family = "dependency"): Link {
  const more = { role: null, line: 3, declaredIn: source, circular: true };
  return { source, target, family, kind: "import", ...more };
}

test("files stand left and right of the one asked about, as far as they are away", () => {
  const links = [link("user", "me"), link("app", "user"), link("me", "lib"), link("lib", "base")];
  const layers = layersOf(links, "me");
  assert.deepEqual(Object.fromEntries(layers), { me: 0, lib: 1, base: 2, user: -1, app: -2 });
});

test("a file on both sides stands at the nearer one, else at the right", () => {
  const links = [link("me", "a"), link("a", "b"), link("b", "me")];
  const layers = layersOf(links, "me");
  assert.equal(layers.get("a"), 1);
  assert.equal(layers.get("b"), -1);
  assert.equal(layersOf([link("me", "a"), link("a", "me")], "me").get("a"), 1);
});

test("only references that close a circle of their own family are marked", () => {
  const [there, back] = [link("a", "b"), link("b", "a")];
  const [out, in_] = [link("a", "c"), link("c", "a", "documentation")];
  const self = link("d", "d");
  const harmless = { ...link("e", "a"), circular: false };
  const found = circular([there, back, out, in_, self, harmless, { ...link("a", "e") }]);
  assert.deepEqual([...found], [there, back]);
});

test("a circle is found however long it is, and files beside it are not in it", () => {
  const many = Array.from({ length: 5000 }, (_, index) =>
    link(`f${index}`, `f${(index + 1) % 5000}`),
  );
  assert.equal(circular([...many, link("f0", "leaf"), link("root", "f9")]).size, 5000);
  assert.equal(circular(many.slice(1)).size, 0);
});

test("boxes never overlap, and the same links make the same picture", () => {
  const links = Array.from({ length: 60 }, (_, index) =>
    index % 2 ? link(`in${index}`, "me") : link("me", `out${index}`),
  );
  links.push(link("out0", "in1"), link("out2", "out4"), link("me", "me"));
  const drawing = layout(links, "me");
  const places = drawing.nodes.map((node) => `${node.x} ${node.y}`);
  assert.equal(new Set(places).size, places.length);
  assert.deepEqual(layout([...links], "me"), drawing);
  assert.ok(drawing.edges.every((edge) => /^M[-\d. ]+C[-\d. ]+$/.test(edge.way)));
});

test("a long column is cut, says by how much, and grows when asked", () => {
  const links = Array.from({ length: 300 }, (_, index) => link("me", `out${index}`));
  const drawing = layout(links, "me");
  assert.equal(drawing.nodes.length, COLUMN_CAP + 1);
  assert.deepEqual(
    drawing.more.map(({ layer, count }) => [layer, count]),
    [[1, 300 - COLUMN_CAP]],
  );
  assert.deepEqual(drawing.named.get("me"), { by: 0, names: 300 });
  assert.equal(layout(links, "me", new Map([[1, 400]])).nodes.length, 301);
});

test("files behind hidden ones wait with them", () => {
  const links = Array.from({ length: 40 }, (_, index) => link("me", `a${index}`));
  const behind = links.map(({ target }) => link(target, `behind ${target}`));
  const drawing = layout([...links, ...behind], "me");
  const shown = new Set(drawing.nodes.map((node) => node.path));
  for (const path of shown) {
    assert.ok(!path.startsWith("behind ") || shown.has(path.slice(7)), path);
  }
});

test("references of two files are one line for each family", () => {
  const links = [
    link("me", "a"),
    { ...link("me", "a"), line: 9 },
    link("me", "a", "documentation"),
  ];
  const { edges } = layout(links, "me");
  assert.deepEqual(
    edges.map((edge) => [edge.family, edge.links.length]),
    [
      ["dependency", 2],
      ["documentation", 1],
    ],
  );
  assert.notEqual(edges[0]?.way, edges[1]?.way);
});

test("thousands of references are laid out in a moment", () => {
  const links = Array.from({ length: MOST_LINKS }, (_, index) =>
    link(index < 400 ? "me" : `f${index % 400}`, `f${index}`),
  );
  const begun = performance.now();
  layout(links, "me");
  assert.ok(performance.now() - begun < 1000);
});

test("arrow keys stay in the column, or lead to a connected file of the next", () => {
  const links = [link("x", "me"), link("me", "a"), link("me", "b"), link("b", "c")];
  const drawing = layout(links, "me");
  assert.equal(moved(drawing, "me", "ArrowLeft"), "x");
  assert.equal(moved(drawing, "c", "ArrowLeft"), "b");
  assert.equal(moved(drawing, "a", "ArrowDown"), "b");
  assert.equal(moved(drawing, "b", "ArrowUp"), "a");
  assert.equal(moved(drawing, "a", "ArrowUp"), undefined);
  assert.equal(moved(drawing, "x", "ArrowLeft"), undefined);
  assert.equal(moved(drawing, "gone", "ArrowUp"), undefined);
});
