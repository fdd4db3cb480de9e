// What the server writes to stderr, line by line, at the level it has there.
import type * as vscode from "vscode";

const LINE = /^\d{4}-\d\d-\d\d \S+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) (.*)$/;
type Level = "debug" | "info" | "warn" | "error";
const LEVELS: Record<string, Level> = {
  DEBUG: "debug",
  INFO: "info",
  WARNING: "warn",
  ERROR: "error",
  CRITICAL: "error",
};

/** Splits a line of the server's stderr into level and text; undefined goes on with the last one. */
export function parsed(line: string): { level: Level | undefined; text: string } {
  const found = LINE.exec(line);
  return found
    ? { level: LEVELS[found[1] ?? ""], text: found[2] ?? "" }
    : { level: undefined, text: line };
}

/** Writes lines of stderr into the channel. */
export function writer(channel: vscode.LogOutputChannel): (line: string) => void {
  let level: Level = "info";
  return (line) => {
    const one = parsed(line);
    level = one.level ?? level;
    channel[level](one.text);
  };
}
