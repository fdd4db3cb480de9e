// Installs the server into an environment of dbp's own: on a click, and anew with a new extension.
import * as path from "node:path";
import * as vscode from "vscode";
import type { Session } from "../session";
import { fail } from "../shared/show";
import { build, NotInstalled } from "./build";
import { PRIVATE } from "./discover";
import { activePython } from "./environment";
import { place, type Source, sourceOf, versionOf } from "./place";
import { readNote } from "./private";

const LOG = "Show Client Log";
const AGAIN = "Try Again";

/** Offers `dbp.installServer`, and renews what another version of the extension installed. */
export function registerInstall(session: Session): vscode.Disposable {
  let running: Promise<boolean> | undefined;
  const once = (asked: boolean) => {
    running ??= install(session, asked).finally(() => {
      running = undefined;
    });
    return running;
  };
  void renew(session, once).catch((error) =>
    session.log.error("could not renew the server:", error),
  );
  return vscode.commands.registerCommand("dbp.installServer", () => once(true));
}

/** What was installed on a click once follows the extension, without another click. */
async function renew(session: Session, once: (asked: boolean) => Promise<boolean>): Promise<void> {
  const note = await readNote(session.context.globalStorageUri.fsPath);
  const source = sourceOf(session.context.extension);
  if (note && source && note.source !== source.identity) {
    session.log.info(`${PRIVATE} is of ${note.source}: renewing it with ${source.identity}`);
    await once(false);
  }
}

/** @returns Whether it is installed now. */
async function install(session: Session, asked: boolean): Promise<boolean> {
  const source = sourceOf(session.context.extension);
  if (!source) {
    const text =
      "dbp: this copy of the extension carries no server, and there is no checkout of dbp beside it. Install dbp by other means and name it in dbp.server.path.";
    void fail(text, "Open Settings").then((choice) => {
      if (choice) {
        void vscode.commands.executeCommand("dbp.openSettings");
      }
    });
    return false;
  }
  session.log.info(`installing the server from ${source.path}`);
  try {
    await vscode.window.withProgress(
      {
        location: asked ? vscode.ProgressLocation.Notification : vscode.ProgressLocation.Window,
        title: asked ? "Installing the dbp server" : "dbp: renewing the server",
        cancellable: asked,
      },
      (progress, token) => make(session, source, progress, token),
    );
  } catch (error) {
    await tell(session, error, asked);
    return false;
  }
  session.log.info("the server is installed");
  session.restart("the server was installed");
  return true;
}

async function make(
  session: Session,
  source: Source,
  progress: vscode.Progress<{ message?: string }>,
  token: vscode.CancellationToken,
): Promise<void> {
  const stop = new AbortController();
  token.onCancellationRequested(() => stop.abort());
  const active = await activePython().catch(() => undefined);
  await build({
    source: source.path,
    identity: source.identity,
    version: versionOf(session.context.extension),
    storage: path.normalize(session.context.globalStorageUri.fsPath),
    place: place(),
    active: active && "program" in active ? active.program : undefined,
    report: (message) => {
      session.log.info(message);
      progress.report({ message });
    },
    log: (line) => session.log.info(line),
    signal: stop.signal,
  });
}

async function tell(session: Session, error: unknown, asked: boolean): Promise<void> {
  if (!(error instanceof NotInstalled)) {
    session.log.error("could not install the server:", error as Error);
  }
  const { cause, next } =
    error instanceof NotInstalled
      ? error.diagnosis
      : { cause: String(error), next: "Show Client Log has all of it." };
  session.log.warn(`not installed: ${cause} ${next}`);
  if (!asked || cause === "Cancelled.") {
    return; // what was there before still is
  }
  const text = `dbp was not installed. ${cause} ${next}`;
  void fail(text, AGAIN, LOG).then((choice) => {
    if (choice === AGAIN) {
      void vscode.commands.executeCommand("dbp.installServer");
    } else if (choice === LOG) {
      void vscode.commands.executeCommand("dbp.showClientLog");
    }
  });
}
