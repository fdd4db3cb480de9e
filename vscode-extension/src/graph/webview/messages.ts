// What the panel and its page tell each other. Both sides take nothing that does not look like it.

export const FAMILIES = ["dependency", "documentation"] as const;
export type Family = (typeof FAMILIES)[number];
export const DEPTHS = [1, 2, 3] as const;

/** One reference, as the page shows it. */
export interface Link {
  source: string;
  target: string;
  family: Family;
  kind: string;
  role: string | null;
  /** From 0, in the file `declaredIn`. */
  line: number;
  declaredIn: string;
  /** A circle of these is one worth a word: see `dbp/cycles`. */
  circular: boolean;
}

/** A file and its references up to `depth` steps away; `truncated` where some are missing. */
export interface Picture {
  type: "picture";
  uri: string;
  path: string;
  depth: number;
  links: Link[];
  truncated: boolean;
}

export type ToPage =
  | Picture
  | { type: "busy"; text: string }
  | { type: "problem"; message: string; hint: string }
  | { type: "intent"; path: string; text: string };

export type FromPage =
  | { type: "ready" }
  | { type: "open"; path: string; line?: number }
  | { type: "centre"; path: string }
  | { type: "depth"; depth: number }
  | { type: "focus"; path: string };

/** What the page keeps while it is hidden, and VS Code over a reload. */
export interface Saved {
  uri: string;
  depth: number;
  families: Family[];
  asList: boolean;
}

type Fields = Record<string, unknown>;

const LONGEST_PATH = 4096;
export const MOST_LINKS = 2000;

/** Gives a message of the panel; undefined when its type is unknown or a field is wrong. */
export function readToPage(value: unknown): ToPage | undefined {
  const { type, ...fields } = fieldsOf(value);
  switch (type) {
    case "picture":
      return readPicture(fields);
    case "busy": {
      const { text } = fields;
      return isText(text) ? { type, text } : undefined;
    }
    case "problem": {
      const { message, hint } = fields;
      return isText(message) && isText(hint) ? { type, message, hint } : undefined;
    }
    case "intent": {
      const { path, text } = fields;
      return isPath(path) && isText(text) ? { type, path, text } : undefined;
    }
    default:
      return undefined;
  }
}

/** Gives a message of the page; undefined when its type is unknown or a field is wrong. */
export function readFromPage(value: unknown): FromPage | undefined {
  const { type, path, depth, line } = fieldsOf(value);
  switch (type) {
    case "ready":
      return { type };
    case "open":
      if (!isPath(path) || (line !== undefined && !isLine(line))) {
        return undefined;
      }
      return line === undefined ? { type, path } : { type, path, line };
    case "centre":
    case "focus":
      return isPath(path) ? { type, path } : undefined;
    case "depth":
      return isDepth(depth) ? { type, depth } : undefined;
    default:
      return undefined;
  }
}

/** Gives what a page kept, without families that are unknown; undefined when the rest is no use. */
export function readSaved(value: unknown): Saved | undefined {
  const { uri, depth, families, asList } = fieldsOf(value);
  if (!isText(uri) || !isDepth(depth) || !Array.isArray(families) || typeof asList !== "boolean") {
    return undefined;
  }
  return { uri, depth, families: families.filter(isFamily), asList };
}

function readPicture(fields: Fields): Picture | undefined {
  const { uri, path, depth, links, truncated } = fields;
  if (!isText(uri) || !isPath(path) || !isDepth(depth) || typeof truncated !== "boolean") {
    return undefined;
  }
  if (!Array.isArray(links) || links.length > MOST_LINKS || !links.every(isLink)) {
    return undefined;
  }
  return { type: "picture", uri, path, depth, links, truncated };
}

function isLink(value: unknown): value is Link {
  const { source, target, family, kind, role, line, declaredIn, circular } = fieldsOf(value);
  return (
    isPath(source) &&
    isPath(target) &&
    isPath(declaredIn) &&
    isFamily(family) &&
    isText(kind) &&
    (role === null || isText(role)) &&
    isLine(line) &&
    typeof circular === "boolean"
  );
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isPath(value: unknown): value is string {
  return isText(value) && value !== "" && value.length <= LONGEST_PATH;
}

function isLine(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isDepth(value: unknown): value is number {
  return (DEPTHS as readonly unknown[]).includes(value);
}

function isFamily(value: unknown): value is Family {
  return (FAMILIES as readonly unknown[]).includes(value);
}
