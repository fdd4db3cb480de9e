// Consent: the server asks the person itself, here is said how it ended.
import * as vscode from "vscode";
import type { Trust } from "../protocol";
import type { Session } from "../session";
import { folderOf, named } from "../shared/folder";
import { inform } from "../shared/show";
import { outside } from "../shared/tell";
import { agreed, type Button, nowhere, revoked, type Told } from "./words";

/** Has the server ask whether files of a folder may be sent, and says how things stand then. */
export async function trust(session: Session): Promise<void> {
  if (!trusted()) {
    return;
  }
  const folder = await chosenFolder();
  if (!folder) {
    return;
  }
  const before = await session.request<Trust>("dbp/trust", named(folder));
  if (before.region === null) {
    show(nowhere(before));
    return;
  }
  const answer = await session.request<Trust>("dbp/trust", { ...named(folder), cloud: true });
  show(agreed(answer, folder.name));
}

/** Takes a consent back. It sends nothing, so it works in a workspace that is not trusted, too. */
export async function revokeTrust(session: Session): Promise<void> {
  const folder = await chosenFolder();
  if (folder) {
    const before = await session.request<Trust>("dbp/trust", named(folder));
    await session.request<Trust>("dbp/trust", { ...named(folder), revoke: true });
    void inform(revoked(before.consent !== null, folder.name));
  }
}

/** Whether the person trusts the workspace; says what to do when not. */
export function trusted(): boolean {
  if (vscode.workspace.isTrusted) {
    return true;
  }
  show({
    text: "dbp: This workspace is in Restricted Mode: nothing of it is sent or prepared for that.",
    buttons: ["Manage Workspace Trust"],
  });
  return false;
}

async function chosenFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folder = await folderOf();
  if (!folder) {
    outside();
  }
  return folder;
}

const COMMANDS: Record<Button, [string, ...unknown[]]> = {
  "Open Settings": ["workbench.action.openGlobalSettings", { query: "dbp.llm" }],
  "Estimate Cost": ["dbp.estimate"],
  "Manage Workspace Trust": ["workbench.trust.manage"],
};

/** Shows what is told; nobody waits for a person to press a button. */
function show({ text, buttons }: Told): void {
  void inform(text, ...buttons).then((choice) => {
    const command = buttons.find((button) => button === choice);
    return command && vscode.commands.executeCommand(...COMMANDS[command]);
  });
}
