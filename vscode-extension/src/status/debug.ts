// What a report of a defect needs, as Markdown: nothing secret in it, and no names of home folders.
import type { Seen } from "./picture";

/** What the report is made of, as gathered: secrets and the home folder are still in it. */
export interface Told {
  seen: Seen;
  /** Name and version of the editor, the extension, the system. */
  versions: [string, string][];
  /** Settings that somebody set, with where. */
  settings: { name: string; value: unknown; where: string }[];
  /** What `dbp doctor` printed. */
  doctor: string;
  home: string;
}

/** A value of such a setting is not shown, whatever it is. */
const PRIVATE = /key|token|secret|password|profile|endpoint|credential/i;

/** Gives the report to post: private settings without values, the home folder as `~`. */
export function debugPage(told: Told): string {
  const { seen } = told;
  const server = seen.server
    ? `${seen.server.version} from ${seen.server.origin}: \`${[seen.server.command, ...seen.server.args].join(" ")}\``
    : "none";
  const lines = [
    "## dbp: debug information",
    "",
    ...told.versions.map(([name, version]) => `- ${name}: ${version}`),
    `- server: ${server}`,
    `- state: ${seen.state}`,
    `- workspace: ${seen.folders.length} folders, ${seen.trusted ? "trusted" : "not trusted"}`,
    ...(seen.problem
      ? ["", "### Problem", "", fence(`${seen.problem.message}\n${seen.problem.detail}`)]
      : []),
    "",
    "### Settings that are set",
    "",
    ...(told.settings.length === 0 ? ["none"] : told.settings.map(settingLine)),
    ...(seen.alerts.length === 0
      ? []
      : ["", "### Alerts", "", ...seen.alerts.map((one) => `- ${one.code}: ${one.message}`)]),
    ...seen.statuses.flatMap((status) => [
      "",
      `### Status of ${status.workspaceFolder}`,
      "",
      fence(JSON.stringify(status, null, 2), "json"),
    ]),
    "",
    "### dbp doctor",
    "",
    fence(told.doctor.trim() || "it said nothing"),
    "",
  ];
  return withoutHome(lines.join("\n"), told.home);
}

function settingLine(one: Told["settings"][number]): string {
  const value = PRIVATE.test(one.name) ? "(set, not shown)" : JSON.stringify(one.value);
  return `- \`${one.name}\` = ${value} (${one.where})`;
}

/** Replaces the home folder, as a path and as part of a URI. */
export function withoutHome(text: string, home: string): string {
  const slashes = home.replaceAll("\\", "/");
  const forms = [home, home.replaceAll("\\", "\\\\"), slashes, encodeURI(slashes)];
  return [...new Set(forms)]
    .filter((form) => form.length > 1)
    .sort((a, b) => b.length - a.length)
    .reduce((all, form) => all.replace(new RegExp(`${escaped(form)}(?![\\w.-])`, "g"), "~"), text);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function fence(text: string, language = "text"): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
