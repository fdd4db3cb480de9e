// The two trees of the side bar: the documentation of the folders, and the background work.
import * as vscode from "vscode";
import type { Session } from "../session";
import { registerDocumentation } from "./documentation";
import { registerJobs } from "./jobs";

/** Shows both trees until they are disposed of, and registers their commands. */
export function registerViews(session: Session): vscode.Disposable {
  return vscode.Disposable.from(registerDocumentation(session), registerJobs(session));
}
