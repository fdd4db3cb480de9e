// Installing the server: finding a Python, making an environment, and keeping the old one.
import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { build, NotInstalled, type Plan } from "../../src/server/build";
import { execute, NOT_STARTED, TOO_LONG } from "../../src/server/execute";
import { readNote, tidy, writeNote } from "../../src/server/private";
import { findPython, newEnough, saidBy } from "../../src/server/python";

const root = mkdtempSync(join(tmpdir(), "dbp-install-"));
after(() => rmSync(root, { recursive: true }));

function script(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
}

function plan(name: string, bin: string, more: Partial<Plan> = {}): Plan & { said: string[] } {
  const said: string[] = [];
  return {
    said,
    source: "/nowhere/dbp_sidecar-0.1.0-py3-none-any.whl",
    identity: "the wheel of 0.1.0",
    version: "0.1.0",
    storage: join(root, name),
    place: {
      env: { ...process.env, PATH: bin },
      home: root,
      folders: [],
      trusted: true,
      windows: false,
    },
    active: undefined,
    report: (message) => said.push(message),
    log: () => undefined,
    signal: new AbortController().signal,
    ...more,
  };
}

/** What makes an environment whose Python answers as this text says. */
const maker = (answer: string) => `
case "$1" in
  venv) for last; do :; done; mkdir -p "$last/bin"
    printf '#!/bin/sh\\n${answer}\\n' > "$last/bin/python"; chmod +x "$last/bin/python" ;;
  pip) echo "Collecting pygls (from dbp)"; exit 0 ;;
esac`;
const mkdirs = `PATH="/usr/bin:/bin"`;

test("an installation is used only when it answered, and follows the one before", async () => {
  const bin = join(root, "good");
  script(bin, "uv", mkdirs + maker("echo dbp 0.1.0"));
  const one = plan("whole", bin);
  await build(one);
  const first = await readNote(one.storage);
  assert.equal(first?.version, "0.1.0");
  assert.equal(first?.source, "the wheel of 0.1.0");
  assert.ok(one.said.some((line) => line.includes("pygls")));
  await build(plan("whole", bin));
  const second = await readNote(one.storage);
  assert.notEqual(second?.folder, first?.folder);
  assert.equal(second?.previous, first?.folder);
  assert.ok(existsSync(join(one.storage, first?.folder ?? "", "bin/python")));
});

test("one that does not answer leaves nothing, and the one before stays", async () => {
  const bin = join(root, "bad");
  script(bin, "uv", mkdirs + maker("echo it broke >&2; exit 3"));
  const one = plan("half", bin);
  const before = { folder: "server-0.0.9-aaaaaaaa", source: "old", version: "0.0.9" };
  await writeNote(one.storage, before);
  await assert.rejects(build(one), (error) => {
    assert.ok(error instanceof NotInstalled);
    assert.match(error.diagnosis.cause, /starting dbp for the first time.*it broke/);
    return true;
  });
  assert.deepEqual(await readNote(one.storage), before);
  assert.deepEqual(readdirSync(one.storage), ["server.json"]);
});

test("it can be cancelled, and what it started ends", async () => {
  const bin = join(root, "slow");
  script(bin, "uv", "echo begun; /bin/sleep 60");
  const stop = new AbortController();
  const log = (line: string) => line.trim() === "begun" && stop.abort();
  const one = plan("cancelled", bin, { signal: stop.signal, log });
  await assert.rejects(build(one), /Cancelled/);
  assert.deepEqual(readdirSync(one.storage), []);
});

test("without uv and Python the next step is to get one", async () => {
  const one = plan("none", join(root, "empty"));
  await assert.rejects(build(one), (error) => {
    assert.ok(error instanceof NotInstalled);
    assert.match(error.diagnosis.next, /Install Python 3\.11 or newer/);
    return true;
  });
});

test("Pythons: new enough and whole ones are taken, the others named", async () => {
  const bin = join(root, "pythons");
  script(bin, "python3.12", "echo python 3.12 bare");
  script(bin, "python3", "echo python 3.9 whole");
  const here = plan("x", bin).place;
  const lines: string[] = [];
  const bare = await findPython(here, undefined, (line) => lines.push(line));
  assert.match("cause" in bare ? bare.cause : "", /3\.12 cannot make environments/);
  assert.match("next" in bare ? bare.next : "", /apt install python3\.12-venv/);
  assert.equal(lines.length, 2);
  script(bin, "python", "echo python 3.14 whole");
  const found = await findPython(here, undefined, () => undefined);
  assert.ok("program" in found && found.version === "3.14");
  rmSync(join(bin, "python3.12"));
  rmSync(join(bin, "python"));
  const old = await findPython(here, undefined, () => undefined);
  assert.match("cause" in old ? old.cause : "", /only 3\.9/);
  assert.deepEqual(saidBy("python 3.11 whole\r\n"), { version: [3, 11], whole: true });
  assert.equal(saidBy("Python 3.11.7"), undefined);
  assert.ok(newEnough([4, 0]) && newEnough([3, 11]) && !newEnough([3, 10]) && !newEnough([2, 7]));
});

test("environments nobody uses are removed when they are old enough", async () => {
  const storage = join(root, "tidy");
  const names = ["server-1-a", "server-2-b", "server-3-c", "server-4-d", "other"];
  for (const name of names) {
    mkdirSync(join(storage, name), { recursive: true });
  }
  const old = new Date(Date.now() - 7_200_000);
  for (const name of ["server-1-a", "server-2-b", "server-3-c", "other"]) {
    utimesSync(join(storage, name), old, old);
  }
  await tidy(storage, { folder: "server-3-c", previous: "server-2-b", source: "", version: "" });
  assert.deepEqual(readdirSync(storage), ["other", "server-2-b", "server-3-c", "server-4-d"]);
});

test("a note that leads elsewhere, or is broken, is none", async () => {
  const storage = join(root, "notes");
  mkdirSync(storage);
  for (const text of ["", "{", '{"folder": "../../elsewhere"}', '{"folder": 3}', "[]"]) {
    writeFileSync(join(storage, "server.json"), text);
    assert.equal(await readNote(storage), undefined, text);
  }
  assert.equal(await readNote(join(root, "nowhere")), undefined);
});

test("programs: no shell, a limit of time, and lines as they come", async () => {
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  const said = await execute("/bin/echo", ["$HOME; ls"], { timeout: 5000, onLine });
  assert.deepEqual([said.code, said.stdout, lines], [0, "$HOME; ls\n", ["$HOME; ls"]]);
  const late = await execute("/bin/sh", ["-c", "/bin/sleep 60"], { timeout: 50 });
  assert.equal(late.code, TOO_LONG);
  const none = await execute(join(root, "none"), [], { timeout: 1000 });
  assert.equal(none.code, NOT_STARTED);
});
