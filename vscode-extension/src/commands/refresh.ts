// "Refresh Index" and its history.
import * as vscode from "vscode";
import type { Job } from "../protocol";
import { Refused, type Session } from "../session";
import { folderOf, named } from "../shared/folder";
import { fail, inform, warn } from "../shared/show";
import { guarded, outside, uriOf } from "../shared/tell";
import { count, duration } from "../shared/words";
import type { Follower, Submitted } from "./follow";
import { historyLine, limited, refreshed } from "./jobWords";

const HISTORY = "Show History";
const JOBS = "Show Jobs";

interface Refreshes {
  refreshes: Job[];
  limit: { times: number; seconds: number };
}

/** Adds `dbp.refresh` and `dbp.refreshHistory`; `jobs` tells when a refresh is over. */
export function registerRefresh(session: Session, jobs: Follower): vscode.Disposable {
  const refreshing = new Refreshing(session, jobs);
  return vscode.Disposable.from(
    vscode.commands.registerCommand("dbp.refresh", (about?: unknown) =>
      guarded(session, "refresh the index", () => refreshing.start(uriOf(about))),
    ),
    vscode.commands.registerCommand("dbp.refreshHistory", () =>
      guarded(session, "show the history", () => showHistory(session)),
    ),
  );
}

/** Refreshes that were started here and have not ended: the context key `dbp.refreshing`. */
class Refreshing {
  private running = 0;

  constructor(
    private readonly session: Session,
    private readonly jobs: Follower,
  ) {
    this.change(0);
  }

  async start(uri: vscode.Uri | undefined): Promise<void> {
    const folder = await folderOf(uri);
    if (!folder) {
      outside(uri);
      return;
    }
    try {
      const { answer, ended } = await this.jobs.ask<Submitted & { message: string }>(
        "dbp/refresh",
        named(folder),
      );
      this.session.log.info(`refresh of ${folder.name}: ${answer.message}, job ${answer.jobId}`);
      this.change(1);
      void ended.then((job) => {
        this.change(-1);
        return job && told(job);
      });
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "rate_limited") {
        throw error;
      }
      const text = limited(error.message, error.data["retryAfter"], new Date());
      void offer(warn(text, HISTORY));
    }
  }

  private change(by: number): void {
    this.running += by;
    void vscode.commands.executeCommand("setContext", "dbp.refreshing", this.running > 0);
  }
}

function told(job: Job): Promise<void> {
  const text = `dbp: ${refreshed(job)}`;
  return offer(job.status === "failed" ? fail(text, JOBS) : inform(text));
}

async function offer(shown: Thenable<string | undefined>): Promise<void> {
  const choice = await shown;
  if (choice === HISTORY) {
    await vscode.commands.executeCommand("dbp.refreshHistory");
  } else if (choice === JOBS) {
    await vscode.commands.executeCommand("dbp.showJobs");
  }
}

async function showHistory(session: Session): Promise<void> {
  const folder = await folderOf();
  if (!folder) {
    return;
  }
  const answer = await session.request<Refreshes>("dbp/refreshHistory", named(folder));
  const { times, seconds } = answer.limit;
  const now = new Date();
  const lines = answer.refreshes.map((job) => ({ ...historyLine(job, now), command: "showJobs" }));
  const none = { label: "$(refresh) Refresh now", description: "Nobody did so far" };
  const picked = await vscode.window.showQuickPick(
    lines.length > 0 ? lines : [{ ...none, command: "refresh" }],
    {
      title: `dbp: Refreshes of ${folder.name}`,
      placeHolder: `${count(times, "refresh", "refreshes")} in ${duration(seconds)} are allowed`,
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  if (picked) {
    await vscode.commands.executeCommand(`dbp.${picked.command}`);
  }
}
