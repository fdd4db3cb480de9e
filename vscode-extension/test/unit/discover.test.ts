// Which programs are tried as the server, which one is taken, and what is said if none is.
import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { NOT_STARTED, TOO_LONG } from "../../src/server/execute";
import { expanded, inside, isPython, onPath, type Place } from "../../src/server/paths";
import { choose, missing, prefix, type Try, whyNot } from "../../src/server/tries";
import type { Printed } from "../../src/session";

const root = realpathSync(mkdtempSync(join(tmpdir(), "dbp-discover-")));
after(() => rmSync(root, { recursive: true }));

function program(...parts: string[]): string {
  const file = join(root, ...parts);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "#!/bin/sh\n");
  chmodSync(file, 0o755);
  return file;
}

function place(more: Partial<Place> = {}): Place {
  return { env: {}, home: "/home/ann", folders: [], trusted: true, windows: false, ...more };
}

const printed = (stdout: string, stderr = "", code = 0): Printed => ({ code, stdout, stderr });

test("PATH: in its order, each program once, and only what can be run", () => {
  const [one, two] = [program("one", "dbp"), program("two", "dbp")];
  mkdirSync(join(root, "three"));
  symlinkSync(one, join(root, "three", "dbp"));
  mkdirSync(join(root, "four", "dbp"), { recursive: true });
  const folders = ["two", "one", "three", "four", "none"].map((name) => join(root, name));
  assert.deepEqual(onPath("dbp", place({ env: { PATH: folders.join(":") } })), [two, one]);
});

test("PATH: the current folder is never looked into", () => {
  program("here", "dbp");
  const before = process.cwd();
  process.chdir(join(root, "here"));
  try {
    assert.deepEqual(onPath("dbp", place({ env: { PATH: ":.:./:../here" } })), []);
  } finally {
    process.chdir(before);
  }
});

test("PATH: what lies in a workspace is taken only when that is trusted, links followed", () => {
  const file = program("project", ".venv", "bin", "dbp");
  mkdirSync(join(root, "outside"));
  symlinkSync(file, join(root, "outside", "dbp"));
  const folders = [join(root, "project")];
  for (const PATH of [join(root, "project", ".venv", "bin"), join(root, "outside")]) {
    assert.deepEqual(onPath("dbp", place({ env: { PATH }, folders, trusted: false })), []);
    assert.equal(onPath("dbp", place({ env: { PATH }, folders })).length, 1);
  }
});

test("inside: the folder itself and below, not its neighbours", () => {
  assert.ok(inside("/a/b", ["/a/b"]));
  assert.ok(inside("/a/b/c", ["/a/b"]));
  assert.ok(!inside("/a/bc", ["/a/b"]));
  assert.ok(!inside("/a", ["/a/b"]));
  assert.ok(inside("/a/b/..c", ["/a/b"]));
});

test("the setting: home folder and workspace are understood, nothing relative", () => {
  const here = place({ folders: ["/work/project"] });
  assert.deepEqual(expanded(" ~/bin/dbp ", here), { path: "/home/ann/bin/dbp" });
  const named = "$" + "{workspaceFolder}/.venv/bin/python";
  assert.deepEqual(expanded(named, here), { path: "/work/project/.venv/bin/python" });
  const untrusted = expanded(named, { ...here, trusted: false });
  assert.match("why" in untrusted ? untrusted.why : "", /not trusted/);
  const closed = expanded(named, place());
  assert.match("why" in closed ? closed.why : "", /no folder is open/);
  for (const wrong of ["dbp", "./dbp", "$" + "{env:HOME}/dbp", "~ann/dbp"]) {
    assert.ok("why" in expanded(wrong, here), wrong);
  }
});

test("a Python is told not to look into the current folder", () => {
  for (const python of ["/usr/bin/python", "/usr/bin/python3.12", "/x/pypy3", "/x/python.exe"]) {
    assert.ok(isPython(python), python);
    assert.deepEqual(prefix(python), ["-P", "-m", "dbp"]);
  }
  assert.deepEqual(prefix("/usr/bin/dbp"), []);
});

const ANSWERS: Record<string, Printed> = {
  "/old/dbp": printed("dbp 0.0.9\n"),
  "/good/dbp": printed("dbp 0.1.4\n"),
  "/other/dbp": printed("usage: dbp\n"),
  "/venv/bin/python": printed("", "/venv/bin/python: No module named dbp\n", 1),
};
const ask = async (command: string) => ANSWERS[command] ?? printed("", "spawn ENOENT", NOT_STARTED);

test("the first that fits is taken, and each try is told", async () => {
  const tries: Try[] = [
    { origin: "the setting", why: "is not set" },
    { origin: "the environment", program: "/venv/bin/python" },
    { origin: "PATH", program: "/old/dbp" },
    { origin: "PATH", program: "/other/dbp" },
    { origin: "PATH", program: "/good/dbp" },
    { origin: "never asked", program: "/old/dbp" },
  ];
  const lines: string[] = [];
  const found = await choose(tries, ask, "0.1.0", (line) => lines.push(line));
  assert.deepEqual(found, {
    server: { command: "/good/dbp", args: [], version: "0.1.4", origin: "PATH" },
  });
  assert.equal(lines.length, 5);
  assert.match(lines[1] ?? "", /dbp is not installed there/);
  assert.match(lines[2] ?? "", /0\.0\.9, which is older/);
  assert.match(lines[4] ?? "", /taken/);
});

test("what somebody set is the only try", async () => {
  const tries: Try[] = [
    { origin: "the setting dbp.server.path", program: "/gone/dbp", only: true },
    { origin: "PATH", program: "/good/dbp" },
  ];
  const found = await choose(tries, ask, "0.1.0", () => undefined);
  assert.ok("failed" in found && found.only);
  const problem = missing(found.failed, found.only);
  assert.match(problem.message, /dbp\.server\.path names cannot be used: it does not run/);
  assert.ok(!problem.remedies.some((one) => one.command === "dbp.installServer"));
});

test("a missing server: everything that was tried, and what to do", async () => {
  const tries: Try[] = [
    { origin: "PATH", why: "no dbp is on it" },
    { origin: "the environment that dbp installed", why: "nothing was installed yet" },
  ];
  const found = await choose(tries, ask, "0.1.0", () => undefined);
  assert.ok("failed" in found);
  const problem = missing(found.failed, found.only);
  assert.match(
    problem.detail,
    /- PATH: no dbp is on it\n- the environment .*nothing was installed/,
  );
  assert.deepEqual(
    problem.remedies.map((one) => one.command),
    ["dbp.installServer", "dbp.openSettings", "dbp.showClientLog"],
  );
  const old = await choose(
    [{ origin: "PATH", program: "/old/dbp" }],
    ask,
    "0.1.0",
    () => undefined,
  );
  assert.ok("failed" in old);
  assert.match(
    missing(old.failed).message,
    /PATH has dbp, but it is version 0\.0\.9, which is older/,
  );
});

test("why a program is no server", () => {
  const cases: [Printed, boolean, RegExp][] = [
    [printed("", "", TOO_LONG), false, /in time/],
    [printed("", "spawn EACCES", NOT_STARTED), false, /does not run: spawn EACCES/],
    [printed("", "unknown option -P\nusage: python", 2), true, /older than 3\.11/],
    [printed("", "/x: No module named dbp", 1), true, /not installed there/],
    [printed("hello", "", 0), false, /not dbp/],
    [printed("", "Traceback\nImportError: x", 1), false, /code 1: ImportError: x/],
  ];
  for (const [said, python, why] of cases) {
    assert.match(whyNot(said, python), why);
  }
});
