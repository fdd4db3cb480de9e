// What a job did, in words for people.
import type { Job } from "../protocol";
import { ago, count, duration, sentences } from "../shared/words";

/** How a refresh ended: `Up to date: 120 files compared, 3 read, 1 removed.` */
export function refreshed(job: Job): string {
  if (job.status === "failed") {
    return sentences("The refresh failed:", job.error?.message ?? "", job.error?.hint);
  }
  if (job.status === "cancelled") {
    return "The refresh was cancelled.";
  }
  return `Up to date: ${compared(job.result ?? {})}.`;
}

/** What a comparison of disk and record found. */
export function compared(result: Record<string, unknown>): string {
  const number = (name: string) => (typeof result[name] === "number" ? result[name] : 0);
  const changes = [
    [number("extracted") + number("reused"), "read"],
    [number("renamed"), "renamed"],
    [number("deleted"), "removed"],
    [number("failed"), "failed"],
  ] as const;
  const told = changes.filter(([many]) => many > 0).map(([many, what]) => `${many} ${what}`);
  const files = `${count(number("files"), "file")} compared`;
  return [files, ...(told.length > 0 ? told : ["nothing changed"])].join(", ");
}

/** Why a request was refused that came too often, and when it may come again. */
export function limited(message: string, retryAfter: unknown, now: Date): string {
  if (typeof retryAfter !== "number") {
    return sentences("dbp:", message, "Try again later");
  }
  const when = new Date(now.getTime() + retryAfter * 1000);
  const clock = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  return sentences("dbp:", message, `Try again in ${duration(retryAfter)}, at ${clock}`);
}

/** A row of the history; its label begins with an icon, as `$(check)`. */
export interface Line {
  label: string;
  description: string;
  detail?: string;
}

const ICONS: Record<Job["status"], string> = {
  queued: "clock",
  processing: "sync",
  completed: "check",
  failed: "error",
  cancelled: "circle-slash",
};

/** One line of the history of refreshes: when, by whom, and what came of it. */
export function historyLine(job: Job, now: Date): Line {
  const what = job.status === "completed" ? compared(job.result ?? {}) : unfinished(job);
  const path = job.arguments["path"];
  const forced = job.arguments["force"] === true ? "all files read again" : "";
  const where = typeof path === "string" && path !== "" ? `below ${path}` : "";
  return {
    label: `$(${ICONS[job.status]}) ${ago(job.createdAt, now)}`,
    description: `by ${job.requestedBy}`,
    detail: [what, where, forced].filter((part) => part !== "").join(" · "),
  };
}

function unfinished(job: Job): string {
  if (job.status === "processing") {
    return `at work, ${job.progress.percent}%`;
  }
  if (job.status === "queued") {
    return "waits for its turn";
  }
  return job.error ? `${job.status}: ${job.error.message}` : job.status;
}

/** How tidying the database ended: `The database is tidy: 12.3 MB → 8.1 MB.` */
export function optimized(job: Job): string {
  if (job.status === "failed") {
    return sentences("The database could not be tidied:", job.error?.message, job.error?.hint);
  }
  if (job.status === "cancelled") {
    return "Tidying the database was cancelled.";
  }
  const { bytesBefore, bytesAfter } = job.result ?? {};
  if (typeof bytesBefore !== "number" || typeof bytesAfter !== "number") {
    return "The database is tidy.";
  }
  const saved = bytesAfter < bytesBefore ? `${bytes(bytesBefore)} → ` : "";
  return `The database is tidy: ${saved}${bytes(bytesAfter)}.`;
}

/** How making the index anew ended. */
export function cleared(job: Job): string {
  if (job.status === "failed") {
    return sentences("The index could not be cleared:", job.error?.message, job.error?.hint);
  }
  return job.status === "cancelled"
    ? "Clearing the index was cancelled."
    : "The index is made anew.";
}

/** A size as it is said: `512 bytes`, `3.4 MB`. */
export function bytes(size: number): string {
  if (size < 1000) {
    return count(size, "byte");
  }
  const [unit, name] = size < 1e6 ? [1e3, "kB"] : size < 1e9 ? [1e6, "MB"] : [1e9, "GB"];
  return `${(size / unit).toFixed(1)} ${name}`;
}
