// The commands of the palette, a file for each group.
import * as vscode from "vscode";
import type { Session } from "../session";
import { registerCycles } from "./cycles";
import { Follower } from "./follow";
import { registerHeader } from "./header";
import { registerQueue } from "./queue";
import { registerRefresh } from "./refresh";
import { registerSearch } from "./search";

/** Registers what can be done with the index; status, views and Amazon Nova have their own. */
export function registerCommands(session: Session): vscode.Disposable {
  const jobs = new Follower(session);
  return vscode.Disposable.from(
    jobs,
    vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
      for (const folder of removed) {
        jobs.closed(folder.uri.toString());
      }
    }),
    registerRefresh(session, jobs),
    registerQueue(session, jobs),
    registerSearch(session),
    registerCycles(session),
    registerHeader(session),
  );
}
