// Asking the command line of the same dbp: what it sees is what the server would do.
import type * as vscode from "vscode";
import type { Printed, Session } from "../session";

interface Config {
  settings: Record<string, Record<string, { value: unknown; origin: string }>>;
}

/**
 * Runs a verb of the command line about a folder and reads its JSON.
 *
 * The editor's settings are given along: a command line of its own would not know them.
 */
export async function ask<R>(
  session: Session,
  verb: string[],
  folder: vscode.WorkspaceFolder,
  token?: vscode.CancellationToken,
): Promise<R> {
  const about = { workspaceFolder: folder.uri.toString() };
  const config = await session.request<Config>("dbp/config", about, token);
  const args = [...verb, "--json", ...given(config)];
  return read<R>(await session.run(args, folder.uri, token));
}

/** The settings that come from the editor, as the command line takes them. */
export function given(config: Config): string[] {
  const args: string[] = [];
  for (const [section, settings] of Object.entries(config.settings)) {
    for (const [key, { value, origin }] of Object.entries(settings)) {
      if (origin === "editor") {
        const name = section ? `${section}.${key}` : key;
        args.push("--set", `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
      }
    }
  }
  return args;
}

/** Reads what was printed; a verb that says why it found nothing to print has failed. */
export function read<R>(printed: Printed): R {
  const { stdout, stderr, code } = printed;
  if (stdout.trimStart().startsWith("{")) {
    return JSON.parse(stdout) as R;
  }
  const last = stderr.trim().split("\n").at(-1) ?? "";
  throw new Error(last.replace(/^(dbp: )?(error: )?/, "") || `dbp ended with code ${code}`);
}
