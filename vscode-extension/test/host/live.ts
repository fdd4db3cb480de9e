// The session of the extension under test, and waiting for its server.
import * as vscode from "vscode";
import type { LiveSession } from "../../src/client/live";
import { activated } from "./support";

export async function session(): Promise<LiveSession> {
  const extension = await activated();
  return (extension.exports as { session: LiveSession }).session;
}

/** Waits until it runs, longer than the longest pause after a crash. */
export async function running(live: LiveSession, but?: number): Promise<number> {
  return waited(live, () => (live.state === "running" && live.pid !== but ? live.pid : undefined));
}

export async function waited<R>(live: LiveSession, check: () => R | undefined): Promise<R> {
  const now = check();
  if (now !== undefined) {
    return now;
  }
  return new Promise((resolve) => {
    const listening = live.onDidChangeState(() => {
      const found = check();
      if (found !== undefined) {
        listening.dispose();
        resolve(found);
      }
    });
  });
}

export function set(key: string, value: unknown): Thenable<void> {
  return vscode.workspace
    .getConfiguration("dbp")
    .update(key, value, vscode.ConfigurationTarget.Global);
}
