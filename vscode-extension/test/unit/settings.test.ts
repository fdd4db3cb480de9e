// What the server is told of the editor's settings.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  answer,
  declared,
  explicit,
  type Inspected,
  type Manifest,
  sent,
} from "../../src/client/settings";

const MANIFEST = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const SETTINGS = declared(MANIFEST);
const PLAIN = { key: "dbp.scheduler.delay_seconds", userOnly: false, restricted: false };

function told(values: Record<string, Inspected>, trusted = true, settings = SETTINGS) {
  return answer(settings, (key) => values[key], trusted);
}

test("nothing is sent when nobody set anything: defaults are the server's", () => {
  const defaults = () => ({ defaultValue: "a default" }) as Inspected;
  assert.deepEqual(answer(SETTINGS, defaults, true), {});
});

test("the place nearest to the file wins", () => {
  const all = { globalValue: 1, workspaceValue: 2, workspaceFolderValue: 3 };
  assert.equal(explicit(PLAIN, all, true), 3);
  assert.equal(explicit(PLAIN, { globalValue: 1, workspaceValue: 2 }, true), 2);
  assert.equal(explicit(PLAIN, { globalValue: 0 }, true), 0);
  assert.equal(explicit(PLAIN, {}, true), undefined);
  assert.equal(explicit(PLAIN, undefined, true), undefined);
});

test("keys are dotted below dbp", () => {
  assert.deepEqual(told({ "dbp.scheduler.delay_seconds": { globalValue: 3 } }), {
    "scheduler.delay_seconds": 3,
  });
});

test("what the extension itself acts on is not sent", () => {
  const own = ["dbp.server.path", "dbp.server.args", "dbp.trace.server", "dbp.showNotifications"];
  const values = Object.fromEntries(own.map((key) => [key, { globalValue: "x" }]));
  assert.deepEqual(told(values), {});
  const keys = new Set(sent(SETTINGS).map((one) => one.key));
  assert.deepEqual(
    [...own, "dbp.showEditorButton", "dbp.statusBar.enabled"].filter((key) => keys.has(key)),
    [],
  );
  assert.ok(keys.size > 50, `${keys.size} settings`);
});

test("a workspace cannot set what is the user's", () => {
  const key = "dbp.llm.provider";
  assert.deepEqual(told({ [key]: { workspaceValue: "bedrock" } }), {});
  assert.deepEqual(told({ [key]: { globalValue: "none", workspaceFolderValue: "bedrock" } }), {
    "llm.provider": "none",
  });
});

test("a restricted setting of a workspace counts only when that is trusted", () => {
  const settings = [{ key: "dbp.check.kinds", userOnly: false, restricted: true }];
  const values = { "dbp.check.kinds": { globalValue: "mine", workspaceValue: "theirs" } };
  assert.deepEqual(told(values, true, settings), { "check.kinds": "theirs" });
  assert.deepEqual(told(values, false, settings), { "check.kinds": "mine" });
});

test("restrictions are those of the manifest", () => {
  const restricted = MANIFEST.capabilities.untrustedWorkspaces.restrictedConfigurations ?? [];
  assert.deepEqual(
    SETTINGS.filter((one) => one.restricted).map((one) => one.key),
    SETTINGS.map((one) => one.key).filter((key) => restricted.includes(key)),
  );
});

test("a table of the workspace adds to the user's", () => {
  const key = "dbp.diagnostics.severity";
  const values = {
    [key]: { globalValue: { a: "off", b: "hint" }, workspaceValue: { b: "error" } },
  };
  assert.deepEqual(told(values), { "diagnostics.severity": { a: "off", b: "error" } });
});

test("a workspace can only forbid more, not allow what the user forbade", () => {
  const allowed = (mine: unknown, theirs: unknown) =>
    told({ "dbp.llm.allowed": { globalValue: mine, workspaceValue: theirs } })["llm.allowed"];
  assert.equal(allowed(false, true), false);
  assert.equal(allowed(true, false), false);
  assert.equal(allowed(true, true), true);
  assert.equal(allowed(undefined, false), false);
  assert.equal(allowed(true, "no"), "no", "the server refuses it, and forbids");
  const never = { globalValue: ["a", "b"], workspaceValue: ["b", "c"] };
  assert.deepEqual(told({ "dbp.llm.never_send": never }), { "llm.never_send": ["a", "b", "c"] });
});
