// References that follow a renamed file.
import * as vscode from "vscode";

/**
 * Takes the wish for a confirmation from edits: for a rename the editor asks anyway, and then shows
 * each edit that wants one unticked, so that who agrees would agree to nothing.
 */
export function unconfirmed(
  edit: vscode.WorkspaceEdit | null | undefined,
): vscode.WorkspaceEdit | null | undefined {
  if (!edit) {
    return edit;
  }
  const plain = new vscode.WorkspaceEdit();
  for (const [uri, edits] of edit.entries()) {
    plain.set(uri, edits);
  }
  return plain;
}
