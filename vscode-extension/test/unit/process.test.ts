// Real processes: how they start, what they say last, and how they end.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { described, ServerProcess } from "../../src/client/process";

function started(code: string, tell: (line: string) => void = () => undefined) {
  const place = { cwd: tmpdir(), env: process.env };
  return ServerProcess.start([process.execPath, "-e", code], place, tell);
}

test("its last words and its code are kept", async () => {
  const heard: string[] = [];
  const server = await started(
    'for (let i = 0; i < 50; i++) console.error("line " + i); process.exitCode = 3',
    (line) => heard.push(line),
  );
  const ending = await server.ended;
  assert.equal(described(ending), "ended with code 3");
  assert.equal(heard.length, 50);
  assert.deepEqual([server.lastWords.length, server.lastWords.at(-1)], [20, "line 49"]);
  assert.equal(server.pid, undefined);
});

test("it is killed, and that is said", async () => {
  const server = await started("setInterval(() => {}, 1000)");
  assert.equal(await server.endedWithin(10), undefined);
  server.kill();
  assert.equal(described(await server.endedWithin(5_000)), "was ended by SIGKILL");
  server.kill();
});

test("a program that is not there is an error", async () => {
  const place = { cwd: tmpdir(), env: process.env };
  await assert.rejects(
    ServerProcess.start(["/nowhere/dbp", "serve"], place, () => undefined),
    /ENOENT/,
  );
});

test("Python is told not to look into the folder it is started in", async () => {
  const server = await started("console.error(process.env.PYTHONSAFEPATH)");
  await server.ended;
  assert.deepEqual(server.lastWords, ["1"]);
});

test("a child that holds its streams open does not keep its end from being told", async () => {
  const child = `require("node:child_process").spawn(process.execPath,
    ["-e", "setTimeout(() => {}, 3000)"], { stdio: "inherit", detached: true }).unref()`;
  const server = await started(`${child}; console.error("bye")`);
  assert.equal(described(await server.endedWithin(2_500)), "ended with code 0");
  assert.deepEqual(server.lastWords, ["bye"]);
});
