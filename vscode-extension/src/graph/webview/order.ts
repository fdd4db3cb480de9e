// In which order the files of a column stand.
import type { Near } from "./layers";

const SWEEPS = 6;

/** Whether a file that is shown leads to this one: what only hidden ones lead to comes with them. */
export function leads(
  path: string,
  inner: number,
  near: Near,
  layers: ReadonlyMap<string, number>,
  shown: ReadonlySet<string>,
): boolean {
  return (near.get(path) ?? []).some((other) => layers.get(other) === inner && shown.has(other));
}

/** Orders each column by where the neighbours stand, so that fewer lines cross. */
export function order(columns: Map<number, string[]>, near: Near): void {
  const rows = new Map<string, number>();
  const number = (column: string[]) => {
    column.forEach((path, index) => void rows.set(path, index - (column.length - 1) / 2));
  };
  for (const column of columns.values()) {
    column.sort();
    number(column);
  }
  const outward = [...columns.keys()].sort((a, b) => Math.abs(a) - Math.abs(b));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const layer of sweep % 2 === 0 ? outward : [...outward].reverse()) {
      const column = columns.get(layer) ?? [];
      const middle = new Map(column.map((path) => [path, mean(near.get(path) ?? [], rows, path)]));
      column.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
      number(column);
    }
  }
}

function mean(paths: readonly string[], rows: Map<string, number>, own: string): number {
  const known = paths.flatMap((path) => (path === own ? [] : (rows.get(path) ?? [])));
  return known.length === 0
    ? (rows.get(own) ?? 0)
    : known.reduce((sum, row) => sum + row, 0) / known.length;
}
