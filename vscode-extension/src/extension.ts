// Where the extension begins and ends: it makes the session and opens the rooms.
import type * as vscode from "vscode";
import { LiveSession } from "./client/live";
import { registerCommands } from "./commands";
import { registerGraph } from "./graph";
import { registerNova } from "./nova";
import { registerInstall } from "./server/install";
import { registerStatus } from "./status";
import { registerViews } from "./views";

let session: LiveSession | undefined;

/** Opens all rooms and starts the server; other extensions are given the session. */
export function activate(context: vscode.ExtensionContext): { session: LiveSession } {
  session = new LiveSession(context);
  context.subscriptions.push(
    session,
    registerInstall(session),
    registerStatus(session),
    registerCommands(session),
    registerNova(session),
    registerViews(session),
    registerGraph(session),
  );
  void session.start();
  return { session };
}

/** Gives the editor the server's end to wait for. */
export function deactivate(): Promise<void> | undefined {
  return session?.close();
}
