// The facts of one folder, in words: the tooltip and the status list show the same ones.

import type { Status } from "../protocol";
import { count } from "../shared/words";
import { sayState } from "./picture";

/** One line about a folder; the icon is the name of a codicon, without `$()`. */
export interface Fact {
  icon: string;
  text: string;
  /** What choosing it does. */
  command: string;
}

/** Lists them as they are shown; while the record is being opened, only the state and the model. */
export function factsOf(status: Status): Fact[] {
  const { files } = status;
  const now = capital(sayState(status));
  const state = { icon: stateIcon(status), text: now, command: "dbp.showHealth" };
  if (status.state === "starting") {
    return [state, model(status)]; // the rest is not known yet
  }
  const facts: Fact[] = [
    state,
    { icon: "files", text: `${count(files.indexed, "file")} indexed`, command: "dbp.search" },
  ];
  if (files.pending > 0) {
    const text = `${count(files.pending, "file")} waiting`;
    facts.push({ icon: "clock", text, command: "dbp.showJobs" });
  }
  if (files.failed > 0) {
    const text = `${count(files.failed, "file")} could not be read`;
    facts.push({ icon: "error", text, command: "dbp.showHealth" });
  }
  return [...facts, watched(status), led(status), model(status)];
}

/** Names the codicon of a folder's state: a check mark when it is up to date. */
export function stateIcon(status: Status): string {
  const icons: Partial<Record<Status["state"], string>> = {
    starting: "sync",
    scanning: "sync",
    busy: "sync",
    paused: "debug-pause",
    degraded: "warning",
    stopped: "circle-outline",
  };
  return icons[status.state] ?? "check";
}

function watched(status: Status): Fact {
  const { backend, directories } = status.watcher;
  const command = "dbp.showHealth";
  if (status.role === "follower") {
    return { icon: "eye", text: "Watched by the other process", command };
  }
  if (backend === "off") {
    return { icon: "eye-closed", text: "Changes on the disk are not watched", command };
  }
  const how =
    backend === "polling" ? "Looks at the disk regularly (polling)" : `Watches (${backend})`;
  const text = directories > 0 ? `${how}, ${count(directories, "folder")}` : how;
  return { icon: "eye", text, command };
}

function led(status: Status): Fact {
  const text =
    status.role === "leader"
      ? "This window keeps the record"
      : status.role === "follower"
        ? "Another window or program keeps the record; this one reads along"
        : "Nobody keeps the record yet";
  return { icon: "database", text, command: "dbp.showHealth" };
}

function model(status: Status): Fact {
  const { provider, model: name, egress, costUsd } = status.extraction;
  const cost = costUsd > 0 ? `, $${costUsd.toFixed(costUsd < 0.1 ? 4 : 2)} so far` : "";
  if (provider === "local") {
    return {
      icon: "lock",
      text: "Local: nothing is sent anywhere",
      command: "dbp.openWalkthrough",
    };
  }
  return egress
    ? { icon: "cloud", text: `Amazon Nova: ${name ?? "on"}${cost}`, command: "dbp.estimate" }
    : {
        icon: "lock",
        text: "Amazon Nova is set up, but nothing of this folder is sent",
        command: "dbp.trust",
      };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
