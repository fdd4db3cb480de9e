// A job as a document to read: what it is, what happened to it, and all of its fields.
import * as vscode from "vscode";
import type { JobUpdate } from "../protocol";
import type { Session } from "../session";
import { guarded } from "../shared/tell";
import { documentOf, type Told } from "./jobWords";
import { Soon } from "./soon";

const SCHEME = "dbp-job";
const SOON_MS = 500;

/** Keeps open documents up to date while their jobs go on. */
export class JobDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changes.event;
  private readonly texts = new Map<string, string>();
  private readonly changed = new Set<string>();
  private readonly soon = new Soon(() => this.update(), SOON_MS);
  private readonly disposables: vscode.Disposable[];

  /** Listens to jobs from now on, and forgets the text of a document that is closed. */
  constructor(private readonly session: Session) {
    this.disposables = [
      this.changes,
      this.soon,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
      session.onDidUpdateJob((job) => {
        this.changed.add(addressOf(job).toString());
        this.soon.call();
      }),
    ];
  }

  /** Ends the documents: those that are open do not follow their jobs any more. */
  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }

  /** Opens the document with what the server says now; tells the person if it cannot say it. */
  async show(job: JobUpdate): Promise<void> {
    const uri = addressOf(job);
    await guarded(this.session, "show the job", async () => {
      this.texts.set(uri.toString(), await this.ask(uri));
      this.changes.fire(uri);
      await vscode.window.showTextDocument(uri, { preview: true });
    });
  }

  /** Gives the text, asked for where it is not known; an error becomes the text. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    return this.texts.get(uri.toString()) ?? this.ask(uri).catch((error) => String(error));
  }

  private async ask(uri: vscode.Uri): Promise<string> {
    const [workspaceFolder, id] = JSON.parse(uri.query) as [string, string];
    return documentOf(await this.session.request<Told>("dbp/jobs/get", { workspaceFolder, id }));
  }

  private update(): void {
    for (const document of vscode.workspace.textDocuments) {
      const address = document.uri.toString();
      if (document.uri.scheme === SCHEME && this.changed.has(address)) {
        this.texts.delete(address);
        this.changes.fire(document.uri);
      }
    }
    this.changed.clear();
  }
}

function addressOf(job: JobUpdate): vscode.Uri {
  const query = JSON.stringify([job.workspaceFolder, job.id]);
  return vscode.Uri.from({ scheme: SCHEME, path: `/${job.type} ${job.id.slice(0, 8)}.md`, query });
}
