// Searching: how results are shown, and how the answers of several folders become one list.
import assert from "node:assert/strict";
import test from "node:test";
import type * as vscode from "vscode";
import { merged, searchFolders } from "../../src/commands/searchAsk";
import { iconOf, matched, nothing, shown, title } from "../../src/commands/searchWords";
import type { Found } from "../../src/protocol";

const FOUND: Found = {
  path: "server/dbp/entries.py",
  uri: "file:///w/server/dbp/entries.py",
  kind: "symbol",
  name: "Window",
  qualifiedName: "Buffer.Window",
  symbolKind: "class",
  line: 17,
  language: "python",
  intent: "What the change buffer is made of.",
  score: 1.77,
  why: [
    { field: "name", words: ["window"] },
    { field: "intent", words: ["change", "buffer"] },
  ],
  snippet: "",
};

function folder(name: string): vscode.WorkspaceFolder {
  const uri = { toString: () => `file:///${name}` } as vscode.Uri;
  return { name, index: 0, uri };
}

test("a symbol is shown by name, place, what it is for and why", () => {
  assert.deepEqual(shown(FOUND, ""), {
    icon: "symbol-class",
    label: "Buffer.Window",
    description: "server/dbp/entries.py:18",
    detail: "name: window; intent: change, buffer · What the change buffer is made of.",
  });
});

test("a file is shown by its name, and its folder where there are several", () => {
  const { name: _, qualifiedName: __, ...rest } = FOUND;
  const file = shown({ ...rest, kind: "file", line: 0, snippet: "the buffer" }, "backend");
  assert.equal(file.label, "entries.py");
  assert.equal(file.description, "backend • server/dbp/entries.py");
  assert.match(file.detail, / · the buffer$/);
});

test("icons tell kinds apart; what is not known has one, too", () => {
  assert.equal(iconOf({ kind: "document" }), "book");
  assert.equal(iconOf({ kind: "file" }), "file-code");
  assert.equal(iconOf({ kind: "symbol", symbolKind: "trait" }), "symbol-interface");
  assert.equal(iconOf({ kind: "symbol", symbolKind: "spell" }), "symbol-misc");
  assert.equal(matched({ why: [] }), "");
});

test("the title says what is searched and what is missing", () => {
  assert.equal(title(undefined, 0), "dbp: Search Documentation");
  assert.equal(
    title("symbol", 1),
    "dbp: Search Documentation: symbols only · 1 file not in the index yet",
  );
});

test("who finds nothing is told the next step", () => {
  assert.equal(nothing({ kind: undefined, pending: 3, indexed: 0 }).does, "nothing");
  assert.equal(nothing({ kind: undefined, pending: 0, indexed: 0 }).does, "refresh");
  assert.equal(nothing({ kind: "file", pending: 0, indexed: 9 }).does, "all kinds");
  assert.equal(nothing({ kind: undefined, pending: 0, indexed: 9 }).does, "nothing");
});

test("lists are merged by score, and each keeps its own order", () => {
  const one = [{ score: 5 }, { score: 1 }, { score: 3 }];
  const other = [{ score: 4 }, { score: 2 }];
  const scores = merged([one, [], other]).map((hit) => hit.score);
  assert.deepEqual(scores, [5, 4, 2, 1, 3]);
  assert.deepEqual(merged([]), []);
});

test("all folders are asked; one that cannot answer hides no other", async () => {
  const asked: object[] = [];
  const request = async (_method: string, params?: object) => {
    asked.push(params ?? {});
    if ((params as { workspaceFolder: string }).workspaceFolder.endsWith("bad")) {
      throw new Error("not yet");
    }
    return { results: [FOUND], pending: 2 };
  };
  const session = { request } as Parameters<typeof searchFolders>[0];
  const folders = [folder("a"), folder("bad"), folder("b")];
  const hits = await searchFolders(session, folders, { query: "window", kind: "symbol" });
  assert.deepEqual(
    hits.results.map((hit) => hit.folder.name),
    ["a", "b"],
  );
  assert.equal(hits.pending, 4);
  assert.deepEqual(asked[0], {
    workspaceFolder: "file:///a",
    query: "window",
    limit: 50,
    kind: "symbol",
  });
  await assert.rejects(searchFolders(session, [folder("bad")], { query: "x" }), /not yet/);
});
