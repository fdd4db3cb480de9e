// What the status items show, from what is known: without the editor, so that it can be tested.

import type { Alert, Status } from "../protocol";
import type { Problem, ServerCommand, ServerState } from "../session";
import { count } from "../shared/words";
import { type Notice, noticeOf, noticesOf } from "./notices";

/** All that is known now. */
export interface Seen {
  state: ServerState;
  problem: Problem | undefined;
  server: ServerCommand | undefined;
  statuses: Status[];
  alerts: Alert[];
  /** Whether the person trusts the workspace. */
  trusted: boolean;
  folders: { uri: string; name: string }[];
}

export type Mood =
  | "missing"
  | "failed"
  | "stopped"
  | "starting"
  | "degraded"
  | "working"
  | "paused"
  | "idle";

/** What is known as words and icons, for both items, the tooltip and the list. */
export interface Picture {
  mood: Mood;
  /** The status bar item. */
  bar: string;
  /** The language status item. */
  text: string;
  detail: string;
  severity: "error" | "warning" | "information";
  busy: boolean;
  notices: Notice[];
}

const ICONS: Record<Mood, string> = {
  missing: "circle-slash",
  failed: "error",
  stopped: "circle-outline",
  starting: "sync~spin",
  degraded: "warning",
  working: "sync~spin",
  paused: "debug-pause",
  idle: "book",
};

/** Sums up all folders: the state that matters most and the gravest notice decide what is shown. */
export function pictureOf(seen: Seen): Picture {
  const mood = moodOf(seen);
  const notices = allNotices(seen);
  const indexed = total(seen.statuses, (one) => one.files.indexed);
  const known = seen.state === "running" && seen.statuses.length > 0;
  const severity = severityOf(mood, notices);
  const icon = mood === "idle" && severity !== "information" ? "warning" : ICONS[mood];
  return {
    mood,
    bar: `$(${icon}) dbp${known ? ` ${indexed.toLocaleString("en-US")}` : ""}`,
    text: known ? `dbp: ${count(indexed, "file")}` : `dbp: ${sayMood(mood)}`,
    detail: detailOf(seen, mood, notices),
    severity,
    busy: mood === "starting" || mood === "working",
    notices,
  };
}

/** The state of one folder, in words. */
export function sayState(status: Status): string {
  const { pending } = status.files;
  const waiting = pending > 0 ? `, ${count(pending, "file")} waiting` : "";
  switch (status.state) {
    case "starting":
      return "opening its record";
    case "scanning":
      return `looking at the folder${waiting}`;
    case "busy":
      return `${status.throttled ? "reading files slowly: the machine is busy" : "reading files"}${waiting}`;
    case "paused":
      return `paused${waiting}`;
    case "degraded":
      return "works, but not as it should";
    case "stopped":
      return "stopped";
    default:
      return "up to date";
  }
}

function moodOf(seen: Seen): Mood {
  if (seen.state !== "running") {
    return seen.state;
  }
  const states = seen.statuses.map((one) => one.state);
  if (states.includes("degraded")) {
    return "degraded";
  }
  if (states.some((one) => one === "starting" || one === "scanning" || one === "busy")) {
    return "working";
  }
  if (states.includes("paused")) {
    return "paused";
  }
  return states.includes("stopped") ? "stopped" : "idle";
}

function sayMood(mood: Mood): string {
  const words: Partial<Record<Mood, string>> = {
    missing: "the server is not installed",
    failed: "the server does not run",
    stopped: "stopped",
    starting: "starting",
  };
  return words[mood] ?? "ready";
}

function allNotices(seen: Seen): Notice[] {
  if (seen.state !== "running") {
    return [];
  }
  const order = ["error", "warning", "information"];
  return [...seen.alerts.map(noticeOf), ...ofFolders(seen)].sort(
    (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity),
  );
}

/** What holds for some of several folders names them; what holds for all does not. */
function ofFolders(seen: Seen): Notice[] {
  const found = new Map<string, { notice: Notice; names: string[] }>();
  for (const status of seen.statuses) {
    for (const notice of noticesOf(status)) {
      const names = found.get(notice.text)?.names ?? [];
      found.set(notice.text, { notice, names: [...names, folderName(seen, status)] });
    }
  }
  return [...found.values()].map(({ notice, names }) =>
    names.length === seen.statuses.length
      ? notice
      : { ...notice, text: `${names.join(", ")}: ${notice.text}` },
  );
}

function severityOf(mood: Mood, notices: Notice[]): Picture["severity"] {
  if (mood === "missing" || mood === "failed") {
    return "error";
  }
  const first = notices[0]?.severity ?? "information";
  return mood === "degraded" && first === "information" ? "warning" : first;
}

function detailOf(seen: Seen, mood: Mood, notices: Notice[]): string {
  if (seen.problem && (mood === "missing" || mood === "failed")) {
    return seen.problem.message;
  }
  const grave = notices.find((one) => one.severity !== "information");
  if (grave) {
    return grave.text;
  }
  if (seen.state !== "running") {
    return "";
  }
  const first = seen.statuses[0];
  if (!first) {
    return "no folder is open: files are read one by one";
  }
  const local = seen.trusted ? "" : ", Restricted Mode";
  const busiest =
    mood === "working"
      ? seen.statuses.find((one) => one.state !== "idle" && one.state !== "paused")
      : first;
  const words = sayState(busiest ?? first);
  return (seen.statuses.length > 1 ? `${words}, ${seen.statuses.length} folders` : words) + local;
}

/** Gives the name the window has for a folder, or the last part of its address. */
export function folderName(seen: Seen, status: Status): string {
  const known = seen.folders.find((one) => one.uri === status.workspaceFolder);
  const last = status.workspaceFolder.split("/").filter(Boolean).at(-1) ?? status.workspaceFolder;
  return known?.name ?? decodeURIComponent(last);
}

function total(statuses: Status[], number: (status: Status) => number): number {
  return statuses.reduce((sum, one) => sum + number(one), 0);
}
