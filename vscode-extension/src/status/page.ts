// The pages in Markdown: health, with causes and next steps.
import type { Health } from "../protocol";
import { plain } from "./tooltip";

const SIGNS: Record<string, string> = { healthy: "✓", degraded: "⚠", unhealthy: "✗" };
const WORDS: Record<string, string> = {
  healthy: "All is well.",
  degraded: "It works, but not as it should.",
  unhealthy: "Something is broken.",
};
const ORDER = ["unhealthy", "degraded", "healthy"];

/** What each check is about, for people who do not know the server's words. */
const CHECKS: Record<string, string> = {
  record: "the record of this folder",
  database: "the database it is kept in",
  workers: "the workers that read files",
  watcher: "how changes on the disk are noticed",
  files: "the files, and how many could not be read",
  jobs: "background jobs",
  services: "background services",
  errors: "how often something failed lately",
  enrichment: "Amazon Nova",
  leader: "the process that keeps the record",
};

/** Gives the page of one folder, the worst checks first; what the server says is only text. */
export function healthPage(folder: string, health: Health): string {
  const checks = [...health.checks].sort(
    (a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status),
  );
  const rows = checks.map(
    (one) =>
      `| ${SIGNS[one.status] ?? "?"} | **${plain(one.name)}**${about(one.name)} | ${plain(one.detail)} |`,
  );
  return [
    `# Health of ${plain(folder)}`,
    `${SIGNS[health.status] ?? "?"} **${WORDS[health.status] ?? plain(health.status)}**`,
    ["| | check | what was found, and what to do |", "|---|---|---|", ...rows].join("\n"),
    "*Show Health* in the command palette looks again. `dbp health` says the same in a terminal, `dbp doctor` looks at the installation.",
    "",
  ].join("\n\n");
}

function about(name: string): string {
  return CHECKS[name] === undefined ? "" : `<br>${CHECKS[name]}`;
}
