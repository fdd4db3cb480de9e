// The private environment: where it lies, and the note that says it is whole.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";

/** Written last, when the environment answered: what it does not name is never used. */
export interface Note {
  /** The folder of the environment, below the storage folder. */
  folder: string;
  /** What it was made from: a change of it asks for a new one. */
  source: string;
  version: string;
  /** The folder before this one: another window may still run it. */
  previous?: string;
}

const NOTE = "server.json";
const ENVIRONMENT = /^server-[\w.-]+$/;
/** An environment that is being made by another window is younger than this. */
const YOUNG_MS = 3_600_000;

/** What is installed, or undefined. */
export async function readNote(storage: string): Promise<Note | undefined> {
  try {
    const note = JSON.parse(await readFile(path.join(storage, NOTE), "utf8")) as Partial<Note>;
    if (!isFolder(note.folder)) {
      return undefined;
    }
    return {
      folder: note.folder,
      source: String(note.source),
      version: String(note.version),
      ...(isFolder(note.previous) ? { previous: note.previous } : {}),
    };
  } catch {
    return undefined; // never installed, or half written by something else: as good as none
  }
}

function isFolder(name: unknown): name is string {
  return typeof name === "string" && ENVIRONMENT.test(name);
}

/** A name for a new environment: one that is in use stays where it is. */
export function newFolder(version: string): string {
  return `server-${version.replaceAll(/[^\w.]/g, "_")}-${randomUUID().slice(0, 8)}`;
}

/** Makes an environment the one that is used, in one step. */
export async function writeNote(storage: string, note: Note): Promise<void> {
  await mkdir(storage, { recursive: true });
  const aside = path.join(storage, `${NOTE}.${randomUUID().slice(0, 8)}`);
  await writeFile(aside, `${JSON.stringify(note, null, 2)}\n`);
  await rename(aside, path.join(storage, NOTE));
}

/** Removes the environments nobody uses any more. */
export async function tidy(storage: string, note: Note, now = Date.now()): Promise<void> {
  for (const name of await readdir(storage).catch(() => [])) {
    const folder = path.join(storage, name);
    if (!ENVIRONMENT.test(name) || name === note.folder || name === note.previous) {
      continue;
    }
    const made = (await stat(folder).catch(() => undefined))?.mtimeMs ?? 0;
    if (now - made > YOUNG_MS) {
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** The Python of an environment. */
export function pythonOf(environment: string, windows = process.platform === "win32"): string {
  return windows
    ? path.join(environment, "Scripts", "python.exe")
    : path.join(environment, "bin", "python");
}
