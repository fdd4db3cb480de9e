// The jobs that are shown, kept up to date by what the server tells, without the editor.
import type { Job, JobStatus, JobUpdate } from "../protocol";

export const ACTIVE: readonly JobStatus[] = ["processing", "queued"];
export const ENDED: readonly JobStatus[] = ["completed", "failed", "cancelled"];
/** How many more ended jobs are shown with each wish for more. */
const PAGE = 25;

/** Holds the jobs that run or wait, and the latest of those that ended. */
export class JobList {
  private readonly jobs = new Map<string, JobUpdate>();
  /** Told of since the last question was sent: newer than its answer. */
  private readonly told = new Set<string>();
  /** How many ended jobs are shown. */
  limit = PAGE;

  /** Shows more of those that ended. */
  grow(): void {
    this.limit += PAGE;
  }

  /** Whether more are known to have ended than are shown. */
  get more(): boolean {
    return this.ended().length > this.limit;
  }

  /** A question is sent: what is told from now on is newer than its answer. */
  asking(): void {
    this.told.clear();
  }

  /** Forgets the jobs of folders that are not open any more. */
  keep(folders: ReadonlySet<string>): void {
    for (const [id, job] of this.jobs) {
      if (!folders.has(job.workspaceFolder)) {
        this.jobs.delete(id);
      }
    }
  }

  /** Takes an answer for a folder: what stood here of it before is gone. */
  answered(workspaceFolder: string, jobs: readonly Job[]): void {
    for (const [id, job] of this.jobs) {
      if (job.workspaceFolder === workspaceFolder && !this.told.has(id)) {
        this.jobs.delete(id);
      }
    }
    for (const job of jobs) {
      if (!this.told.has(job.id)) {
        this.jobs.set(job.id, { ...job, workspaceFolder });
      }
    }
  }

  /** Takes what the server tells of one job; of too many that ended, the oldest are dropped. */
  take(update: JobUpdate): void {
    this.told.add(update.id);
    this.jobs.set(update.id, update);
    const ended = this.ended();
    for (const job of ended.slice(this.limit + PAGE)) {
      this.jobs.delete(job.id);
    }
  }

  /** Forgets all jobs, as when no server runs; how many are shown stays. */
  clear(): void {
    this.jobs.clear();
    this.told.clear();
  }

  /** How many jobs are worked on now: the number on the badge. */
  get running(): number {
    return [...this.jobs.values()].filter((job) => job.status === "processing").length;
  }

  /** How many jobs are known, shown or not. */
  get size(): number {
    return this.jobs.size;
  }

  /** Running ones first, then waiting ones, then those that ended last. */
  shown(): JobUpdate[] {
    const all = [...this.jobs.values()];
    const active = ACTIVE.flatMap((status) =>
      all.filter((job) => job.status === status).sort(byBeginning),
    );
    return [...active, ...this.ended().slice(0, this.limit)];
  }

  private ended(): JobUpdate[] {
    return [...this.jobs.values()]
      .filter((job) => ENDED.includes(job.status))
      .sort((a, b) => compare(endOf(b), endOf(a)) || compare(a.id, b.id));
  }
}

function byBeginning(a: Job, b: Job): number {
  return (
    compare(
      a.startedAt ?? a.scheduledFor ?? a.createdAt,
      b.startedAt ?? b.scheduledFor ?? b.createdAt,
    ) || compare(a.id, b.id)
  );
}

function endOf(job: Job): string {
  return job.completedAt ?? job.createdAt;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
