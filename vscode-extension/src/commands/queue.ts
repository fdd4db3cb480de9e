// Commands about the work that waits: one file, pausing, emptying, tidying.
import * as vscode from "vscode";
import type { Job, Status } from "../protocol";
import type { Session } from "../session";
import { folderOf, named, openFolders } from "../shared/folder";
import { fail, inform, warn } from "../shared/show";
import { fileOf, guarded, quietly } from "../shared/tell";
import { count } from "../shared/words";
import type { Follower, Submitted } from "./follow";
import { cleared, optimized } from "./jobWords";

/** Adds the commands; `jobs` tells when clearing the index or tidying the database is over. */
export function registerQueue(session: Session, jobs: Follower): vscode.Disposable {
  const command = (name: string, what: string, run: (about?: unknown) => Promise<void>) =>
    vscode.commands.registerCommand(`dbp.${name}`, (about?: unknown) =>
      guarded(session, what, () => run(about)),
    );
  return vscode.Disposable.from(
    command("processActiveFile", "process this file", (about) => processFile(session, about)),
    command("pause", "pause indexing", () => switchAll(session, "stop")),
    command("resume", "resume indexing", () => switchAll(session, "start")),
    command("clearQueue", "clear the queue", () => clearQueue(session)),
    command("clearIndex", "clear the index", () => clearIndex(session, jobs)),
    command("optimize", "tidy the database", () => optimize(jobs)),
    command("showJobs", "show the jobs", async () => {
      await vscode.commands.executeCommand("dbp.jobs.focus");
    }),
  );
}

async function processFile(session: Session, about: unknown): Promise<void> {
  const uri = fileOf(about);
  if (!uri) {
    return;
  }
  const asked = { uri: uri.toString(), force: true };
  const answer = await session.request<{ queued: boolean; reason: string }>(
    "dbp/processFile",
    asked,
  );
  const file = vscode.workspace.asRelativePath(uri);
  quietly(answer.queued ? `${file} is read again` : `${file} is not indexed: ${answer.reason}`);
}

/** Pausing is for all that is open: who wants quiet does not want it for one folder. */
async function switchAll(session: Session, way: "start" | "stop"): Promise<void> {
  const asked = openFolders().map((folder) =>
    session.request<Status>(`dbp/scheduler/${way}`, named(folder)),
  );
  for (const one of await Promise.allSettled(asked)) {
    if (one.status === "rejected") {
      throw one.reason;
    }
  }
  quietly(way === "stop" ? "indexing is paused" : "indexing goes on");
}

async function clearQueue(session: Session): Promise<void> {
  const folder = await folderOf();
  if (folder) {
    const { removed } = await session.request<{ removed: number }>("dbp/clearQueue", named(folder));
    quietly(removed > 0 ? `${count(removed, "file")} no longer waiting` : "nothing was waiting");
  }
}

const CLEAR = "Clear Index";

async function clearIndex(session: Session, jobs: Follower): Promise<void> {
  const folder = await folderOf();
  if (!folder) {
    return;
  }
  const indexed = session.statuses.get(folder.uri.toString())?.files.indexed ?? 0;
  const what = indexed > 0 ? `what it knows of ${count(indexed, "file")}` : "what it knows";
  const choice = await vscode.window.showWarningMessage(
    `Clear the index of ${folder.name}?`,
    {
      modal: true,
      detail: `dbp forgets ${what} and reads all again. Your files stay as they are.`,
    },
    CLEAR,
  );
  if (choice !== CLEAR) {
    return;
  }
  const { answer, ended } = await jobs.ask<Service & { removed: number }>(
    "dbp/clearIndex",
    named(folder),
  );
  if (!held(answer, "sync")) {
    quietly(`${count(answer.removed, "file")} forgotten, all is read again`, ended);
    tellEnd(await ended, cleared);
  }
}

async function optimize(jobs: Follower): Promise<void> {
  const folder = await folderOf();
  if (!folder) {
    return;
  }
  const { answer, ended } = await jobs.ask<Service>("dbp/optimize", named(folder));
  if (!held(answer, "index_optimization")) {
    quietly("the database is being tidied", ended);
    tellEnd(await ended, optimized);
  }
}

/** What a request to a service answers. */
type Service = Submitted & { held?: boolean };

/** Says it where a service is switched off: its job waits until somebody switches it on. */
function held(answer: Service, service: string): boolean {
  if (answer.held) {
    const text = `The service ${service} is switched off: the job waits until it is on again.`;
    void warn(`dbp: ${text}`);
  }
  return answer.held === true;
}

function tellEnd(job: Job | undefined, words: (job: Job) => string): void {
  if (job) {
    const show = job.status === "failed" ? fail : inform;
    void show(`dbp: ${words(job)}`);
  }
}
