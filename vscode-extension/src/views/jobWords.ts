// What is said of a job: in the tree, in its tooltip, and in full.

import type { Job, JobStatus } from "../protocol";
import { visible } from "../shared/icons";
import { escaped } from "./describe";

/** What `dbp/jobs/get` adds. */
export interface Told extends Job {
  events?: { at: string; move: string; status: string; retryCount: number; detail: unknown }[];
}

const NAMES: Record<string, string> = {
  scan: "Scan",
  refresh: "Refresh",
  extract: "Read",
  enrich: "Ask Amazon Nova",
  check: "Check",
  project_processing: "Process project",
  skills_extraction: "Find skills",
  sync: "Synchronize",
  cycle_check: "Look for cycles",
  optimize: "Optimize database",
};

const WORDS: Record<JobStatus, string> = {
  queued: "waiting",
  processing: "running",
  completed: "done",
  failed: "failed",
  cancelled: "cancelled",
};

/** `Scan src/auth`: the type, and what it is about. */
export function labelOf(job: Job): string {
  const target = targetOf(job);
  const name = NAMES[job.type] ?? job.type.replaceAll("_", " ");
  return target === "" ? name : `${name} ${visible(target)}`;
}

function targetOf(job: Job): string {
  for (const key of ["path", "url", "uri"]) {
    const value = job.arguments[key];
    if (typeof value === "string" && value !== "") {
      return key === "uri" ? lastPart(value) : value;
    }
  }
  return "";
}

/** Which of its tasks a service's job does, where its type does not say it. */
function operationOf(job: Job): string {
  const { operation } = job.arguments;
  return typeof operation === "string" ? operation.replaceAll("_", " ") : "";
}

function lastPart(uri: string): string {
  const part = uri.slice(uri.replace(/\/+$/, "").lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What stands behind the label; clock times stay true while nothing is told. */
export function descriptionOf(job: Job, now: Date): string {
  const { percent, step } = job.progress;
  switch (job.status) {
    case "processing":
      return parts(
        `${percent} %`,
        step || operationOf(job),
        job.startedAt && `since ${clock(job.startedAt, now)}`,
      );
    case "queued": {
      const later = job.scheduledFor && Date.parse(job.scheduledFor) > now.getTime();
      const until = later && job.scheduledFor ? `until ${clock(job.scheduledFor, now)}` : "";
      return parts(`waiting ${until}`.trim(), job.retryCount > 0 && triesOf(job));
    }
    case "failed":
      return parts(job.completedAt && clock(job.completedAt, now), job.error?.message ?? "failed");
    default:
      return parts(
        job.completedAt && clock(job.completedAt, now),
        job.status === "completed" ? tookOf(job) : WORDS[job.status],
        operationOf(job),
      );
  }
}

/** Gives the tooltip as Markdown; paths and messages stand in it as text only. */
export function tooltipOf(job: Job, now: Date): string {
  const facts = [
    `- ${WORDS[job.status]}${job.status === "processing" ? `, ${job.progress.percent} %` : ""}`,
    job.progress.step && job.status === "processing" && `- step: ${escaped(job.progress.step)}`,
    operationOf(job) && `- ${escaped(operationOf(job))}`,
    job.progress.total > 0 && `- ${job.progress.done} of ${job.progress.total}`,
    job.startedAt && `- began ${clock(job.startedAt, now)}`,
    tookOf(job) && `- done ${tookOf(job) === "at once" ? "at once" : `in ${tookOf(job)}`}`,
    job.retryCount > 0 && `- ${triesOf(job)}`,
    `- asked for by ${escaped(job.requestedBy)}`,
    `- priority ${job.priority}`,
  ].filter(Boolean);
  const error = job.error
    ? [`**${escaped(job.error.message)}**`, escaped(job.error.hint ?? "")]
    : [];
  return [`**${escaped(labelOf(job))}**`, ...error, facts.join("\n")]
    .filter((one) => one !== "")
    .join("\n\n");
}

/** Everything the icon and the place in the list show, for a screen reader. */
export function spokenOf(job: Job, now: Date): string {
  return `${labelOf(job)}, ${WORDS[job.status]}, ${descriptionOf(job, now).replaceAll(" · ", ", ")}`;
}

/** What the tree may do with it; see `view/item/context` in package.json. */
export function contextOf(job: Job): string {
  if (job.status === "queued" || job.status === "processing") {
    return "job cancellable";
  }
  return job.status === "failed" ? "job retryable" : "job";
}

/** The whole job as a document. */
export function documentOf(job: Told): string {
  const { events, ...rest } = job;
  const lines = [
    `# ${line(labelOf(job))}`,
    "",
    `${WORDS[job.status]} · ${job.progress.percent} % · asked for by ${line(job.requestedBy)}`,
    "",
  ];
  if (job.error) {
    lines.push("## What went wrong", "", line(job.error.message), "");
    lines.push(...(job.error.hint ? [line(job.error.hint), ""] : []));
  }
  lines.push("## What happened", "");
  for (const event of events ?? []) {
    const detail = event.detail ? ` ${line(JSON.stringify(event.detail))}` : "";
    lines.push(`- ${event.at} ${line(event.move)} → ${line(event.status)}${detail}`);
  }
  const text = JSON.stringify(rest, null, 2);
  return `${lines.join("\n")}\n\n## All of it\n\n\`\`\`json\n${text}\n\`\`\`\n`;
}

function line(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function parts(...all: (string | false | null | undefined)[]): string {
  return all.filter((one): one is string => typeof one === "string" && one !== "").join(" · ");
}

function triesOf(job: Job): string {
  return `retry ${job.retryCount} of ${job.maxRetries}`;
}

function tookOf(job: Job): string {
  if (!job.startedAt || !job.completedAt) {
    return "";
  }
  const seconds = Math.max(0, (Date.parse(job.completedAt) - Date.parse(job.startedAt)) / 1000);
  if (seconds < 0.05) {
    return "at once";
  }
  return seconds < 90 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
}

/** `16:42`, or with the day when it is another one. */
export function clock(at: string, now: Date): string {
  const then = new Date(at);
  if (Number.isNaN(then.getTime())) {
    return at;
  }
  const pad = (number: number) => String(number).padStart(2, "0");
  const time = `${pad(then.getHours())}:${pad(then.getMinutes())}`;
  const day = `${then.getFullYear()}-${pad(then.getMonth() + 1)}-${pad(then.getDate())}`;
  return then.toDateString() === now.toDateString() ? time : `${day} ${time}`;
}
