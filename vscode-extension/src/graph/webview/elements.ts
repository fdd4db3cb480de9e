// Elements of the page. Texts come from files and are hostile: they are set as text, never as HTML.
import { visible } from "../../shared/icons";
import type { Family } from "./messages";

const SVG = "http://www.w3.org/2000/svg";

/** Gives an element of the page; throws where none has this id. */
export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`no element ${id}`);
  }
  return found as T;
}

/** Makes an element of the class `name`; a hidden sign in `text` is shown as U+FFFD. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name = "",
  text = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = visible(text);
  return made;
}

/** Makes an SVG element: `<svg>` itself, or what is drawn in it. */
export function svg(tag: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, String(value));
  }
  return made;
}

/** How the end of a line looks: full for a dependency, hollow for documentation. */
export function tips(): SVGElement {
  const all = svg("defs", {});
  for (const family of ["dependency", "documentation"] satisfies Family[]) {
    for (const circle of [false, true]) {
      const tip = svg("marker", {
        ...{ id: tipOf(family, circle), orient: "auto", markerUnits: "userSpaceOnUse" },
        ...{ markerWidth: 12, markerHeight: 12, viewBox: "0 0 12 12", refX: 11, refY: 6 },
      });
      const name = `tip ${family}${circle ? " in-circle" : ""}`;
      tip.append(svg("path", { class: name, d: "M1 1.5L11 6L1 10.5Z" }));
      all.append(tip);
    }
  }
  return all;
}

/** Gives the id of what `tips` made for the end of a line. */
export function tipOf(family: Family, circle: boolean): string {
  return `${family}-tip${circle ? "-circle" : ""}`;
}

/** Gives the last part of a path: `a.py` of `src/a.py`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Gives a path without its last part; empty for a file at the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
