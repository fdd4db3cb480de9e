// Following jobs to their end, by what the server tells: nothing is asked again.
import type * as vscode from "vscode";
import type { Job, JobStatus, JobUpdate } from "../protocol";
import type { Session } from "../session";

/** What a request that makes a job answers. */
export interface Submitted {
  jobId: string;
  deduplicated: boolean;
}

export interface Followed<A> {
  answer: A;
  /** The job in its final state; undefined when the server ended before it told. */
  ended: Promise<Job | undefined>;
}

const FINAL: ReadonlySet<JobStatus> = new Set(["completed", "failed", "cancelled"]);

export class Follower implements vscode.Disposable {
  private readonly waiting = new Map<string, ((job: Job | undefined) => void)[]>();
  /** What ended while an answer was under way: a job may be over before its number is known. */
  private readonly ended = new Map<string, Job>();
  private asking = 0;
  private readonly subscriptions: vscode.Disposable[];

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
  async ask<A extends Submitted>(method: string, params: object): Promise<Followed<A>> {
    this.asking += 1;
    try {
      const answer = await this.session.request<A>(method, params);
      return { answer, ended: this.end(answer.jobId) };
    } finally {
      this.asking -= 1;
      if (this.asking === 0) {
        this.ended.clear();
      }
    }
  }

  private end(id: string): Promise<Job | undefined> {
    const over = this.ended.get(id);
    if (over) {
      return Promise.resolve(over);
    }
    return new Promise((resolve) => {
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
    const told = this.waiting.get(job.id) ?? [];
    this.waiting.delete(job.id);
    for (const tell of told) {
      tell(job);
    }
  }

  private giveUp(): void {
    const told = [...this.waiting.values()].flat();
    this.waiting.clear();
    for (const tell of told) {
      tell(undefined);
    }
  }

  dispose(): void {
    for (const one of this.subscriptions) {
      one.dispose();
    }
    this.giveUp();
  }
}
