// The rows of "Show Status": what is known of each folder, and what can be done.
import { plain } from "../shared/icons";
import { factsOf } from "./facts";
import { folderName, type Picture, type Seen } from "./picture";

/** A row runs its command, about its folder where it has one. */
export interface Row {
  label: string;
  description?: string;
  detail?: string;
  command?: string;
  /** Choosing it says this, with all its words. */
  text?: string;
  folder?: string;
  separator?: boolean;
}

/** Lists what is wrong first, then the facts of each folder, then what can be done. */
export function rowsOf(seen: Seen, picture: Picture): Row[] {
  return [...said(seen, picture), ...folders(seen), ...actions(seen)];
}

function said(seen: Seen, picture: Picture): Row[] {
  const rows: Row[] = [];
  if (seen.problem && (seen.state === "missing" || seen.state === "failed")) {
    const [first, ...tried] = seen.problem.detail.split("\n").filter((line) => line.trim() !== "");
    const command = seen.state === "failed" ? "dbp.showServerLog" : "dbp.showClientLog";
    rows.push({ label: `$(error) ${plain(seen.problem.message)}`, command });
    rows.push(separator(first?.replace(/:$/, "") ?? "Details"));
    for (const line of tried) {
      const [, origin, why] = /^- (.+?): (.+)$/.exec(line) ?? [];
      rows.push({
        label: `$(dash) ${plain(origin ?? line)}`,
        ...(why === undefined ? {} : { description: plain(why) }),
        command,
      });
    }
  } else if (seen.state !== "running" || seen.statuses.length === 0) {
    rows.push({ label: `$(info) ${picture.detail || picture.text.replace(/^dbp: /, "")}` });
  }
  if (!seen.trusted) {
    rows.push({
      label: "$(shield) Restricted Mode",
      description:
        "local only; settings of the workspace for the server and Amazon Nova are ignored",
      command: "workbench.trust.manage",
    });
  }
  for (const notice of picture.notices.filter((one) => one.severity !== "information")) {
    rows.push({ label: `$(${notice.severity}) ${plain(notice.text)}`, text: notice.text });
  }
  return rows;
}

function folders(seen: Seen): Row[] {
  if (seen.state !== "running") {
    return [];
  }
  return seen.statuses.flatMap((status) => [
    separator(folderName(seen, status)),
    ...factsOf(status).map((fact) => ({
      label: `$(${fact.icon}) ${plain(fact.text)}`,
      command: fact.command,
      folder: status.workspaceFolder,
    })),
  ]);
}

function actions(seen: Seen): Row[] {
  if (seen.state === "missing" || seen.state === "failed") {
    const remedies = seen.problem?.remedies ?? [];
    return [
      separator("What you can do"),
      ...remedies.map((one) => action(icon(one.command), one.title, one.command)),
      ...(remedies.some((one) => one.command === "dbp.restart")
        ? []
        : [action("debug-restart", "Look Again", "dbp.restart")]),
    ];
  }
  const running = seen.state === "running";
  const open = running && seen.statuses.length > 0;
  const paused = open && seen.statuses.every((one) => one.state === "paused");
  return [
    separator("What you can do"),
    ...(open
      ? [
          action("refresh", "Refresh Index", "dbp.refresh"),
          paused
            ? action("debug-start", "Resume Indexing", "dbp.resume")
            : action("debug-pause", "Pause Indexing", "dbp.pause"),
          action("pulse", "Show Health", "dbp.showHealth"),
          action("list-unordered", "Show Jobs", "dbp.showJobs"),
        ]
      : []),
    action("output", "Show Server Log", "dbp.showServerLog"),
    action("output", "Show Client Log", "dbp.showClientLog"),
    action("debug-restart", "Restart Server", "dbp.restart"),
    ...(running ? [action("debug-stop", "Stop Server", "dbp.stop")] : []),
    action("settings-gear", "Open Settings", "dbp.openSettings"),
    action("copy", "Copy Debug Information", "dbp.copyDebugInformation"),
  ];
}

function action(name: string, title: string, command: string): Row {
  return { label: `$(${name}) ${title}`, command };
}

function icon(command: string): string {
  const icons: Record<string, string> = {
    "dbp.installServer": "cloud-download",
    "dbp.openSettings": "settings-gear",
    "dbp.restart": "debug-restart",
    "dbp.copyDebugInformation": "copy",
  };
  return icons[command] ?? "output";
}

function separator(label: string): Row {
  return { label: plain(label), separator: true };
}
