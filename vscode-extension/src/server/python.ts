// Finds a Python that dbp can be installed with.
import { type Diagnosis, NO_PYTHON, noVenv, tooOld } from "./diagnose";
import { execute } from "./execute";
import { onPath, type Place } from "./paths";

/** A Python that dbp can be installed with, and how it is called. */
export interface Python {
  program: string;
  args: string[];
  /** Major and minor: `3.11`. */
  version: string;
}

const NAMES = ["python3.13", "python3.12", "python3.11", "python3", "python"];
const OLDEST = [3, 11] as const;
const ASK = [
  "import sys",
  "from importlib.util import find_spec",
  "whole = find_spec('venv') and find_spec('ensurepip')",
  "print('python %d.%d' % sys.version_info[:2], 'whole' if whole else 'bare')",
].join("; ");

/** What may be a Python, best first; `active` is the interpreter chosen in the editor. */
export function candidates(place: Place, active?: string): { program: string; args: string[] }[] {
  const named = NAMES.flatMap((name) => onPath(name, place));
  const launcher = place.windows
    ? onPath("py", place).map((one) => ({ program: one, args: ["-3"] }))
    : [];
  return [
    ...named.map((program) => ({ program, args: [] })),
    ...launcher,
    ...(active === undefined ? [] : [{ program: active, args: [] }]),
  ];
}

/** What a Python said of itself. */
export interface Said {
  version: [number, number];
  /** Whether it can make environments: Debian keeps that in a package of its own. */
  whole: boolean;
}

/** Reads the answer to `ASK`; undefined when it is none. */
export function saidBy(printed: string): Said | undefined {
  const found = /^python (\d+)\.(\d+) (whole|bare)\s*$/m.exec(printed);
  return found
    ? { version: [Number(found[1]), Number(found[2])], whole: found[3] === "whole" }
    : undefined;
}

/** Tells whether dbp runs on that version. */
export function newEnough([major, minor]: [number, number]): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The first that can be used, else what is wrong with those there are. */
export async function findPython(
  place: Place,
  active: string | undefined,
  tell: (line: string) => void,
  signal?: AbortSignal,
): Promise<Python | Diagnosis> {
  const old = new Set<string>();
  let bare: string | undefined;
  for (const { program, args } of candidates(place, active)) {
    const options = { timeout: 10_000, ...(signal ? { signal } : {}) };
    const printed = await execute(program, [...args, "-I", "-c", ASK], options);
    const said = printed.code === 0 ? saidBy(printed.stdout) : undefined;
    if (said === undefined) {
      tell(`${program}: no working Python (${printed.stderr.trim().split("\n").at(-1) ?? ""})`);
      continue;
    }
    const version = said.version.join(".");
    const why = !newEnough(said.version) ? "too old" : said.whole ? "" : "cannot make environments";
    tell(`${program}: Python ${version}: ${why || "taken"}`);
    if (why === "") {
      return { program, args, version };
    }
    if (newEnough(said.version)) {
      bare ??= version;
    } else {
      old.add(version);
    }
  }
  return bare !== undefined ? noVenv(bare) : old.size > 0 ? tooOld([...old]) : NO_PYTHON;
}
