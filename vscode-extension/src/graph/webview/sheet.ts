// The picture: a button for each file, a line for each reference.
import { folderOf, make, nameOf, svg, tipOf, tips } from "./elements";
import { type Drawing, HEIGHT, type More, type Placed, WIDTH } from "./layout";
import { isArrow, moved } from "./moves";

/** What a person wants. */
export interface Wishes {
  /** A click or Enter: the file is to be opened in an editor. */
  open(path: string): void;
  /** A double click or Space: the picture is to be drawn around this file. */
  centre(path: string): void;
  /** Keyboard or mouse is at this file now. */
  look(path: string): void;
  /** More files of a column. */
  more(layer: number): void;
}

/** A second click within this time is a double one. */
const DOUBLE_MS = 250;

/** Draws the files and lines, and turns clicks and keys on them into wishes. */
export class Sheet {
  private drawing: Drawing | undefined;
  private readonly buttons = new Map<string, HTMLButtonElement>();
  private lines: { line: SVGElement; source: string; target: string }[] = [];
  private current = "";

  /** `reveal` is called with each file the keyboard comes to, to bring it into sight. */
  constructor(
    private readonly root: HTMLElement,
    private readonly wishes: Wishes,
    private readonly reveal: (node: Placed) => void,
  ) {}

  /** Tells whether the keyboard is in the picture. */
  get focused(): boolean {
    return this.root.contains(document.activeElement);
  }

  /** Replaces the picture; keeps the current file, or takes `centre` where that one is gone. */
  draw(drawing: Drawing, centre: string): void {
    const focused = this.focused;
    this.drawing = drawing;
    const known = drawing.nodes.some((node) => node.path === this.current);
    this.current = known ? this.current : centre;
    this.buttons.clear();
    const layer = svg("svg", { id: "lines", "aria-hidden": "true" });
    layer.append(tips());
    this.lines = drawing.edges.map(({ source, target, family, inCircle, way }) => {
      const name = `line ${family}${inCircle ? " in-circle" : ""}`;
      const tip = `url(#${tipOf(family, inCircle)})`;
      const line = svg("path", { class: name, d: way, "marker-end": tip });
      layer.append(line);
      return { line, source, target };
    });
    const nodes = drawing.nodes.map((node) => this.node(node, centre));
    const more = drawing.more.map((one) => this.more(one));
    this.root.replaceChildren(layer, ...nodes, ...more);
    if (focused) {
      this.focus(this.current);
    }
  }

  /** Gives a file the keyboard, which brings it into sight; does nothing where it is not shown. */
  focus(path: string): void {
    this.buttons.get(path)?.focus({ preventScroll: true });
  }

  private node(node: Placed, centre: string): HTMLButtonElement {
    const { path } = node;
    const isCentre = path === centre;
    const name = `node${node.inCircle ? " in-circle" : ""}${isCentre ? " centre" : ""}`;
    const button = box(make("button", name), node);
    button.append(make("span", "name", `${node.inCircle ? "↻ " : ""}${nameOf(path)}`));
    if (folderOf(path) !== "") {
      button.append(make("span", "folder", folderOf(path)));
    }
    button.title = path;
    button.setAttribute("aria-label", this.spoken(node, isCentre));
    button.tabIndex = path === this.current ? 0 : -1;
    button.addEventListener("focus", () => this.enter(node));
    button.addEventListener("mouseenter", () => this.look(path));
    button.addEventListener("mouseleave", () => this.look(this.focused ? this.current : ""));
    button.addEventListener("keydown", (event) => this.key(event, path));
    let click: number | undefined;
    button.addEventListener("click", () => {
      clearTimeout(click);
      click = setTimeout(() => this.wishes.open(path), DOUBLE_MS);
    });
    button.addEventListener("dblclick", () => {
      clearTimeout(click);
      this.wishes.centre(path);
    });
    this.buttons.set(path, button);
    return button;
  }

  private more({ layer, count, ...point }: More): HTMLButtonElement {
    const button = box(make("button", "more", `${count} more`), point);
    button.setAttribute("aria-label", `Show ${count} more files of this column`);
    button.addEventListener("click", () => this.wishes.more(layer));
    return button;
  }

  private spoken(node: Placed, isCentre: boolean): string {
    const { by, names } = this.drawing?.named.get(node.path) ?? { by: 0, names: 0 };
    const circle = node.inCircle ? ", in a circle" : "";
    const middle = isCentre ? ", in the middle" : "";
    return `${node.path}${middle}${circle}, named by ${by}, names ${names}`;
  }

  private enter(node: Placed): void {
    const before = this.buttons.get(this.current);
    if (before) {
      before.tabIndex = -1;
    }
    this.current = node.path;
    const button = this.buttons.get(node.path);
    if (button) {
      button.tabIndex = 0;
    }
    this.reveal(node);
    this.look(node.path);
  }

  /** Lets the lines of a file stand out. */
  private look(path: string): void {
    this.root.classList.toggle("some-near", path !== "");
    for (const { line, source, target } of this.lines) {
      line.classList.toggle("near", source === path || target === path);
    }
    if (path !== "") {
      this.wishes.look(path);
    }
  }

  private key(event: KeyboardEvent, path: string): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.drawing) {
      return;
    }
    if (isArrow(event.key)) {
      this.focus(moved(this.drawing, path, event.key) ?? path);
    } else if (event.key === "Enter") {
      this.wishes.open(path);
    } else if (event.key === " ") {
      this.wishes.centre(path);
    } else {
      return;
    }
    event.preventDefault();
  }
}

function box(button: HTMLButtonElement, { x, y }: { x: number; y: number }): HTMLButtonElement {
  button.type = "button";
  button.style.left = `${x - WIDTH / 2}px`;
  button.style.top = `${y - HEIGHT / 2}px`;
  button.style.width = `${WIDTH}px`;
  button.style.height = `${HEIGHT}px`;
  return button;
}
