// What a command that went wrong says: once, with the next step.
import * as vscode from "vscode";
import { Refused, type Session } from "../session";
import { plain } from "./icons";
import { fail, inform } from "./show";
import { sentences } from "./words";

const SHOW_LOG = "Show Log";
const QUIET_MILLISECONDS = 6000;

/**
 * Runs what a person asked for, and tells them when it did not work.
 *
 * A refusal is shown with its hint; it is an answer, not a defect. Everything else is a defect
 * of ours: the log says all of it. Answers undefined in both cases, and when it was cancelled.
 *
 * @param session Its log gets the details.
 * @param what What is done, in words that follow "could not": "pause indexing".
 * @param run The work itself.
 */
export async function guarded<T>(
  session: Session,
  what: string,
  run: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (!isCancelled(error)) {
      tell(session, what, error);
    }
    return undefined;
  }
}

/** Whether somebody took the question back: nothing to tell. */
export function isCancelled(error: unknown): boolean {
  const name = (error as { name?: unknown } | undefined)?.name;
  return error instanceof vscode.CancellationError || name === "Canceled";
}

/** Says something in the status bar: for a moment, or as long as something goes on. */
export function quietly(text: string, during?: Promise<unknown>): void {
  if (during) {
    vscode.window.setStatusBarMessage(plain(`dbp: ${text}`), during);
  } else {
    vscode.window.setStatusBarMessage(plain(`dbp: ${text}`), QUIET_MILLISECONDS);
  }
}

/** Says that a command has no folder to be about: of a file that was named, or at all. */
export function outside(uri?: vscode.Uri): void {
  if (uri) {
    const file = vscode.workspace.asRelativePath(uri);
    const text = `dbp: ${file} is in no open folder. Open the folder it is in.`;
    void inform(text);
  } else if (!vscode.workspace.workspaceFolders?.length) {
    void inform("dbp: Open a folder first.");
  }
}

/** What a menu names as its subject, if it is a file. */
export function uriOf(about: unknown): vscode.Uri | undefined {
  return about instanceof vscode.Uri ? about : undefined;
}

/** The file a command is about: what a menu names, else the one in the active editor. */
export function fileOf(about: unknown): vscode.Uri | undefined {
  const uri = uriOf(about) ?? vscode.window.activeTextEditor?.document.uri ?? activeInput();
  if (uri?.scheme === "file") {
    return uri;
  }
  void inform("dbp: Open a file of the project first.");
  return undefined;
}

/** The file of an editor that shows no text: an image, a notebook. */
function activeInput(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return uriOf((input as { uri?: unknown } | undefined)?.uri);
}

function tell(session: Session, what: string, error: unknown): void {
  if (error instanceof Refused) {
    session.log.info(`could not ${what}: ${error.code}: ${error.message}`);
    void fail(sentences("dbp:", error.message, error.hint));
    return;
  }
  const text = error instanceof Error ? error.message : String(error);
  session.log.error(`could not ${what}:`, error instanceof Error ? error : text);
  void fail(sentences(`dbp could not ${what}:`, text), SHOW_LOG).then((choice) => {
    if (choice === SHOW_LOG) {
      session.log.show(true);
    }
  });
}
