// The line from one file to another, as the path of an SVG.
import type { Family } from "./messages";

interface Point {
  x: number;
  y: number;
  layer: number;
}

/** Lines of both families and of both directions between two files lie apart. */
function port(family: Family, forward: boolean): number {
  return (family === "dependency" ? -3 : 3) * (forward ? 1 : 3);
}

/** From the side that faces the other file; between files of one column in a bow at their right. */
export function wayOf(source: Point, target: Point, family: Family, width: number): string {
  const forward = target.layer > source.layer;
  const shift = port(family, forward);
  const [fromY, toY] = [source.y + shift, target.y + shift];
  const half = width / 2;
  if (source.layer === target.layer) {
    const x = source.x + half;
    const bow = x + 40 + Math.min(50, Math.abs(toY - fromY) / 5);
    return curve(x, fromY, bow, bow, x, toY);
  }
  const side = forward ? 1 : -1;
  const [from, to] = [source.x + side * half, target.x - side * half];
  const reach = side * Math.max(50, Math.abs(to - from) / 2);
  return curve(from, fromY, from + reach, to - reach, to, toY);
}

function curve(x: number, y: number, x1: number, x2: number, toX: number, toY: number): string {
  const numbers = [x1, y, x2, toY, toX, toY].map((one) => Math.round(one * 10) / 10);
  return `M${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}C${numbers.join(" ")}`;
}
