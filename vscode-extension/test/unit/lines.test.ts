// Lines of the server's stderr in the log of the editor.
import assert from "node:assert/strict";
import { test } from "node:test";
import type * as vscode from "vscode";
import { parsed, writer } from "../../src/client/lines";
import { refusal } from "../../src/client/refused";

test("a line has the level it has in the server", () => {
  assert.deepEqual(parsed("2026-01-02 03:04:05,678 WARNING dbp.runtime: slow"), {
    level: "warn",
    text: "dbp.runtime: slow",
  });
  assert.deepEqual(parsed("  File x"), { level: undefined, text: "  File x" });
});

test("a traceback stays with its error", () => {
  const said: string[] = [];
  const to = (level: string) => (text: string) => void said.push(`${level} ${text}`);
  const channel = { info: to("info"), error: to("error"), warn: to("warn"), debug: to("debug") };
  const write = writer(channel as unknown as vscode.LogOutputChannel);
  write("dbp: hello");
  write("2026-01-02 03:04:05,678 ERROR dbp.x: broken");
  write("Traceback");
  write("2026-01-02 03:04:06,678 DEBUG dbp.x: on");
  assert.deepEqual(said, [
    "info dbp: hello",
    "error dbp.x: broken",
    "error Traceback",
    "debug dbp.x: on",
  ]);
});

test("an error of the protocol keeps its code and its hint", () => {
  const data = { code: "rate_limited", hint: "wait", retryAfter: 3 };
  const found = refusal({ code: -32000, message: "too often", data });
  assert.deepEqual(
    [found?.message, found?.code, found?.hint, found?.data],
    ["too often", "rate_limited", "wait", data],
  );
});

test("a connection that is gone means that no server runs, and a cancelled request nothing", () => {
  assert.equal(refusal({ code: -32097, message: "x" })?.code, "not_running");
  assert.equal(refusal({ code: -32096, message: "x" })?.code, "not_running");
  assert.equal(refusal({ code: -32601, message: "x" })?.code, "unknown_request");
  assert.equal(refusal(new Error("x"))?.code, "internal");
  assert.equal(refusal({ code: -32800, message: "x" }), undefined);
});
