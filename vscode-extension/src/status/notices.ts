// What a person should know about a folder: each with what to do.

import type { Alert, Status } from "../protocol";
import { count } from "../shared/words";

/** One thing to say; the tooltip and the status list leave out what is mere `information`. */
export interface Notice {
  severity: "error" | "warning" | "information";
  text: string;
}

/** What is to be said of one folder, the gravest first. */
export function noticesOf(status: Status): Notice[] {
  const { files, watcher, extraction, lastScan } = status;
  // Without a record nothing works; with one, most does.
  const severity = status.database ? "warning" : "error";
  const notices: Notice[] = status.reasons.map((text) => ({ severity, text }));
  if (watcher.warning && !status.reasons.includes(watcher.warning)) {
    notices.push({ severity: "warning", text: watcher.warning });
  }
  if (lastScan?.error && !status.reasons.some((one) => one.includes(lastScan.error ?? ""))) {
    const text = `the last look at the folder failed: ${lastScan.error}`;
    notices.push({ severity: "warning", text });
  }
  if (extraction.egress && extraction.state !== "ok" && extraction.state !== "throttled") {
    const text = `Amazon Nova rests: ${extraction.reason ?? extraction.state.replaceAll("_", " ")}`;
    notices.push({ severity: "warning", text });
  }
  if (files.failed > 0) {
    const text = `${count(files.failed, "file")} could not be read`;
    notices.push({ severity: "information", text });
  }
  return notices;
}

/** Turns an alert of the server into a notice: its message, and its hint where it has one. */
export function noticeOf(alert: Alert): Notice {
  return {
    severity: alert.severity,
    text: alert.hint ? `${alert.message}: ${alert.hint}` : alert.message,
  };
}

/** The alerts that are not over: one of each code and what it is about. */
export class Alerts {
  readonly #open = new Map<string, Alert>();

  /** @returns Whether it is a new one, to be told. */
  take(alert: Alert): boolean {
    const key = `${alert.code} ${alert.service ?? ""}`;
    if (alert.cleared) {
      this.#open.delete(key);
      return false;
    }
    const fresh = !this.#open.has(key);
    this.#open.set(key, alert);
    return fresh;
  }

  /** Forgets all alerts: those of a server that ended are over. */
  clear(): void {
    this.#open.clear();
  }

  /** Gives the alerts that last, in the order in which they were first told. */
  list(): Alert[] {
    return [...this.#open.values()];
  }
}

/** Whether the setting `dbp.showNotifications` lets something of that severity be shown. */
export function wanted(setting: string | undefined, severity: Notice["severity"]): boolean {
  const levels: Record<string, Notice["severity"][]> = {
    onError: ["error"],
    onWarning: ["error", "warning"],
    always: ["error", "warning", "information"],
  };
  return levels[setting ?? "off"]?.includes(severity) ?? false;
}
