// Which open folder a command is about.
import * as vscode from "vscode";
import { plain } from "./icons";

/**
 * Finds the folder of a file, else of the active editor, else the only one there is, else asks.
 *
 * A file that is in no open folder has none: nobody is asked to choose another one for it.
 */
export async function folderOf(uri?: vscode.Uri): Promise<vscode.WorkspaceFolder | undefined> {
  if (uri) {
    return vscode.workspace.getWorkspaceFolder(uri);
  }
  const folders = openFolders();
  if (folders.length < 2) {
    return folders[0];
  }
  const active = vscode.window.activeTextEditor?.document.uri;
  const own = active && vscode.workspace.getWorkspaceFolder(active);
  if (own && folders.includes(own)) {
    return own;
  }
  const picked = await vscode.window.showQuickPick(
    folders.map((folder) => ({
      label: plain(folder.name),
      description: plain(folder.uri.fsPath),
      folder,
    })),
    { title: "dbp", placeHolder: "Which folder?", matchOnDescription: true },
  );
  return picked?.folder;
}

/** The folders that dbp can read: those on the disk. */
export function openFolders(): vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter((one) => one.uri.scheme === "file");
}

/** Their addresses. */
export function openNames(): Set<string> {
  return new Set(openFolders().map((folder) => folder.uri.toString()));
}

/** How requests name a folder. */
export function named(folder: vscode.WorkspaceFolder): { workspaceFolder: string } {
  return { workspaceFolder: folder.uri.toString() };
}
