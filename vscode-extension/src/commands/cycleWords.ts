// Circles of files, in words for people.
import type { Cycle, Edge } from "../protocol";
import { plain } from "../shared/icons";
import { count } from "../shared/words";

/** `dbp/cycles`: the circles, and what was left out. */
export interface Cycles {
  cycles: Cycle[];
  depthLimited: boolean;
  timedOut: boolean;
  truncated: boolean;
  tooLong: number;
}

/** A circle as a row of the picker: its files, its kind and size, its lines. */
export interface Chain {
  label: string;
  description: string;
  detail: string;
}

const MOST = 6;

/** A circle as a chain: `a.py → b.py → a.py`, with the lines that make it. */
export function chain(cycle: Cycle): Chain {
  const { paths, edges } = cycle;
  const files = paths.length > 1 ? count(paths.length, "file") : "names itself";
  return {
    label: plain([...short(paths), paths[0] ?? ""].join(" → ")),
    description: `${cycle.kind} · ${files}`,
    detail: plain(short(edges.map((edge) => `${edge.declaredIn}:${edge.line + 1}`)).join(" · ")),
  };
}

/** One reference of a circle: `a.py → b.py`, `import, a.py:12`. */
export function link(edge: Edge): { label: string; description: string } {
  return {
    label: plain(`${edge.source} → ${edge.target}`),
    description: plain(`${edge.kind}, ${edge.declaredIn}:${edge.line + 1}`),
  };
}

function short(parts: string[]): string[] {
  const rest = parts.length - MOST;
  return rest > 1 ? [...parts.slice(0, MOST), `… ${rest} more`] : parts;
}

/** What was not looked at, or is not shown; empty when all is. */
export function leftOut(found: Cycles): string {
  const parts = [
    found.tooLong > 0
      ? `${count(found.tooLong, "group")} of files ${found.tooLong === 1 ? "is" : "are"} a circle ` +
        "that is too long to follow (dbp.cycle_detection.max_detection_depth)"
      : found.depthLimited
        ? "longer circles were not followed (dbp.cycle_detection.max_detection_depth)"
        : "",
    found.timedOut ? "the search was cut short by its time limit" : "",
    found.truncated ? "there are more circles than are shown" : "",
  ];
  return parts.filter((part) => part !== "").join("; ");
}
