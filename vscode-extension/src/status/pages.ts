// Read-only pages, shown as rendered Markdown.
import * as vscode from "vscode";

const SCHEME = "dbp-page";

/** Keeps the latest text of each title until the window closes. */
export class Pages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  readonly onDidChange = this.#changed.event;

  /** Gives the text of a page; one that VS Code opens again after a restart has none any more. */
  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.path) ?? "This page is of an earlier session.\n";
  }

  /** Opens the page or renews the one of that title; as plain text where there is no preview. */
  async show(title: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}.md` });
    this.#texts.set(uri.path, text);
    this.#changed.fire(uri);
    try {
      await vscode.commands.executeCommand("markdown.showPreview", uri);
    } catch {
      await vscode.window.showTextDocument(uri, { preview: true }); // no Markdown extension
    }
  }

  /** Ends the pages: those that are open are not renewed any more. */
  dispose(): void {
    this.#registered.dispose();
    this.#changed.dispose();
  }
}
