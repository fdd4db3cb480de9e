// Where files stand: the file asked about in the middle, who names it to the left, whom it names
// to the right, farther ones farther out. Pure: the same links always give the same picture.
import { circular } from "./circles";
import { layersOf, neighbours } from "./layers";
import type { Family, Link } from "./messages";
import { leads, order } from "./order";
import { wayOf } from "./ways";

export const WIDTH = 164;
export const HEIGHT = 42;
const COLUMN = WIDTH + 62;
const ROW = HEIGHT + 14;
/** How many files of a column are shown until more are asked for. */
export const COLUMN_CAP = 16;

/** A file, and where the middle of its box is, in pixels before any zoom. */
export interface Placed {
  path: string;
  /** 0 is the middle, negative ones name it. */
  layer: number;
  x: number;
  y: number;
  inCircle: boolean;
}

/** Stands for the files of a column that are not shown. */
export interface More {
  layer: number;
  x: number;
  y: number;
  count: number;
}

/** A line of the picture: all references of one family from one file to another. */
export interface Drawn {
  source: string;
  target: string;
  family: Family;
  inCircle: boolean;
  links: Link[];
  way: string;
}

/** All that is drawn, in pixels before any zoom; the file asked about is at 0, 0. */
export interface Drawing {
  nodes: Placed[];
  more: More[];
  edges: Drawn[];
  /** How many files name a file, and how many it names, hidden ones too. */
  named: ReadonlyMap<string, { by: number; names: number }>;
  /** The corners of everything. */
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Lays out the links around a file; `caps` says of a layer how many files of it are shown. */
export function layout(
  links: readonly Link[],
  centre: string,
  caps: ReadonlyMap<number, number> = new Map(),
): Drawing {
  const layers = layersOf(links, centre);
  const reached = links.filter((link) => layers.has(link.source) && layers.has(link.target));
  const circles = circular(reached);
  const columns = columnsOf(reached, layers);
  const near = neighbours(reached);
  const more: More[] = [];
  const shown = new Set([centre]);
  for (const [layer, all] of [...columns].sort(([a], [b]) => Math.abs(a) - Math.abs(b))) {
    const inner = layer - Math.sign(layer);
    const led = all.filter((path) => path === centre || leads(path, inner, near, layers, shown));
    const cap = caps.get(layer) ?? COLUMN_CAP;
    const column = led.length > cap + 1 ? led.slice(0, cap) : led;
    if (column.length < led.length) {
      more.push({ layer, x: layer * COLUMN, y: 0, count: led.length - column.length });
    }
    columns.set(layer, column);
    for (const path of column) {
      shown.add(path);
    }
  }
  order(columns, near);
  const inCircle = new Set([...circles].flatMap((link) => [link.source, link.target]));
  const nodes = place(columns, more, inCircle);
  const edges = join(reached, circles, nodes);
  return { nodes, more, edges, named: countOf(reached), ...corners(nodes, more) };
}

function countOf(links: readonly Link[]): Drawing["named"] {
  const counts = new Map<string, { by: number; names: number }>();
  const of = (path: string) => {
    const known = counts.get(path) ?? { by: 0, names: 0 };
    counts.set(path, known);
    return known;
  };
  const pairs = new Set(links.map(({ source, target }) => JSON.stringify([source, target])));
  for (const [source, target] of [...pairs].map((pair) => JSON.parse(pair) as [string, string])) {
    of(source).names += 1;
    of(target).by += 1;
  }
  return counts;
}

/** The files of each layer: those with the most references first, then by name. */
function columnsOf(links: readonly Link[], layers: Map<string, number>): Map<number, string[]> {
  const degree = new Map<string, number>();
  for (const path of links.flatMap((link) => [link.source, link.target])) {
    degree.set(path, (degree.get(path) ?? 0) + 1);
  }
  const many = (path: string) => degree.get(path) ?? 0;
  const columns = new Map<number, string[]>();
  for (const [path, layer] of layers) {
    columns.get(layer)?.push(path) ?? columns.set(layer, [path]);
  }
  for (const column of columns.values()) {
    column.sort((a, b) => many(b) - many(a) || (a < b ? -1 : 1));
  }
  return columns;
}

function place(columns: Map<number, string[]>, more: More[], inCircle: Set<string>): Placed[] {
  const nodes: Placed[] = [];
  for (const [layer, column] of columns) {
    const rest = more.find((one) => one.layer === layer);
    const top = (-ROW * (column.length + (rest ? 1 : 0) - 1)) / 2;
    column.forEach((path, row) => {
      nodes.push({
        path,
        layer,
        x: layer * COLUMN,
        y: top + row * ROW,
        inCircle: inCircle.has(path),
      });
    });
    if (rest) {
      rest.y = top + column.length * ROW;
    }
  }
  return nodes.sort((a, b) => a.layer - b.layer || a.y - b.y);
}

/** References between the same two files are one line for each family. */
function join(links: readonly Link[], circles: Set<Link>, nodes: readonly Placed[]): Drawn[] {
  const at = new Map(nodes.map((node) => [node.path, node]));
  const joined = new Map<string, Drawn>();
  for (const link of links) {
    const [source, target] = [at.get(link.source), at.get(link.target)];
    if (!source || !target || source === target) {
      continue;
    }
    const { family } = link;
    const key = JSON.stringify([link.source, link.target, family]);
    const way = () => wayOf(source, target, family, WIDTH);
    const known = joined.get(key) ?? {
      ...{ source: link.source, target: link.target, family, inCircle: false },
      ...{ links: [], way: way() },
    };
    known.links.push(link);
    known.inCircle ||= circles.has(link);
    joined.set(key, known);
  }
  return [...joined.values()];
}

function corners(nodes: readonly Placed[], more: readonly More[]) {
  const all = [...nodes, ...more];
  const left = Math.min(...all.map((one) => one.x)) - WIDTH / 2;
  const top = Math.min(...all.map((one) => one.y)) - HEIGHT / 2;
  const right = Math.max(...all.map((one) => one.x)) + WIDTH / 2;
  const bottom = Math.max(...all.map((one) => one.y)) + HEIGHT / 2;
  return { left, top, width: right - left, height: bottom - top };
}
