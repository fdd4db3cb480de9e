// The tree `dbp.jobs`: what the server works on, what waits, and what ended last.
import * as vscode from "vscode";
import type { Job, JobStatus, JobUpdate } from "../protocol";
import type { Session } from "../session";
import { named, openFolders, openNames } from "../shared/folder";
import { guarded } from "../shared/tell";
import { markdown } from "./item";
import { JobDocuments } from "./jobDocument";
import { ACTIVE, ENDED, JobList } from "./jobList";
import { contextOf, descriptionOf, labelOf, spokenOf, tooltipOf } from "./jobWords";
import { Soon } from "./soon";

const SOON_MS = 150;
const MOST_ACTIVE = 100;
const MORE = "dbp.jobs.more";

/** A line: a job, or what leads to more of them. */
interface Line {
  job?: JobUpdate;
}

const ICONS: Record<JobStatus, [icon: string, colour?: string]> = {
  queued: ["clock"],
  processing: ["sync~spin"],
  completed: ["pass", "testing.iconPassed"],
  failed: ["error", "list.errorForeground"],
  cancelled: ["circle-slash"],
};

/** Shows the tree until it is disposed of, and registers its commands. */
export function registerJobs(session: Session): vscode.Disposable {
  const tree = new Jobs(session);
  const documents = new JobDocuments(session);
  const command = (id: string, run: (line?: Line) => Promise<unknown>) =>
    vscode.commands.registerCommand(id, run);
  return vscode.Disposable.from(
    tree,
    documents,
    command("dbp.jobs.refresh", () => tree.load()),
    command(MORE, () => tree.grow()),
    command("dbp.jobs.cancel", async (line) => line?.job && tree.cancel(line.job)),
    command("dbp.jobs.retry", async (line) => line?.job && tree.retry(line.job)),
    command("dbp.jobs.show", async (line) => line?.job && documents.show(line.job)),
  );
}

class Jobs implements vscode.TreeDataProvider<Line>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<Line | undefined>();
  readonly onDidChangeTreeData = this.changes.event;
  private readonly list = new JobList();
  private readonly lines = new Map<string, Line>(); // VS Code knows only the same object again
  private readonly more: Line = {};
  private readonly changed = new Set<string>();
  private readonly soon = new Soon(() => this.update(), SOON_MS);
  private readonly view: vscode.TreeView<Line>;
  private readonly disposables: vscode.Disposable[];
  private order = "";

  constructor(private readonly session: Session) {
    this.view = vscode.window.createTreeView("dbp.jobs", { treeDataProvider: this });
    this.disposables = [
      this.view,
      this.changes,
      this.soon,
      session.onDidChangeState(() => void this.load()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => void this.load()),
      session.onDidUpdateJob((job) => {
        if (openNames().has(job.workspaceFolder)) {
          this.list.take(job);
          this.changed.add(job.id);
          this.soon.call();
        }
      }),
    ];
    void this.load();
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  /** Asks once; from then on the server tells. */
  async load(): Promise<void> {
    if (this.session.state !== "running") {
      this.list.clear();
      this.update(true);
      return;
    }
    this.list.keep(openNames());
    this.list.asking();
    await Promise.all(openFolders().map((folder) => this.ask(folder)));
    this.update(true);
  }

  async grow(): Promise<void> {
    this.list.grow();
    await this.load();
  }

  async cancel(job: JobUpdate): Promise<void> {
    await guarded(this.session, "cancel the job", () => this.request("dbp/jobs/cancel", job));
  }

  async retry(job: JobUpdate): Promise<void> {
    // who asks for it by hand means it, however often it was tried
    const force = job.retryCount >= job.maxRetries;
    await guarded(this.session, "retry the job", () =>
      this.request("dbp/jobs/retry", job, { force }),
    );
  }

  getTreeItem({ job }: Line): vscode.TreeItem {
    return job ? this.render(job) : renderMore();
  }

  getChildren(parent?: Line): Line[] {
    if (parent || this.session.state !== "running") {
      return [];
    }
    const shown = this.list.shown();
    const kept = new Set(shown.map((job) => job.id));
    for (const id of this.lines.keys()) {
      if (!kept.has(id)) {
        this.lines.delete(id);
      }
    }
    const lines = shown.map((job) => this.line(job));
    return this.list.more ? [...lines, this.more] : lines;
  }

  private line(job: JobUpdate): Line {
    const known = this.lines.get(job.id) ?? {};
    known.job = job;
    this.lines.set(job.id, known);
    return known;
  }

  private async ask(folder: vscode.WorkspaceFolder): Promise<void> {
    const page = (status: readonly JobStatus[], limit: number) =>
      this.session.request<{ jobs: Job[] }>("dbp/jobs/list", { ...named(folder), status, limit });
    try {
      const [active, ended] = await Promise.all([
        page(ACTIVE, MOST_ACTIVE),
        page(ENDED, this.list.limit + 1),
      ]);
      this.list.answered(folder.uri.toString(), [...active.jobs, ...ended.jobs]);
    } catch (error) {
      this.session.log.info(`jobs of ${folder.name}: ${String(error)}`);
    }
  }

  private request(method: string, { workspaceFolder, id }: JobUpdate, more: object = {}) {
    return this.session.request(method, { workspaceFolder, id, ...more });
  }

  /** Shows anew what changed: single lines where their order is the same. */
  private update(all = false): void {
    const running = this.list.running;
    const tooltip = `dbp: ${running} ${running === 1 ? "job runs" : "jobs run"}`;
    this.view.badge = running > 0 ? { value: running, tooltip } : undefined;
    const nothing = this.session.state === "running" && this.list.size === 0;
    this.view.message = nothing ? "No jobs yet." : "";
    const shown = this.list.shown();
    const order = shown.map((job) => job.id).join();
    if (all || order !== this.order) {
      this.changes.fire(undefined);
    } else {
      for (const job of shown.filter((one) => this.changed.has(one.id))) {
        this.changes.fire(this.line(job));
      }
    }
    this.order = order;
    this.changed.clear();
  }

  private render(job: JobUpdate): vscode.TreeItem {
    const now = new Date();
    const folders = openFolders();
    const item = new vscode.TreeItem(labelOf(job));
    const [icon, colour] = ICONS[job.status];
    const folder = folders.find((one) => one.uri.toString() === job.workspaceFolder);
    const where = folders.length > 1 && folder ? `${folder.name} · ` : "";
    item.id = job.id;
    item.description = where + descriptionOf(job, now);
    item.iconPath = new vscode.ThemeIcon(icon, colour ? new vscode.ThemeColor(colour) : undefined);
    item.contextValue = contextOf(job);
    item.tooltip = markdown(tooltipOf(job, now));
    item.accessibilityInformation = { label: where + spokenOf(job, now) };
    item.command = { command: "dbp.jobs.show", title: "Show Job", arguments: [{ job }] };
    return item;
  }
}

function renderMore(): vscode.TreeItem {
  const item = new vscode.TreeItem("Show older jobs");
  item.id = "more";
  item.iconPath = new vscode.ThemeIcon("ellipsis");
  item.command = { command: MORE, title: "Show Older Jobs" };
  return item;
}
