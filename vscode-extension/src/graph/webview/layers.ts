// Which column a file stands in.
import type { Link } from "./messages";

/** The files that a file names, or that name it. */
export type Near = ReadonlyMap<string, readonly string[]>;

/** How far a file stands from the middle: the nearer side wins, to the right where both are as near. */
export function layersOf(links: readonly Link[], centre: string): Map<string, number> {
  const outward = distances(links, centre, (link) => [link.source, link.target]);
  const inward = distances(links, centre, (link) => [link.target, link.source]);
  const layers = new Map(outward);
  for (const [path, distance] of inward) {
    const other = outward.get(path);
    if (other === undefined || distance < other) {
      layers.set(path, -distance);
    }
  }
  return layers.set(centre, 0);
}

function distances(
  links: readonly Link[],
  from: string,
  ends: (link: Link) => [string, string],
): Map<string, number> {
  const next = new Map<string, string[]>();
  for (const [here, there] of links.map(ends)) {
    next.get(here)?.push(there) ?? next.set(here, [there]);
  }
  const found = new Map([[from, 0]]);
  for (const here of found.keys()) {
    for (const there of next.get(here) ?? []) {
      if (!found.has(there)) {
        found.set(there, (found.get(here) ?? 0) + 1);
      }
    }
  }
  return found;
}

/** Gives, for each file, those at the other end of its references; one may come twice. */
export function neighbours(links: readonly Link[]): Near {
  const near = new Map<string, string[]>();
  for (const { source, target } of links) {
    near.get(source)?.push(target) ?? near.set(source, [target]);
    near.get(target)?.push(source) ?? near.set(target, [source]);
  }
  return near;
}
