// The last status of each open folder, as the server told it.
import * as vscode from "vscode";
import type { Status } from "../protocol";
import type { Link } from "./link";

/** Keeps the statuses, and the context key `dbp.paused`. */
export class Statuses implements vscode.Disposable {
  private readonly known = new Map<string, Status>();
  private readonly changed = new vscode.EventEmitter<Status>();
  readonly onDidChange = this.changed.event;
  private paused = false;

  /** By the URI of the folder as the editor names it. */
  get all(): ReadonlyMap<string, Status> {
    return this.known;
  }

  /** Keeps what was told and passes it on, unless the folder was closed meanwhile. */
  take(told: Status): void {
    const status = asOpened(told);
    const uri = status.workspaceFolder;
    if (!names().has(uri)) {
      return; // closed meanwhile
    }
    this.known.set(uri, status);
    this.tellPaused();
    this.changed.fire(status);
  }

  /** Asks for the status of folders: once, all later ones are told unasked. */
  async ask(link: Link, folders: readonly vscode.WorkspaceFolder[]): Promise<void> {
    const asked = folders
      .filter((folder) => folder.uri.scheme === "file")
      .map(async ({ uri }) => {
        const params = { workspaceFolder: uri.toString() };
        this.take(await link.client.sendRequest<Status>("dbp/status", params));
      });
    await Promise.allSettled(asked); // a folder that cannot be opened has none
  }

  /** Forgets folders that are not open any more. */
  prune(): void {
    const open = names();
    for (const uri of [...this.known.keys()].filter((one) => !open.has(one))) {
      this.known.delete(uri);
    }
    this.tellPaused();
  }

  /** Nobody tells any more. */
  clear(): void {
    this.known.clear();
    this.tellPaused();
  }

  /** Ends the event: nobody hears of statuses any more. */
  dispose(): void {
    this.changed.dispose();
  }

  private tellPaused(): void {
    const paused = [...this.known.values()].some((status) => status.state === "paused");
    if (paused !== this.paused) {
      this.paused = paused;
      void vscode.commands.executeCommand("setContext", "dbp.paused", paused);
    }
  }
}

/** What is told of a folder, with its address as the editor writes it: it escapes more. */
export function asOpened<T extends { workspaceFolder: string }>(told: T): T {
  return { ...told, workspaceFolder: vscode.Uri.parse(told.workspaceFolder).toString() };
}

function names(): Set<string> {
  return new Set((vscode.workspace.workspaceFolders ?? []).map((one) => one.uri.toString()));
}
