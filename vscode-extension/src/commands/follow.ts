// Following jobs to their end, by what the server tells: nothing is asked again.
import type * as vscode from "vscode";
import type { InFolder, Job, JobStatus, JobUpdate } from "../protocol";
import type { Session } from "../session";

/** What a request that makes a job answers. */
export interface Submitted {
  jobId: string;
  deduplicated: boolean;
}

/** What the server answered at once, and the end that comes later. */
export interface Followed<A> {
  answer: A;
  /** The job in its final state; undefined when the server ended before it told. */
  ended: Promise<Job | undefined>;
}

const FINAL: ReadonlySet<JobStatus> = new Set(["completed", "failed", "cancelled"]);

/** Waits for the end of jobs, until the server stops or the folder of a job is closed. */
export class Follower implements vscode.Disposable {
  private readonly waiting = new Map<string, ((job: Job | undefined) => void)[]>();
  /** The folder of each job that is waited for. */
  private readonly folders = new Map<string, string | undefined>();
  /** What ended while an answer was under way: a job may be over before its number is known. */
  private readonly ended = new Map<string, Job>();
  private asking = 0;
  private readonly subscriptions: vscode.Disposable[];

  /** Listens from now on: a job may end before the answer that names it is here. */
  constructor(private readonly session: Session) {
    this.subscriptions = [
      session.onDidUpdateJob((job) => this.updated(job)),
      session.onDidChangeState((state) => {
        if (state !== "running") {
          this.giveUp();
        }
      }),
    ];
  }

  /** Sends a request that makes a job, and follows the job it answers with. */
  async ask<A extends Submitted>(method: string, params: InFolder): Promise<Followed<A>> {
    this.asking += 1;
    try {
      const answer = await this.session.request<A>(method, params);
      return { answer, ended: this.end(answer.jobId, params.workspaceFolder) };
    } finally {
      this.asking -= 1;
      if (this.asking === 0) {
        this.ended.clear();
      }
    }
  }

  /** A folder was closed: nobody tells of its jobs any more. */
  closed(folder: string): void {
    for (const [id, of] of [...this.folders]) {
      if (of === folder) {
        this.tell(id, undefined);
      }
    }
  }

  private end(id: string, folder: string | undefined): Promise<Job | undefined> {
    const over = this.ended.get(id);
    if (over) {
      return Promise.resolve(over);
    }
    return new Promise((resolve) => {
      this.folders.set(id, folder);
      this.waiting.set(id, [...(this.waiting.get(id) ?? []), resolve]);
    });
  }

  private updated(job: JobUpdate): void {
    if (!FINAL.has(job.status)) {
      return;
    }
    if (this.asking > 0) {
      this.ended.set(job.id, job);
    }
    this.tell(job.id, job);
  }

  private giveUp(): void {
    for (const id of [...this.waiting.keys()]) {
      this.tell(id, undefined);
    }
  }

  private tell(id: string, job: Job | undefined): void {
    const told = this.waiting.get(id) ?? [];
    this.waiting.delete(id);
    this.folders.delete(id);
    for (const tell of told) {
      tell(job);
    }
  }

  /** Stops listening; whoever still waits gets undefined. */
  dispose(): void {
    for (const one of this.subscriptions) {
      one.dispose();
    }
    this.giveUp();
  }
}
