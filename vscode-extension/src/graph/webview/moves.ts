// Where an arrow key leads in the picture.
import type { Drawing, Placed } from "./layout";

export type Arrow = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

/** Tells whether a key, as `KeyboardEvent.key` names it, moves from file to file. */
export function isArrow(key: string): key is Arrow {
  return ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].includes(key);
}

/**
 * Up and down stay in the column. Left and right go to the next column: to the nearest file there
 * that is connected with this one, else to the nearest one.
 */
export function moved(drawing: Drawing, from: string, arrow: Arrow): string | undefined {
  const here = drawing.nodes.find((node) => node.path === from);
  if (!here) {
    return undefined;
  }
  if (arrow === "ArrowUp" || arrow === "ArrowDown") {
    const column = drawing.nodes.filter((node) => node.layer === here.layer);
    return column[column.indexOf(here) + (arrow === "ArrowDown" ? 1 : -1)]?.path;
  }
  const layer = here.layer + (arrow === "ArrowRight" ? 1 : -1);
  const near = drawing.nodes
    .filter((node) => node.layer === layer)
    .sort((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y));
  return (near.find((node) => connected(drawing, here, node)) ?? near[0])?.path;
}

function connected(drawing: Drawing, a: Placed, b: Placed): boolean {
  return drawing.edges.some(
    ({ source, target }) =>
      (source === a.path && target === b.path) || (source === b.path && target === a.path),
  );
}
