// Finds the server: a list of tries, each of them in the log with how it ended.
import * as path from "node:path";
import * as vscode from "vscode";
import type { Problem, ServerCommand } from "../session";
import { activePython } from "./environment";
import { execute } from "./execute";
import { allowed, expanded, isProgram, onPath, type Place } from "./paths";
import { place, versionOf } from "./place";
import { pythonOf, readNote } from "./private";
import { choose, missing, type Try } from "./tries";

export { watchPython } from "./environment";

/** How the private environment is named in logs and statuses. */
export const PRIVATE = "the environment that dbp installed";

const ASK_MS = 15_000;

/** The first server that fits, else what was tried; a set path is all that is tried. */
export async function findServer(
  log: vscode.LogOutputChannel,
  context: vscode.ExtensionContext,
  signal?: AbortSignal,
): Promise<ServerCommand | Problem> {
  const here = place();
  const ask = (command: string, args: string[]) =>
    execute(command, args, { timeout: ASK_MS, env: here.env, ...(signal && { signal }) });
  const set = fromSetting(here);
  const tries = set.only
    ? [set]
    : [set, await fromEnvironment(here), ...fromPath(here), await fromPrivate(context)];
  log.info("looking for the server");
  const found = await choose(tries, ask, versionOf(context.extension), (line) =>
    log.info(`  ${line}`),
  );
  return "server" in found ? found.server : missing(found.failed, found.only);
}

/** What the setting says; one of a workspace that nobody trusts says nothing. */
function chosen(): string | undefined {
  const configuration = vscode.workspace.getConfiguration("dbp");
  const value = vscode.workspace.isTrusted
    ? configuration.get<unknown>("server.path")
    : configuration.inspect<unknown>("server.path")?.globalValue;
  return typeof value === "string" ? value.trim() : undefined;
}

function fromSetting(here: Place): Try {
  const origin = "the setting dbp.server.path";
  const value = chosen();
  if (!value) {
    return { origin, why: "is not set" };
  }
  const at = expanded(value, here);
  if ("why" in at) {
    return { origin, why: `${value} ${at.why}`, only: true };
  }
  if (!isProgram(at.path)) {
    return { origin, why: `${at.path} is no program`, only: true };
  }
  return { origin, program: at.path, only: true };
}

async function fromEnvironment(here: Place): Promise<Try> {
  const origin = "the active Python environment";
  try {
    const active = await activePython();
    return "why" in active
      ? { origin, why: active.why }
      : allowed(active.program, here)
        ? { origin, program: active.program }
        : { origin, why: "it is in a workspace that is not trusted" };
  } catch (error) {
    return { origin, why: `the Python extension did not answer: ${error}` };
  }
}

function fromPath(here: Place): Try[] {
  const found = onPath("dbp", here);
  return found.length === 0
    ? [{ origin: "PATH", why: "no dbp is on it" }]
    : found.map((program) => ({ origin: "PATH", program }));
}

async function fromPrivate(context: vscode.ExtensionContext): Promise<Try> {
  const storage = context.globalStorageUri.fsPath;
  const note = await readNote(storage);
  const origin = PRIVATE;
  if (!note) {
    return { origin, why: "nothing was installed yet" };
  }
  const program = pythonOf(path.join(storage, note.folder));
  return isProgram(program)
    ? { origin, program }
    : { origin, why: `${program} is gone: the Python it was made with may have been removed` };
}
