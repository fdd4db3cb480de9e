// The list of tries that finds a server, and what is said when none of them does.
import type { Printed, Problem, Remedy, ServerCommand } from "../session";
import { NOT_STARTED, TOO_LONG } from "./execute";
import { isPython } from "./paths";
import { mismatch, parseVersion } from "./version";

/** One place to look: a program, or why there is none to ask. */
export interface Try {
  /** For people: "the setting dbp.server.path", "PATH", … */
  origin: string;
  program?: string;
  why?: string;
  /** Somebody asked for just this one: when it does not work, nothing else is taken instead. */
  only?: boolean;
}

/** A try that led to nothing, and why. */
export interface Failed {
  origin: string;
  program?: string | undefined;
  why: string;
}

/** Runs a program with `--version`. */
export type Ask = (command: string, args: string[]) => Promise<Printed>;

/** How dbp is started with that program: a Python is told not to look into the current folder. */
export function prefix(program: string): string[] {
  return isPython(program) ? ["-P", "-m", "dbp"] : [];
}

/** Goes through the tries until one answers with a version that fits. */
export async function choose(
  tries: Iterable<Try>,
  ask: Ask,
  extension: string,
  tell: (line: string) => void,
): Promise<{ server: ServerCommand } | { failed: Failed[]; only?: Failed }> {
  const failed: Failed[] = [];
  for (const one of tries) {
    const found = await tried(one, ask, extension);
    if ("server" in found) {
      tell(`${one.origin}: dbp ${found.server.version}, ${one.program}: taken`);
      return found;
    }
    const failure = { origin: one.origin, program: one.program, why: found.why };
    tell(named(failure));
    failed.push(failure);
    if (one.only) {
      return { failed, only: failure };
    }
  }
  return { failed };
}

async function tried(
  one: Try,
  ask: Ask,
  extension: string,
): Promise<{ server: ServerCommand } | { why: string }> {
  if (one.program === undefined) {
    return { why: one.why ?? "there is none" };
  }
  const args = prefix(one.program);
  const printed = await ask(one.program, [...args, "--version"]);
  const version = printed.code === 0 ? parseVersion(printed.stdout) : undefined;
  if (version === undefined) {
    return { why: whyNot(printed, isPython(one.program)) };
  }
  const why = mismatch(version, extension);
  return why === undefined
    ? { server: { command: one.program, args, version, origin: one.origin } }
    : { why };
}

/** Why a program is no server, from what it printed. */
export function whyNot(printed: Printed, python: boolean): string {
  const last = printed.stderr.trim().split("\n").at(-1)?.trim() ?? "";
  if (printed.code === TOO_LONG) {
    return "it did not answer in time";
  }
  if (printed.code === NOT_STARTED) {
    return `it does not run: ${last}`;
  }
  if (python && /unknown option:? -?-?P/i.test(printed.stderr)) {
    return "this Python is older than 3.11";
  }
  if (/No module named '?dbp/.test(printed.stderr)) {
    return "dbp is not installed there";
  }
  if (printed.code === 0) {
    return "it is not dbp: it does not tell its version as dbp does";
  }
  return `it ended with code ${printed.code}${last ? `: ${last}` : ""}`;
}

function named(failure: Failed): string {
  const program = failure.program === undefined ? "" : ` (${failure.program})`;
  return `${failure.origin}${program}: ${failure.why}`;
}

export const REMEDIES = {
  install: { title: "Install Server", command: "dbp.installServer" },
  settings: { title: "Open Settings", command: "dbp.openSettings" },
  log: { title: "Show Client Log", command: "dbp.showClientLog" },
} satisfies Record<string, Remedy>;

/** What people are told when there is no server. */
export function missing(failed: Failed[], only?: Failed): Problem {
  if (only) {
    return {
      message: `The server that ${only.origin} names cannot be used: ${only.why}.`,
      detail: `${named(only)}.\nCorrect or clear the setting; without it dbp looks elsewhere.`,
      remedies: [REMEDIES.settings, REMEDIES.log],
    };
  }
  const other = failed.find((one) => /than this extension can use/.test(one.why));
  return {
    message: other
      ? `There is no dbp server that fits: ${other.origin} has dbp, but ${other.why}.`
      : "The dbp server is not installed yet.",
    detail: ["Looked at:", ...failed.map((one) => `- ${named(one)}`)].join("\n"),
    remedies: [REMEDIES.install, REMEDIES.settings, REMEDIES.log],
  };
}
