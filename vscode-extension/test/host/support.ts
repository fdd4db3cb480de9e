// What tests inside VS Code share.
import assert from "node:assert/strict";
import * as vscode from "vscode";

const EXTENSION = "dbp.dbp";
/** How long an answer of the server may take on a machine that is busy. */
const PATIENCE_MS = 12_000;

/** The extension under test, active. */
export async function activated(): Promise<vscode.Extension<unknown>> {
  const extension = vscode.extensions.getExtension(EXTENSION);
  assert.ok(extension, `${EXTENSION} is not installed`);
  await extension.activate();
  return extension;
}

/** The address of a file in the first folder. */
export function uriOf(path: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, "no folder is open");
  return vscode.Uri.joinPath(folder.uri, ...path.split("/"));
}

/** Opens a file of the first folder in an editor. */
export async function opened(path: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uriOf(path)));
}

/** Waits for an event after which a check gives something: now, or when it comes. */
export async function until<T, R>(
  event: vscode.Event<T>,
  check: () => R | undefined,
  what: string,
): Promise<R> {
  const now = check();
  if (now !== undefined) {
    return now;
  }
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      listening.dispose();
      reject(new Error(`${what} did not come in ${PATIENCE_MS / 1000} s`));
    }, PATIENCE_MS);
    const listening = event(() => {
      const found = check();
      if (found !== undefined) {
        clearTimeout(late);
        listening.dispose();
        resolve(found);
      }
    });
  });
}

/** Asks again until there is an answer: for what VS Code has no event for. */
export async function eventually<R>(
  what: string,
  ask: () => Promise<R | undefined> | R | undefined,
): Promise<R> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await ask();
    if (found !== undefined) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`${what} did not come in ${PATIENCE_MS / 1000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Asks the harness for a picture of the window, by this name. */
export async function picture(name: string): Promise<void> {
  await tell({ kind: "picture", name });
}

/** Tells the harness something, and waits until it is done with it. */
export async function tell(what: object): Promise<void> {
  const { HOST_REPORT } = process.env;
  if (HOST_REPORT) {
    await fetch(HOST_REPORT, { method: "POST", body: JSON.stringify(what) });
  }
}
