// What the search picker shows of a result, and what it says where there is none.
import type { Found } from "../protocol";
import { plain } from "../shared/icons";
import { count, sentences } from "../shared/words";
import type { Kind } from "./searchAsk";

/** A result as a row of the picker; `icon` is the name of one of VS Code's icons. */
export interface Shown {
  icon: string;
  label: string;
  description: string;
  detail: string;
}

const SYMBOLS: Record<string, string> = {
  function: "symbol-function",
  method: "symbol-method",
  class: "symbol-class",
  struct: "symbol-struct",
  union: "symbol-struct",
  enum: "symbol-enum",
  interface: "symbol-interface",
  trait: "symbol-interface",
  module: "symbol-module",
  namespace: "symbol-namespace",
  type: "symbol-class",
  section: "symbol-string",
};

/** The icon of a result: of a symbol its kind, else whether it is a document. */
export function iconOf(found: Pick<Found, "kind" | "symbolKind">): string {
  if (found.kind === "symbol") {
    return SYMBOLS[found.symbolKind ?? ""] ?? "symbol-misc";
  }
  return found.kind === "document" ? "book" : "file-code";
}

/** A result as an item. `folder` is named where several are open. */
export function shown(found: Found, folder: string): Shown {
  const file = found.path.slice(found.path.lastIndexOf("/") + 1);
  const place = found.name ? `${found.path}:${found.line + 1}` : found.path;
  const text = found.snippet || found.intent || "";
  const why = matched(found);
  return {
    icon: iconOf(found),
    label: plain(found.qualifiedName || found.name || file),
    description: plain(folder ? `${folder} • ${place}` : place),
    detail: plain([why, text].filter((part) => part !== "").join(" · ")),
  };
}

/** Where the words of the query were found: `name: debounce; intent: window`. */
export function matched(found: Pick<Found, "why">): string {
  return found.why.map((one) => `${one.field}: ${one.words.join(", ")}`).join("; ");
}

export const KINDS: Record<Kind, string> = {
  file: "files",
  symbol: "symbols",
  document: "documents",
};

/** The picker's title: what is searched, and how much of it is still missing. */
export function title(kind: Kind | undefined, pending: number): string {
  const what = kind ? `: ${KINDS[kind]} only` : "";
  const missing = pending > 0 ? ` · ${count(pending, "file")} not in the index yet` : "";
  return `dbp: Search Documentation${what}${missing}`;
}

/** What a person can do who found nothing: a line, and the command that does it. */
export interface NextStep {
  label: string;
  detail: string;
  does: "all kinds" | "refresh" | "status" | "nothing";
}

/** Why nothing is shown, and what to do next. */
export function nothing(state: {
  kind: Kind | undefined;
  pending: number;
  indexed: number;
}): NextStep {
  const { kind, pending, indexed } = state;
  if (pending > 0) {
    const detail = `${count(pending, "file")} not in the index yet: search again in a moment`;
    return { label: "Nothing found so far", detail, does: "nothing" };
  }
  if (indexed === 0) {
    const detail = "Press Enter to compare the disk with the index now";
    return { label: "Nothing is indexed here yet", detail, does: "refresh" };
  }
  if (kind) {
    const detail = `Only ${KINDS[kind]} were searched. Press Enter to search all`;
    return { label: "Nothing found", detail, does: "all kinds" };
  }
  const detail = "Try fewer or other words: of names, of paths, of what a file is for";
  return { label: "Nothing found", detail, does: "nothing" };
}

/** Why the search did not work. */
export function failed(message: string, hint: string): NextStep {
  return { label: sentences(message), detail: sentences(hint), does: "status" };
}
