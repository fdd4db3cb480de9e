// Gathers what is known now from the session and the window.
import * as vscode from "vscode";
import { openFolders } from "../commands/folder";
import type { Session } from "../session";
import type { Alerts } from "./notices";
import type { Seen } from "./picture";

export function seenNow(session: Session, alerts: Alerts): Seen {
  return {
    state: session.state,
    problem: session.problem,
    server: session.server,
    statuses: [...session.statuses.values()],
    alerts: alerts.list(),
    trusted: vscode.workspace.isTrusted,
    folders: openFolders().map((folder) => ({ uri: folder.uri.toString(), name: folder.name })),
  };
}
