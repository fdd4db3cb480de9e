// Gathers what is known now from the session and the window.
import * as vscode from "vscode";
import type { Session } from "../session";
import { openFolders } from "../shared/folder";
import type { Alerts } from "./notices";
import type { Seen } from "./picture";

/** Looks at session and window anew; folders that were just closed are left out. */
export function seenNow(session: Session, alerts: Alerts): Seen {
  const folders = openFolders().map(({ uri, name }) => ({ uri: uri.toString(), name }));
  const open = new Set(folders.map((folder) => folder.uri));
  return {
    state: session.state,
    problem: session.problem,
    server: session.server,
    // Of a folder that was just closed there may still be one.
    statuses: [...session.statuses.values()].filter((one) => open.has(one.workspaceFolder)),
    alerts: alerts.list(),
    trusted: vscode.workspace.isTrusted,
    folders,
  };
}
