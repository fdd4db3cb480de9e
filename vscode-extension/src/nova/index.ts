// Amazon Nova: consent, what would be sent, and what that would cost. Nothing here sends anything.
import * as vscode from "vscode";
import type { Session } from "../session";
import { folderOf } from "../shared/folder";
import { unlinked } from "../shared/icons";
import { fileOf, guarded, outside } from "../shared/tell";
import { ask } from "./ask";
import { Documents } from "./documents";
import { type Estimate, estimateText } from "./estimateText";
import { type Preview, previewText } from "./previewText";
import { revokeTrust, trust, trusted } from "./trust";

/** Adds the commands for consent, preview and estimate; what fails is told to the person. */
export function registerNova(session: Session): vscode.Disposable {
  const documents = new Documents();
  const command = (name: string, what: string, run: (about?: unknown) => Promise<void>) =>
    vscode.commands.registerCommand(`dbp.${name}`, (about?: unknown) =>
      guarded(session, what, () => run(about)),
    );
  return vscode.Disposable.from(
    documents,
    command("trust", "ask for your consent", () => trust(session)),
    command("revokeTrust", "take your consent back", () => revokeTrust(session)),
    command("preview", "prepare the preview", (about) => preview(session, documents, about)),
    command("estimate", "estimate the cost", () => estimate(session, documents)),
  );
}

async function preview(session: Session, documents: Documents, about: unknown): Promise<void> {
  const uri = trusted() ? fileOf(about) : undefined;
  const folder = uri && (await folderOf(uri));
  if (!uri || !folder) {
    if (uri) {
      outside(uri);
    }
    return;
  }
  const location = vscode.ProgressLocation.Window;
  const found = await vscode.window.withProgress({ location, title: "dbp: preparing" }, () =>
    ask<Preview>(session, ["preview", uri.fsPath], folder),
  );
  const shown = documents.set(`${found.path} (what would be sent)`, previewText(found));
  const viewColumn = vscode.ViewColumn.Beside;
  await vscode.window.showTextDocument(shown, { viewColumn, preview: true, preserveFocus: true });
}

async function estimate(session: Session, documents: Documents): Promise<void> {
  const folder = trusted() ? await folderOf() : undefined;
  if (!folder) {
    return;
  }
  const location = vscode.ProgressLocation.Notification;
  const title = unlinked(`dbp: Estimating the cost of ${folder.name}`);
  const found = await vscode.window.withProgress(
    { location, title, cancellable: true },
    async (_, token) => {
      try {
        return await ask<Estimate>(session, ["estimate"], folder, token);
      } catch (error) {
        if (token.isCancellationRequested) {
          return undefined;
        }
        throw error;
      }
    },
  );
  if (found) {
    const shown = documents.set(`Estimate of ${folder.name}`, estimateText(found, folder.name));
    await vscode.window.showTextDocument(shown, { preview: true });
  }
}
