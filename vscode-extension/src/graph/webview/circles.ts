// Which references close a circle, among those that are shown.
import type { Family, Link } from "./messages";

/** The links that lie on a circle of their own family. */
export function circular(links: readonly Link[]): Set<Link> {
  const found = new Set<Link>();
  for (const family of ["dependency", "documentation"] satisfies Family[]) {
    const own = links.filter((link) => link.circular && link.family === family);
    const group = groups(own);
    for (const link of own) {
      if (link.source !== link.target && group.get(link.source) === group.get(link.target)) {
        found.add(link);
      }
    }
  }
  return found;
}

/** Tarjan's strongly connected components, without recursion: files that all reach each other. */
function groups(links: readonly Link[]): Map<string, number> {
  const next = new Map<string, string[]>();
  for (const { source, target } of links) {
    next.set(source, [...(next.get(source) ?? []), target]);
    next.set(target, next.get(target) ?? []);
  }
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const group = new Map<string, number>();
  const open: string[] = [];
  const enter = (name: string) => {
    index.set(name, index.size);
    low.set(name, index.size - 1);
    open.push(name);
    return { name, following: [...(next.get(name) ?? [])] };
  };
  const lower = (name: string, to: number) => low.set(name, Math.min(low.get(name) ?? to, to));
  for (const start of next.keys()) {
    const way = index.has(start) ? [] : [enter(start)];
    for (let here = way.at(-1); here; here = way.at(-1)) {
      const following = here.following.pop();
      if (following === undefined) {
        way.pop();
        const lowest = low.get(here.name) ?? 0;
        if (lowest === index.get(here.name)) {
          close(here.name, open, group);
        }
        const before = way.at(-1);
        if (before) {
          lower(before.name, lowest);
        }
      } else if (!index.has(following)) {
        way.push(enter(following));
      } else if (!group.has(following)) {
        lower(here.name, index.get(following) ?? 0);
      }
    }
  }
  return group;
}

function close(root: string, open: string[], group: Map<string, number>): void {
  const number = group.size;
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    group.set(name, number);
    if (name === root) {
      return;
    }
  }
}
