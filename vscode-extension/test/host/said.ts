// What the extension says to a person, and the button this person presses.
import * as vscode from "vscode";
import type { Session } from "../../src/session";
import { activated, until } from "./support";

const WAYS = ["showInformationMessage", "showWarningMessage", "showErrorMessage"] as const;
type Show = (text: string, ...rest: unknown[]) => Promise<unknown>;

/**
 * Hears what is said while something runs; every message with a button `press` has it pressed.
 *
 * VS Code has no interface for that, so the way to say things is replaced. A packed extension says
 * them in a way of its own: nothing is heard of it, and the test has nothing to judge.
 */
export async function said(run: () => Promise<unknown>, press?: string): Promise<string[]> {
  const window = vscode.window as unknown as Record<string, Show>;
  const texts: string[] = [];
  const before = WAYS.map((way) => [way, window[way]] as const);
  for (const way of WAYS) {
    window[way] = async (text, ...rest) => {
      texts.push(text);
      return rest.find((one) => press !== undefined && titleOf(one) === press);
    };
  }
  try {
    await run();
  } finally {
    for (const [way, show] of before) {
      if (show) {
        window[way] = show;
      }
    }
  }
  return texts;
}

function titleOf(button: unknown): unknown {
  return typeof button === "object" ? (button as { title?: unknown } | null)?.title : button;
}

/** Whether tests and extension share the editor's interface, so that `said` hears something. */
export async function heard(): Promise<boolean> {
  const session = await ready();
  return session.context.extensionMode !== vscode.ExtensionMode.Production;
}

/** The session, with a server that has looked at everything. */
export async function ready(): Promise<Session> {
  const { session } = (await activated()).exports as { session: Session };
  await until(session.onDidChangeState, () => session.state === "running" || undefined, "a server");
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const about = { workspaceFolder: folder.uri.toString(), flush: true };
    await session.request("dbp/settle", about);
  }
  return session;
}
