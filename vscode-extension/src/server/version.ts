// Which servers this extension can work with: the same major and minor version as its own.

/** What the command line of a server printed for `--version`: `dbp 0.1.0`. */
export function parseVersion(printed: string): string | undefined {
  return /^dbp (\d+\.\d+(?:\.\d+)?\S*)\s*$/m.exec(printed)?.[1];
}

const NONE: [number, number] = [0, 0];

/** The numbers that must agree; undefined for what is no version. */
function series(version: string): [number, number] | undefined {
  const found = /^(\d+)\.(\d+)/.exec(version);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}

/**
 * Compares a server with the extension.
 *
 * @returns `same` when they speak the same protocol; a server that says no number is older.
 */
export function compared(server: string, extension: string): "same" | "older" | "newer" {
  const theirs = series(server) ?? NONE;
  const ours = series(extension) ?? NONE;
  const difference = theirs[0] - ours[0] || theirs[1] - ours[1];
  return difference === 0 ? "same" : difference < 0 ? "older" : "newer";
}

/** Why a server of this version is not used, or undefined when it is. */
export function mismatch(server: string, extension: string): string | undefined {
  const how = compared(server, extension);
  const wanted = (series(extension) ?? NONE).join(".");
  return how === "same"
    ? undefined
    : `it is version ${server}, which is ${how} than this extension can use (${wanted}.x)`;
}
