// Runs a verb of the same dbp that serves.
import * as vscode from "vscode";
import { execute } from "../server/execute";
import type { Printed, ServerCommand } from "../session";

/** Verbs that look at every file of a large folder take minutes. */
const LONGEST_MS = 5 * 60_000;

/**
 * The folder is named, not the current one: what would be run from there is nothing of ours.
 *
 * @throws vscode.CancellationError when it was cancelled.
 */
export async function printed(
  server: ServerCommand,
  args: string[],
  folder: vscode.Uri,
  place: { cwd: string; env: NodeJS.ProcessEnv },
  token?: vscode.CancellationToken,
): Promise<Printed> {
  const stop = new AbortController();
  const listening = token?.onCancellationRequested(() => stop.abort());
  try {
    const argv = [...server.args, ...args, "-C", folder.fsPath];
    const env = { ...place.env, PYTHONSAFEPATH: "1", NO_COLOR: "1" };
    const options = { cwd: place.cwd, env, timeout: LONGEST_MS, signal: stop.signal };
    const found = await execute(server.command, argv, options);
    if (token?.isCancellationRequested) {
      throw new vscode.CancellationError();
    }
    return found;
  } finally {
    listening?.dispose();
  }
}
