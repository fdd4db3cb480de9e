// The tree `dbp.documentation`: how well each folder and file is documented.
import * as vscode from "vscode";
import type { Coverage, Covered } from "../protocol";
import type { Session } from "../session";
import { openFolders } from "../shared/folder";
import { hasProblems, ofAll } from "./describe";
import { note, type Place, render } from "./item";
import { Levels, sorted } from "./levels";
import { registerProblems } from "./problems";
import { Soon } from "./soon";

const SOON_MS = 700;
const HEAD_MS = 250; // VS Code makes no room for a line above a tree that is not there yet
const FILTERED = "dbp.documentation.filtered";

/** Shows the tree until it is disposed of, and registers its commands. */
export function registerDocumentation(session: Session): vscode.Disposable {
  const tree = new Documentation(session);
  const command = vscode.commands.registerCommand;
  return vscode.Disposable.from(
    tree,
    command("dbp.documentation.refresh", () => tree.reload()),
    command("dbp.documentation.filter", () => tree.filter(true)),
    command("dbp.documentation.unfilter", () => tree.filter(false)),
    registerProblems(),
  );
}

class Documentation implements vscode.TreeDataProvider<Place>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<Place | undefined>();
  readonly onDidChangeTreeData = this.changes.event;
  private readonly levels: Levels;
  /** VS Code knows an element again only as the same object. */
  private readonly places = new Map<string, Place>();
  private readonly changed = new Set<string>();
  private readonly soon = new Soon(() => this.update(), SOON_MS);
  private readonly head = new Soon(() => this.headline(), HEAD_MS);
  private readonly view: vscode.TreeView<Place>;
  private readonly disposables: vscode.Disposable[];
  private readonly states = new Map<string, string>();
  private filtered: boolean;
  private stale = false;

  constructor(private readonly session: Session) {
    this.levels = new Levels((uri) => ask(session, uri));
    this.filtered = session.context.workspaceState.get(FILTERED, false);
    void vscode.commands.executeCommand("setContext", FILTERED, this.filtered);
    this.view = vscode.window.createTreeView("dbp.documentation", {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.disposables = [
      this.view,
      this.changes,
      this.soon,
      this.head,
      this.view.onDidChangeVisibility(() => this.stale && this.soon.call()),
      session.onDidChangeState(() => this.reload()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.reload()),
      session.onDidUpdateMetadata((uris) => this.mark(uris)),
      session.onDidChangeStatus((status) => {
        // what is broken or stale can change without a record that does
        const before = this.states.get(status.workspaceFolder);
        this.states.set(status.workspaceFolder, status.state);
        if (status.state === "idle" && before !== "idle") {
          this.mark([]);
        }
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  reload(): void {
    this.levels.clear();
    this.places.clear();
    if (this.session.state !== "running") {
      this.view.message = "";
    }
    this.changes.fire(undefined);
  }

  filter(on: boolean): void {
    this.filtered = on;
    void vscode.commands.executeCommand("setContext", FILTERED, on);
    void this.session.context.workspaceState.update(FILTERED, on);
    this.changes.fire(undefined);
  }

  getTreeItem(place: Place): vscode.TreeItem {
    return render(place);
  }

  async getChildren(parent?: Place): Promise<Place[]> {
    if (this.session.state !== "running") {
      return [];
    }
    if (parent) {
      return this.below(parent.uri, parent.folder, parent);
    }
    const folders = openFolders();
    const only = folders.length === 1 ? folders[0] : undefined;
    const shown = only
      ? await this.below(only.uri.toString(), only)
      : await Promise.all(folders.map((folder) => this.root(folder)));
    this.head.call();
    return shown;
  }

  private async root(folder: vscode.WorkspaceFolder): Promise<Place> {
    const uri = folder.uri.toString();
    try {
      const level = await this.levels.open(uri);
      const covered: Covered = { ...level, path: folder.name, uri, kind: "folder", intent: null };
      return this.place({ kind: "root", uri, folder, covered });
    } catch (error) {
      return note(folder, uri, error);
    }
  }

  private async below(
    uri: string,
    folder: vscode.WorkspaceFolder,
    parent?: Place,
  ): Promise<Place[]> {
    let level: Coverage;
    try {
      level = await this.levels.open(uri);
    } catch (error) {
      return [note(folder, uri, error, parent)];
    }
    const all = this.filtered ? level.children.filter(hasProblems) : level.children;
    const shown = sorted(all).map((covered) =>
      this.place({ kind: covered.kind, uri: covered.uri, folder, covered, parent }),
    );
    if (level.truncated) {
      shown.push(note(folder, uri, "More is here than is listed.", parent));
    } else if (shown.length === 0 && this.filtered && level.children.length > 0) {
      shown.push(note(folder, uri, "No problems here.", parent));
    }
    return shown;
  }

  private place(now: Place): Place {
    const known = this.places.get(now.uri);
    if (!known || known.kind !== now.kind) {
      this.places.set(now.uri, now);
      return now;
    }
    return Object.assign(known, now);
  }

  private headline(): void {
    const known = openFolders().flatMap((one) => this.levels.get(one.uri.toString()) ?? []);
    if (known.length === 0) {
      return; // nothing is known yet, or asked for anew already
    }
    const filtered = this.filtered ? "Problems only · " : "";
    const empty = known.every((one) => one.children.length === 0);
    this.view.message = empty ? "" : filtered + ofAll(known);
  }

  private mark(uris: readonly string[]): void {
    this.stale = true;
    for (const uri of uris) {
      this.changed.add(uri);
    }
    if (this.view.visible) {
      this.soon.call();
    }
  }

  /** Asks again for what changed, and shows only that anew; a hidden tree waits until it is seen. */
  private async update(): Promise<void> {
    if (!this.view.visible || this.session.state !== "running") {
      return;
    }
    const changed = [...this.changed];
    this.changed.clear();
    this.stale = false;
    const roots = openFolders().map((folder) => folder.uri.toString());
    const lists = roots.map((uri) => this.levels.refresh(uri, changed).catch(() => [uri]));
    const levels = (await Promise.all(lists)).flat();
    if (levels.some((uri) => roots.includes(uri)) || roots.some((uri) => !this.levels.get(uri))) {
      this.changes.fire(undefined);
    } else {
      for (const place of levels.flatMap((uri) => this.places.get(uri) ?? [])) {
        this.changes.fire(place);
      }
    }
  }
}

function ask(session: Session, uri: string): Promise<Coverage> {
  const root = vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri))?.uri.toString();
  const params = uri === root ? { workspaceFolder: root } : { uri };
  return session.request<Coverage>("dbp/coverage", params);
}
