// What the documentation tree says of a folder or a file, without the editor.

import type { Counts, Covered } from "../protocol";
import { visible } from "../shared/icons";

/** The worst that is known of it; `uncounted`: nothing there has to say what it is for. */
export type Condition = "failed" | "broken" | "stale" | "missing" | "documented" | "uncounted";

const MOST_OF_A_TEXT = 600;

/** Picks the worst: what could not be read, then what is broken, stale or missing. */
export function condition(counts: Counts): Condition {
  if (counts.failed > 0) {
    return "failed";
  }
  if (counts.broken > 0) {
    return "broken";
  }
  if (counts.stale > 0) {
    return "stale";
  }
  if (counts.withIntent < counts.files) {
    return "missing";
  }
  return counts.files > 0 ? "documented" : "uncounted";
}

/** Whether the filter "only with problems" keeps it. */
export function hasProblems(counts: Counts): boolean {
  return !["documented", "uncounted"].includes(condition(counts));
}

/** `83 %`; everything only when it is everything. */
export function share(counts: Counts): string {
  if (counts.files === 0) {
    return "";
  }
  const percent = Math.floor((100 * counts.withIntent) / counts.files);
  return `${percent}\u00a0%`; // not to be broken
}

function flaws(counts: Counts): string[] {
  return [
    counts.stale > 0 ? `${counts.stale} stale` : "",
    counts.broken > 0 ? `${counts.broken} broken` : "",
    counts.failed > 0 ? `${counts.failed} failed` : "",
  ].filter((one) => one !== "");
}

/** What stands behind a folder's name: `83 % · 2 stale · 1 broken`. */
export function ofFolder(counts: Counts): string {
  return [share(counts), ...flaws(counts)].filter((one) => one !== "").join(" · ");
}

/** What stands behind a file's name: only what is wrong with it. */
export function ofFile(counts: Counts): string {
  const silent = counts.withIntent < counts.files && counts.failed === 0;
  if (counts.failed > 0) {
    return "could not be read";
  }
  return [silent ? "says nothing of itself" : "", ...flaws(counts)]
    .filter((one) => one !== "")
    .join(" · ");
}

/** The line above the tree. */
export function ofAll(all: readonly Counts[]): string {
  const sum = (pick: (one: Counts) => number) => all.reduce((total, one) => total + pick(one), 0);
  const total: Counts = {
    files: sum((one) => one.files),
    withIntent: sum((one) => one.withIntent),
    percent: null,
    symbols: sum((one) => one.symbols),
    documented: sum((one) => one.documented),
    stale: sum((one) => one.stale),
    broken: sum((one) => one.broken),
    failed: sum((one) => one.failed),
  };
  if (total.files === 0) {
    return "No file here has to say what it is for.";
  }
  const files = `${total.withIntent.toLocaleString("en-US")} of ${total.files.toLocaleString("en-US")}`;
  const said = `${share(total)}: ${files} ${total.files === 1 ? "file says" : "files say"} what they are for`;
  return [total.files === 1 ? said.replace("they are", "it is") : said, ...flaws(total)].join(
    " · ",
  );
}

/** What a screen reader says: the name, what it is, and everything the icon and colours show. */
export function spoken(name: string, kind: "folder" | "file", counts: Counts): string {
  const what = kind === "folder" ? ofFolder(counts) : ofFile(counts) || WORDS[condition(counts)];
  return [name, kind, what.replaceAll(" · ", ", ").replaceAll("\u00a0%", " percent documented")]
    .filter((one) => one !== "")
    .join(", ");
}

const WORDS: Record<Condition, string> = {
  failed: "could not be read",
  broken: "has broken references",
  stale: "has stale documentation",
  missing: "says nothing of itself",
  documented: "documented",
  uncounted: "",
};

/** The tooltip as Markdown; what files say of themselves is in it as text only. */
export function tooltip(covered: Covered): string {
  const lines = [`**${escaped(covered.path || "/")}**`];
  if (covered.intent) {
    lines.push(escaped(covered.intent));
  }
  const facts: string[] = [];
  if (covered.kind === "folder" && covered.files > 0) {
    facts.push(`${covered.withIntent} of ${covered.files} files say what they are for`);
  } else if (covered.kind === "file") {
    facts.push(WORDS[condition(covered)]);
  }
  if (covered.symbols > 0) {
    facts.push(`${covered.documented} of ${covered.symbols} public symbols are documented`);
  }
  facts.push(
    covered.stale > 0 ? `${covered.stale} stale: the code changed since` : "",
    covered.broken > 0 ? `${covered.broken} broken: what is named is not there` : "",
    covered.failed > 0 ? `${covered.failed} could not be read` : "",
  );
  const said = facts.filter((one) => one !== "").map((one) => `- ${one}`);
  return [...lines, said.join("\n")].filter((one) => one !== "").join("\n\n");
}

/** Markdown that shows a text as it is, on one line: no links, pictures, HTML or headings. */
export function escaped(text: string): string {
  const line = visible(text).replace(/\s+/g, " ").trim();
  const brief = line.length > MOST_OF_A_TEXT ? `${line.slice(0, MOST_OF_A_TEXT)}…` : line;
  return brief.replace(/[!-/:-@[-`{-~]/g, "\\$&");
}
