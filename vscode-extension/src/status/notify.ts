// Notifications: as many as `dbp.showNotifications` allows, which is none unless somebody wants
// them; that there is no server at all is told once in a window.
import * as vscode from "vscode";
import type { Alert } from "../protocol";
import type { Problem, Session } from "../session";
import { fail, warn } from "../shared/show";
import { sentences } from "../shared/words";
import { wanted } from "./notices";

const NEVER = "Don't Show Again";
const HIDDEN = "dbp.hideProblems";
const STATUS = "Show Status";

/** Tells problems and alerts; every message has a button that turns its kind off for good. */
export class Notifications {
  #told = new Set<string>();

  /** Takes the session, whose global storage says whether problems are shown at all. */
  constructor(readonly session: Session) {}

  /** The server is not there, or does not run. */
  problem(problem: Problem): void {
    const { globalState } = this.session.context;
    if (globalState.get<boolean>(HIDDEN) || this.#told.has(problem.message)) {
      return;
    }
    this.#told.add(problem.message);
    // The first remedy, and the status, which has them all: more buttons cannot be read.
    const first = problem.remedies[0];
    const text = /\bdbp\b/.test(problem.message) ? problem.message : `dbp: ${problem.message}`;
    const titles = [...(first ? [first.title] : []), STATUS, NEVER];
    void warn(text, ...titles).then((choice) => {
      if (choice === NEVER) {
        void globalState.update(HIDDEN, true);
      } else if (choice !== undefined) {
        const command = choice === first?.title ? first.command : "dbp.showStatus";
        void vscode.commands.executeCommand(command);
      }
    });
  }

  /** Tells an alert of the server if `dbp.showNotifications` allows its severity. */
  alert(alert: Alert): void {
    const configuration = vscode.workspace.getConfiguration("dbp");
    if (!wanted(configuration.get<string>("showNotifications"), alert.severity)) {
      return;
    }
    const show = alert.severity === "error" ? fail : warn;
    void show(sentences("dbp:", alert.message, alert.hint), STATUS, NEVER).then((choice) => {
      if (choice === STATUS) {
        void vscode.commands.executeCommand("dbp.showStatus");
      } else if (choice === NEVER) {
        const target = vscode.ConfigurationTarget.Global;
        void configuration.update("showNotifications", "off", target);
      }
    });
  }
}
