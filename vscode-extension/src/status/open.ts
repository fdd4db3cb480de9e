// Commands that show something: health, logs, settings, the walkthrough, debug information.
import * as vscode from "vscode";
import type { Health } from "../protocol";
import type { Session } from "../session";
import { folderOf, named } from "../shared/folder";
import { guarded } from "../shared/tell";
import { collect } from "./collect";
import { healthPage } from "./page";
import type { Pages } from "./pages";
import type { Seen } from "./picture";
import { served } from "./walkthrough";

/** Registers them; `seen` is called only when debug information is asked for. */
export function registerOpen(session: Session, pages: Pages, seen: () => Seen): vscode.Disposable {
  const on = (name: string, run: (argument?: unknown) => unknown) =>
    vscode.commands.registerCommand(`dbp.${name}`, run);
  const extension = session.context.extension.id;
  return vscode.Disposable.from(
    on("showHealth", (uri) =>
      guarded(session, "look at the health", () => health(session, pages, uri)),
    ),
    on("showServerLog", () => session.serverLog.show(true)),
    on("showClientLog", () => session.log.show(true)),
    on("copyDebugInformation", () =>
      guarded(session, "copy the debug information", () => copy(session, seen())),
    ),
    on("openSettings", () =>
      vscode.commands.executeCommand("workbench.action.openSettings", `@ext:${extension}`),
    ),
    on("openWalkthrough", async () => {
      await vscode.commands.executeCommand(
        "workbench.action.openWalkthrough",
        `${extension}#start`,
      );
      served(session);
    }),
    on("restart", () => session.restart("asked for")),
    on("stop", () => guarded(session, "stop the server", () => session.stop())),
  );
}

async function health(session: Session, pages: Pages, uri: unknown): Promise<void> {
  const folder = await folderOf(uri instanceof vscode.Uri ? uri : undefined);
  if (!folder) {
    return;
  }
  const found = await session.request<Health>("dbp/health", named(folder));
  await pages.show(`Health of ${folder.name}`, healthPage(folder.name, found));
}

async function copy(session: Session, seen: Seen): Promise<void> {
  const text = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: "dbp: gathering debug information" },
    () => collect(session, seen),
  );
  await vscode.env.clipboard.writeText(text);
  void vscode.window.showInformationMessage(
    "dbp: copied. It names files and folders: look through it before you post it.",
  );
}
