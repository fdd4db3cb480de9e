// The two items: one in the language status, one in the status bar. Events alone change them.
import * as vscode from "vscode";
import type { Picture, Seen } from "./picture";
import { LINKS, tooltipOf } from "./tooltip";

const SEVERITIES = {
  error: vscode.LanguageStatusSeverity.Error,
  warning: vscode.LanguageStatusSeverity.Warning,
  information: vscode.LanguageStatusSeverity.Information,
};

const COMMAND = { title: "Show Status", command: "dbp.showStatus" };

/** Owns both items; the one in the status bar is hidden when `dbp.statusBar.enabled` is off. */
export class Items implements vscode.Disposable {
  readonly #language = vscode.languages.createLanguageStatusItem("dbp", { scheme: "file" });
  readonly #bar = vscode.window.createStatusBarItem("dbp", vscode.StatusBarAlignment.Left, 0);

  /** Makes a click on either item open the status list; their words come with `show`. */
  constructor() {
    this.#language.name = "dbp";
    this.#language.command = COMMAND;
    this.#bar.name = "dbp";
    this.#bar.command = "dbp.showStatus";
  }

  /** Renews both; where no server was found, the language status offers the first remedy. */
  show(seen: Seen, picture: Picture): void {
    this.#language.text = picture.text;
    this.#language.detail = picture.detail;
    this.#language.severity = SEVERITIES[picture.severity];
    this.#language.busy = picture.busy;
    const install = seen.state === "missing" && seen.problem?.remedies[0];
    this.#language.command = install || COMMAND;
    const wanted = vscode.workspace.getConfiguration("dbp").get<boolean>("statusBar.enabled");
    if (wanted === false) {
      this.#bar.hide();
      return;
    }
    const tooltip = new vscode.MarkdownString(tooltipOf(seen, picture), true);
    tooltip.isTrusted = { enabledCommands: LINKS };
    this.#bar.text = picture.bar;
    this.#bar.tooltip = tooltip;
    this.#bar.accessibilityInformation = { label: `${picture.text}, ${picture.detail}` };
    this.#bar.show();
  }

  /** Takes both items away. */
  dispose(): void {
    this.#language.dispose();
    this.#bar.dispose();
  }
}
