// The graph: who names a file, and whom it names, in a panel beside the editor.
import * as vscode from "vscode";
import type { Session } from "../session";
import { GraphPanel, VIEW_TYPE } from "./panel";
import { optionsOf } from "./resources";
import { readSaved } from "./webview/messages";

/** Adds the command `dbp.showGraph`, and brings a panel back after the window was reloaded. */
export function registerGraph(session: Session): vscode.Disposable {
  const panels = new Panels(session);
  return vscode.Disposable.from(
    panels,
    vscode.commands.registerCommand("dbp.showGraph", (of?: unknown) => panels.show(uriOf(of))),
    vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, panels),
  );
}

/** One panel: the next file comes into the one that is there. */
class Panels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private open: GraphPanel | undefined;

  constructor(private readonly session: Session) {}

  show(uri: vscode.Uri | undefined): void {
    if (uri?.scheme !== "file" || !vscode.workspace.getWorkspaceFolder(uri)) {
      void vscode.window.showInformationMessage(
        "dbp: this shows the references of a file of an open folder. Open such a file first.",
      );
      return;
    }
    if (this.open) {
      this.open.show(uri);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      "References",
      vscode.ViewColumn.Beside,
      optionsOf(this.session),
    );
    this.keep(new GraphPanel(this.session, panel, uri, 1));
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const saved = readSaved(state);
    const uri = saved && vscode.Uri.parse(saved.uri);
    if (!uri || !vscode.workspace.getWorkspaceFolder(uri) || this.open) {
      panel.dispose(); // its folder is not open any more
      return;
    }
    panel.webview.options = optionsOf(this.session);
    this.keep(new GraphPanel(this.session, panel, uri, saved.depth));
  }

  dispose(): void {
    this.open?.dispose();
  }

  private keep(panel: GraphPanel): void {
    this.open = panel;
    panel.onDidDispose(() => {
      this.open = undefined;
    });
  }
}

/** A file from the explorer, from a line of our tree, or the one that is being edited. */
function uriOf(of: unknown): vscode.Uri | undefined {
  if (of instanceof vscode.Uri) {
    return of;
  }
  const uri = (of as { uri?: unknown } | undefined)?.uri;
  if (typeof uri === "string") {
    return vscode.Uri.parse(uri);
  }
  return vscode.window.activeTextEditor?.document.uri;
}
