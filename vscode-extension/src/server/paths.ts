// Where programs are looked for, and where they never are: not in the current folder, and not in
// a workspace that nobody trusts.
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import * as path from "node:path";

/** What a lookup may use. */
export interface Place {
  env: NodeJS.ProcessEnv;
  home: string;
  /** The open folders. */
  folders: string[];
  /** Whether the person trusts them. */
  trusted: boolean;
  windows: boolean;
}

const PATHS = ["PATH", "Path"];
const WORKSPACE = "$" + "{workspaceFolder}";

/** Whether a path is one of the folders or below one, symbolic links followed. */
export function inside(file: string, folders: string[]): boolean {
  const forms = [path.resolve(file), real(file)];
  return folders.some((folder) =>
    forms.some((form) =>
      [path.resolve(folder), real(folder)].some((above) => {
        const way = path.relative(above, form);
        return (
          way === "" || !(way === ".." || way.startsWith(`..${path.sep}`) || path.isAbsolute(way))
        );
      }),
    ),
  );
}

/** All programs of that name on PATH, first one first, each once. */
export function onPath(name: string, place: Place): string[] {
  const found = new Map<string, string>();
  const variable = PATHS.map((one) => place.env[one]).find((one) => one !== undefined) ?? "";
  for (const folder of variable.split(place.windows ? ";" : ":")) {
    // An empty or relative part means the current folder: whatever is opened there.
    if (!path.isAbsolute(folder)) {
      continue;
    }
    const file = path.join(folder, place.windows ? `${name}.exe` : name);
    if (isProgram(file) && allowed(file, place) && !found.has(real(file))) {
      found.set(real(file), file);
    }
  }
  return [...found.values()];
}

/** Whether a program may be run: one of a workspace only when that is trusted. */
export function allowed(file: string, place: Place): boolean {
  return place.trusted || !inside(file, place.folders);
}

/** Tells whether a path is a file that may be executed; false when there is none. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * The path a setting means: `~` is the home folder, `${workspaceFolder}` the first open folder,
 * where that is trusted.
 *
 * @returns The path, or why there is none, in words that follow "it".
 */
export function expanded(setting: string, place: Place): { path: string } | { why: string } {
  let text = setting.trim().replace(/^~(?=$|[\\/])/, () => place.home);
  if (text.includes(WORKSPACE)) {
    const folder = place.folders[0];
    if (!place.trusted) {
      return { why: "names the workspace, which is not trusted" };
    }
    if (folder === undefined) {
      return { why: `names ${WORKSPACE}, and no folder is open` };
    }
    text = text.replaceAll(WORKSPACE, folder);
  }
  if (text.includes("${")) {
    return { why: `holds a variable: only ${WORKSPACE} and ~ are understood` };
  }
  if (!path.isAbsolute(text)) {
    return { why: "is not an absolute path" };
  }
  return { path: path.normalize(text) };
}

/** Whether a program is a Python, by its name, and not dbp itself. */
export function isPython(file: string): boolean {
  return /^(python|pypy|py)[\d.]*(\.exe)?$/i.test(path.basename(file));
}

function real(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return path.resolve(file);
  }
}
