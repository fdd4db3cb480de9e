// The tooltip of the status bar item, in Markdown.
import { plain as unadorned } from "../shared/icons";
import { factsOf } from "./facts";
import { folderName, type Picture, type Seen } from "./picture";

/** The commands that links of the tooltip may run. */
export const LINKS = [
  "dbp.showStatus",
  "dbp.refresh",
  "dbp.showJobs",
  "dbp.showServerLog",
  "dbp.showClientLog",
  "dbp.installServer",
  "dbp.restart",
  "dbp.openSettings",
];

/** Gives the tooltip; if the server is missing or failed, only the problem and its remedies. */
export function tooltipOf(seen: Seen, picture: Picture): string {
  const version = seen.server && seen.state === "running" ? ` ${plain(seen.server.version)}` : "";
  const parts = [`**dbp${version}**`];
  if (seen.problem && (seen.state === "missing" || seen.state === "failed")) {
    parts.push(`$(error) ${plain(seen.problem.message)}`);
    parts.push(seen.problem.remedies.map((one) => link(one.title, one.command)).join(" · "));
    return parts.join("\n\n");
  }
  if (!seen.trusted) {
    parts.push("$(shield) Restricted Mode: local only, settings of the workspace are ignored");
  }
  if (seen.state !== "running" || seen.statuses.length === 0) {
    parts.push(plain(picture.detail || picture.text.replace(/^dbp: /, "")));
  }
  for (const status of seen.state === "running" ? seen.statuses : []) {
    const facts = factsOf(status).map((fact) => `$(${fact.icon}) ${plain(fact.text)}`);
    parts.push([`**${plain(folderName(seen, status))}**`, ...facts].join("  \n"));
  }
  for (const notice of picture.notices.filter((one) => one.severity !== "information")) {
    parts.push(`$(${notice.severity}) ${plain(notice.text)}`);
  }
  const links =
    seen.state === "running" && seen.statuses.length > 0
      ? [
          link("Status", "dbp.showStatus"),
          link("Jobs", "dbp.showJobs"),
          link("Log", "dbp.showServerLog"),
        ]
      : [link("Status", "dbp.showStatus"), link("Restart", "dbp.restart")];
  parts.push("---", links.join(" · "));
  return parts.join("\n\n");
}

/** Text that is no Markdown and no icon, whatever stands in it. */
export function plain(text: string): string {
  return unadorned(text)
    .replaceAll(/[\\`*_{}[\]()#+!|~<>&$-]/g, (mark) => (mark === "<" ? "&lt;" : `\\${mark}`))
    .replaceAll(/\s+/g, " ");
}

function link(title: string, command: string): string {
  return `[${title}](command:${command})`;
}
