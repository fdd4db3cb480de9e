// The panel of the graph: asks the server, and gives the page what it shows.
import * as vscode from "vscode";
import type { References } from "../protocol";
import { Refused, type Session } from "../session";
import { Soon } from "../views/soon";
import { filesOf, pictureOf } from "./links";
import { pageOf } from "./resources";
import { type FromPage, type Picture, readFromPage, type ToPage } from "./webview/messages";

export const VIEW_TYPE = "dbp.graph";
const SOON_MS = 600;

/** Asks anew when a file of the folder changes; while it is hidden, not before it is seen. */
export class GraphPanel implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[];
  private readonly soon = new Soon(() => this.load(), SOON_MS);
  private readonly panel: vscode.WebviewPanel;
  readonly onDidDispose: vscode.Event<void>;
  private picture: Picture | undefined;
  private problem: ToPage | undefined;
  private asking: vscode.CancellationTokenSource | undefined;
  private ready = false;
  private stale = true;

  /** Fills `panel`; the page gets nothing before it says that it is ready. */
  constructor(
    private readonly session: Session,
    panel: vscode.WebviewPanel,
    private uri: vscode.Uri,
    private depth: number,
  ) {
    this.panel = panel;
    this.onDidDispose = panel.onDidDispose;
    this.disposables = [
      this.soon,
      panel.onDidDispose(() => this.end()),
      panel.onDidChangeViewState(
        () => panel.visible && this.stale && this.ready && this.soon.call(),
      ),
      panel.webview.onDidReceiveMessage((message) => {
        const read = readFromPage(message);
        if (read) {
          void this.take(read);
        }
      }),
      session.onDidUpdateMetadata((uris) => this.changed(uris)),
      session.onDidChangeState((state) => state === "running" && this.mark()),
    ];
    this.title();
    panel.webview.html = pageOf(session, panel.webview);
  }

  /** Comes to the front, with this file in the middle. */
  show(uri: vscode.Uri): void {
    this.panel.reveal(undefined, false);
    this.centre(uri);
  }

  /** Closes the panel; what it listens to ends with it. */
  dispose(): void {
    this.panel.dispose();
  }

  private end(): void {
    this.asking?.cancel();
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private centre(uri: vscode.Uri): void {
    this.uri = uri;
    this.title();
    void this.load();
  }

  private title(): void {
    const name = this.uri.path.slice(this.uri.path.lastIndexOf("/") + 1);
    this.panel.title = `References: ${name}`;
  }

  /** A page that is hidden is thrown away, and begins anew with `ready`. */
  private async take(message: FromPage): Promise<void> {
    switch (message.type) {
      case "ready":
        this.ready = true;
        this.tell(this.problem ?? this.picture);
        return this.stale || !this.picture ? this.load() : undefined;
      case "depth":
        this.depth = message.depth;
        return this.load();
      case "centre": {
        const uri = this.fileOf(message.path);
        return uri && this.centre(uri);
      }
      case "open":
        return this.open(message.path, message.line);
      case "focus":
        return this.intent(message.path);
    }
  }

  private changed(uris: readonly string[]): void {
    const root = vscode.workspace.getWorkspaceFolder(this.uri)?.uri;
    // any file of the folder may name one that is shown from now on
    if (root && uris.some((uri) => vscode.Uri.parse(uri).path.startsWith(`${root.path}/`))) {
      this.mark();
    }
  }

  private mark(): void {
    this.stale = true;
    if (this.panel.visible && this.ready) {
      this.soon.call();
    }
  }

  private async load(): Promise<void> {
    this.asking?.cancel();
    const asking = new vscode.CancellationTokenSource();
    this.asking = asking;
    this.stale = false;
    const uri = this.uri.toString();
    const depth = this.depth;
    if (this.picture?.uri !== uri || this.picture.depth !== depth) {
      this.tell({ type: "busy", text: "Looking for references…" });
    }
    try {
      const params = { uri, direction: "both", depth };
      const found = await this.session.request<References>("dbp/references", params, asking.token);
      if (this.asking === asking) {
        this.picture = pictureOf(uri, depth, found);
        this.problem = undefined;
        this.tell(this.picture);
      }
    } catch (error) {
      if (this.asking === asking && !asking.token.isCancellationRequested) {
        this.problem = told(error);
        this.tell(this.problem);
        this.stale = true;
      }
    }
  }

  /** A file of the picture; the page names no other one. */
  private fileOf(path: string): vscode.Uri | undefined {
    const root = vscode.workspace.getWorkspaceFolder(this.uri)?.uri;
    const known = this.picture && filesOf(this.picture).has(path);
    return root && known ? vscode.Uri.joinPath(root, ...path.split("/")) : undefined;
  }

  /** Beside the panel, not over it. */
  private async open(path: string, line = 0): Promise<void> {
    const uri = this.fileOf(path);
    const first = this.panel.viewColumn === vscode.ViewColumn.One;
    const viewColumn = first ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
    const selection = new vscode.Range(line, 0, line, 0);
    if (uri) {
      const options = { viewColumn, preview: true, ...(line > 0 ? { selection } : {}) };
      await vscode.commands.executeCommand("vscode.open", uri, options);
    }
  }

  private async intent(path: string): Promise<void> {
    const uri = this.fileOf(path);
    if (!uri) {
      return;
    }
    try {
      const found = await this.session.request<{ header: { intent: string | null } | null }>(
        "dbp/metadata",
        { uri: uri.toString() },
      );
      this.tell({ type: "intent", path, text: found.header?.intent ?? "" });
    } catch {
      this.tell({ type: "intent", path, text: "" }); // an ignored file has none
    }
  }

  private tell(message: ToPage | undefined): void {
    if (message && this.ready) {
      void this.panel.webview.postMessage(message);
    }
  }
}

function told(error: unknown): ToPage {
  const message = error instanceof Error ? error.message : String(error);
  return { type: "problem", message, hint: error instanceof Refused ? error.hint : "" };
}
