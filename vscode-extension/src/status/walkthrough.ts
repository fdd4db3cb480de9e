// What ticks steps of the walkthrough off.
import * as vscode from "vscode";
import type { Session } from "../session";

const told = new Set<string>();

/** Somebody saw a hover of dbp. */
export function hovered(): void {
  tick("dbp.hovered");
}

/**
 * There is a server. VS Code misses a context that was right before it had read the walkthrough,
 * so this is told only when that is open.
 */
export function served(session: Session): void {
  if (session.state === "running") {
    tick("dbp.served");
  }
}

function tick(key: string): void {
  if (!told.has(key)) {
    told.add(key);
    void vscode.commands.executeCommand("setContext", key, true);
  }
}
