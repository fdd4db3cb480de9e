// Makes the private environment, beside the one in use: with uv where there is one, else with pip.
import { mkdir, rm } from "node:fs/promises";
import * as path from "node:path";
import type { Printed } from "../session";
import { type Diagnosis, diagnose } from "./diagnose";
import { execute } from "./execute";
import { onPath, type Place } from "./paths";
import { newFolder, pythonOf, readNote, tidy, writeNote } from "./private";
import { findPython } from "./python";
import { prefix } from "./tries";
import { parseVersion } from "./version";

/** What is installed, where, and who is told meanwhile. */
export interface Plan {
  /** The wheel or the checkout to install. */
  source: string;
  /** What tells one source from another. */
  identity: string;
  version: string;
  storage: string;
  place: Place;
  /** The interpreter chosen in the editor. */
  active: string | undefined;
  /** Told what is done now, for people. */
  report: (message: string) => void;
  /** Told what programs print. */
  log: (line: string) => void;
  signal: AbortSignal;
}

/** Why nothing was installed, also when it was cancelled. */
export class NotInstalled extends Error {
  /** Takes the cause for its message; the next step is in `diagnosis`. */
  constructor(readonly diagnosis: Diagnosis) {
    super(diagnosis.cause);
  }
}

const STEP_MS = 60_000;
const INSTALL_MS = 20 * 60_000;

/**
 * Builds, asks the result for its version, and only then makes it the one in use.
 *
 * @throws NotInstalled with cause and next step; nothing that was there before is changed.
 */
export async function build(plan: Plan): Promise<void> {
  const before = await readNote(plan.storage);
  const folder = newFolder(plan.version);
  const environment = path.join(plan.storage, folder);
  await mkdir(plan.storage, { recursive: true });
  try {
    const uv = onPath("uv", plan.place)[0];
    await (uv === undefined ? withPip(plan, environment) : withUv(plan, environment, uv));
    const version = await answer(plan, environment);
    const previous = before && before.folder !== folder ? { previous: before.folder } : {};
    const note = { folder, source: plan.identity, version, ...previous };
    await writeNote(plan.storage, note);
    await tidy(plan.storage, note);
  } catch (error) {
    await rm(environment, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

async function withUv(plan: Plan, environment: string, uv: string): Promise<void> {
  plan.report("making an environment with uv");
  const made = ["venv", "--no-project", "--python", ">=3.11", environment];
  await step(plan, "making the environment", uv, made, INSTALL_MS, "3");
  plan.report(`installing dbp ${plan.version} and what it needs`);
  const args = ["pip", "install", "--python", pythonOf(environment), plan.source];
  await step(plan, "installing dbp", uv, args, INSTALL_MS, "3");
}

async function withPip(plan: Plan, environment: string): Promise<void> {
  plan.report("looking for Python");
  const python = await findPython(plan.place, plan.active, plan.log, plan.signal);
  if ("cause" in python) {
    throw new NotInstalled(python);
  }
  plan.report(`making an environment with Python ${python.version}`);
  const made = [...python.args, "-I", "-m", "venv", environment];
  await step(plan, "making the environment", python.program, made, STEP_MS * 3, python.version);
  plan.report(`installing dbp ${plan.version} and what it needs`);
  const quiet = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"];
  const args = ["-I", "-m", "pip", "install", ...quiet, "--prefer-binary", plan.source];
  const own = pythonOf(environment);
  await step(plan, "installing dbp", own, args, INSTALL_MS, python.version);
}

async function answer(plan: Plan, environment: string): Promise<string> {
  plan.report("starting it for the first time");
  const python = pythonOf(environment);
  const args = [...prefix(python), "--version"];
  const printed = await step(plan, "starting dbp for the first time", python, args, STEP_MS, "3");
  const version = parseVersion(printed.stdout);
  if (version === undefined) {
    throw new NotInstalled(diagnose("starting dbp for the first time", printed, "3"));
  }
  return version;
}

async function step(
  plan: Plan,
  what: string,
  program: string,
  args: string[],
  timeout: number,
  python: string,
): Promise<Printed> {
  plan.log(`${program} ${args.join(" ")}`);
  const printed = await execute(program, args, {
    timeout,
    signal: plan.signal,
    env: plan.place.env,
    // Not the workspace: its pyproject.toml and pip.conf are none of ours.
    cwd: plan.storage,
    onLine: (line) => {
      plan.log(`  ${line}`);
      const part = /^(?:Collecting|Downloading) ([A-Za-z0-9_.]+)/.exec(line)?.[1];
      if (part) {
        plan.report(`${what}: ${part}`);
      } else if (line.startsWith("Installing collected packages")) {
        plan.report(`${what}: unpacking`);
      }
    },
  });
  if (plan.signal.aborted) {
    throw new NotInstalled({ cause: "Cancelled.", next: "Nothing was changed." });
  }
  if (printed.code !== 0) {
    throw new NotInstalled(diagnose(what, printed, python));
  }
  return printed;
}
