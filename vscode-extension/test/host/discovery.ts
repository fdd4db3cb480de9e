// Finding and installing the server, in a real window.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import type { LiveSession } from "../../src/client/live";
import { findServer } from "../../src/server/discover";
import type { Problem, ServerCommand, ServerState } from "../../src/session";
import { activated, picture, until } from "./support";

type Suite = Record<string, () => Promise<void>>;

const { HOST_DBP: DBP = "" } = process.env;
const PYTHON = join(dirname(DBP), "python");

async function session(): Promise<LiveSession> {
  return ((await activated()).exports as { session: LiveSession }).session;
}

async function state(live: LiveSession, wanted: ServerState): Promise<void> {
  await until(live.onDidChangeState, () => live.state === wanted || undefined, wanted);
}

function setPath(value: string | undefined): Thenable<void> {
  const target = vscode.ConfigurationTarget.Global;
  return vscode.workspace.getConfiguration("dbp").update("server.path", value, target);
}

/** Runs with this folder first on PATH. */
async function withPath<R>(folder: string, run: () => Promise<R>): Promise<R> {
  const { PATH } = process.env;
  Object.assign(process.env, { PATH: `${folder}:${PATH}` });
  try {
    return await run();
  } finally {
    Object.assign(process.env, { PATH });
  }
}

/** What is found with this folder first on PATH. */
function found(live: LiveSession, folder: string): Promise<ServerCommand | Problem> {
  return withPath(folder, () => findServer(live.log, live.context));
}

/** Runs with the Python extension as its API describes it, with that interpreter active. */
async function withPython<R>(program: string, run: () => Promise<R>): Promise<R> {
  const { extensions } = vscode;
  const real = extensions.getExtension;
  const environments = {
    getActiveEnvironmentPath: () => ({ id: program, path: program }),
    resolveEnvironment: async () => ({ executable: { uri: vscode.Uri.file(program) } }),
  };
  const python = { isActive: true, exports: { environments } };
  Object.assign(extensions, {
    getExtension: (id: string) => (id === "ms-python.python" ? python : real(id)),
  });
  try {
    return await run();
  } finally {
    Object.assign(extensions, { getExtension: real });
  }
}

export const suite: Suite = {
  "the server comes from the setting": async () => {
    const live = await session();
    await state(live, "running");
    assert.equal(live.server?.origin, "the setting dbp.server.path");
    assert.equal(live.server?.version, "0.1.0");
  },

  "a setting that leads nowhere is a problem, and nothing else is taken": async () => {
    const live = await session();
    await setPath("/nowhere/dbp");
    await state(live, "missing");
    assert.match(live.problem?.message ?? "", /dbp\.server\.path .*\/nowhere\/dbp is no program/);
    await picture("setting-leads-nowhere");
    await vscode.commands.executeCommand("notifications.clearAll");
  },

  "a Python that has dbp is a server": async () => {
    const live = await session();
    await setPath(PYTHON);
    await state(live, "running");
    assert.deepEqual(live.server?.args, ["-P", "-m", "dbp"]);
  },

  "the active environment comes before PATH": async () => {
    const live = await session();
    await setPath("");
    const folder = mkdtempSync(join(tmpdir(), "dbp-path-"));
    symlinkSync(DBP, join(folder, "dbp"));
    try {
      const environment = await withPython(PYTHON, () => found(live, folder));
      assert.ok("command" in environment);
      assert.equal(environment.origin, "the active Python environment");
      const path = await found(live, folder);
      assert.ok("command" in path);
      assert.deepEqual([path.origin, path.command], ["PATH", join(folder, "dbp")]);
    } finally {
      rmSync(folder, { recursive: true });
      await setPath(DBP);
      await state(live, "running");
    }
  },
};

export const untrusted: Suite = {
  "no program of the workspace is asked, wherever it is named": async () => {
    const live = await session();
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
    const program = join(folder, "bin", "dbp");
    mkdirSync(dirname(program), { recursive: true });
    writeFileSync(program, `#!/bin/sh\ntouch ${join(folder, "asked")}\necho dbp 0.1.0\n`);
    chmodSync(program, 0o755);
    const server = await withPython(program, () => found(live, dirname(program)));
    assert.ok("command" in server);
    assert.equal(server.origin, "the setting dbp.server.path");
    assert.equal(server.command, DBP);
    rmSync(dirname(program), { recursive: true });
  },
};

/** Puts a package into the extension, and a uv that "installs" it as its text says. */
async function withUv<R>(live: LiveSession, text: string, run: () => Promise<R>): Promise<R> {
  const folder = mkdtempSync(join(tmpdir(), "dbp-uv-"));
  const wheels = join(live.context.extensionPath, "server");
  const wheel = join(wheels, "dbp_sidecar-0.1.0-py3-none-any.whl");
  mkdirSync(wheels, { recursive: true });
  writeFileSync(wheel, "", { flag: "a" });
  writeFileSync(join(folder, "uv"), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, "uv"), 0o755);
  try {
    return await withPath(folder, run);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A uv whose environments use the server of these tests. */
const MAKES = `
[ "$1" = venv ] || exit 0
for folder; do :; done
mkdir -p "$folder/bin"
printf '#!/bin/sh\\nexec "${PYTHON}" "$@"\\n' > "$folder/bin/python"
chmod +x "$folder/bin/python"`;

export const missing: Suite = {
  "without a server the window says what was tried and what to do": async () => {
    const live = await session();
    await state(live, "missing");
    for (const origin of ["dbp.server.path", "Python environment", "PATH", "dbp installed"]) {
      assert.ok(live.problem?.detail.includes(origin), `${origin}: ${live.problem?.detail}`);
    }
    assert.equal(live.problem?.remedies[0]?.command, "dbp.installServer");
    await vscode.commands.executeCommand("dbp.documentation.focus");
    await picture("missing");
    await vscode.commands.executeCommand("notifications.clearAll");
  },

  "an installation that fails says why, and leaves all as it was": async () => {
    const live = await session();
    const full = "echo 'error: No space left on device (os error 28)' >&2; exit 2";
    const done = await withUv(live, full, async () =>
      vscode.commands.executeCommand<boolean>("dbp.installServer"),
    );
    assert.equal(done, false);
    assert.equal(live.state, "missing");
    await picture("disk-full");
    await vscode.commands.executeCommand("notifications.clearAll");
  },

  "after an installation the server runs": async () => {
    const live = await session();
    const done = await withUv(live, MAKES, async () =>
      vscode.commands.executeCommand<boolean>("dbp.installServer"),
    );
    assert.equal(done, true);
    await state(live, "running");
    assert.equal(live.server?.origin, "the environment that dbp installed");
    assert.ok(live.server?.command.startsWith(live.context.globalStorageUri.fsPath));
    await picture("installed");
  },
};
