// Read-only documents that exist in the editor alone.
import * as vscode from "vscode";

export const SCHEME = "dbp-preview";

/** Keeps the texts of `dbp-preview:` documents, as long as they are open. */
export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly subscription = vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme === SCHEME) {
        this.texts.delete(uri.toString());
      }
    }),
    this.changed,
  );

  /** Gives the text that was set; where it is gone, a line that says to run the command again. */
  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? "This is out of date: run the command of dbp again.\n";
  }

  /** Sets the text of the document of this name, and gives its address. */
  set(name: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}.md` });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    return uri;
  }

  /** Takes the scheme back from VS Code: nothing fills such a document any more. */
  dispose(): void {
    this.subscription.dispose();
  }
}
