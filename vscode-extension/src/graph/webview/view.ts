// Which part of the sheet is seen, and how large: dragging, the wheel, keys and buttons.
import { type Drawing, HEIGHT, WIDTH } from "./layout";

const SMALLEST = 0.2;
const LARGEST = 2.5;
/** Smaller than that names cannot be read: the picture begins with a part instead. */
const READABLE = 0.68;
const MARGIN = 12;

/** Moves and scales the sheet in its frame, from a fifth to two and a half times its size. */
export class View {
  private x = 0;
  private y = 0;
  private scale = 1;
  /** Somebody chose what is seen: nothing else moves it. */
  private chosen = false;

  /** The wheel and dragging on `frame` move `sheet`; the wheel with Ctrl or Cmd scales it. */
  constructor(
    private readonly frame: HTMLElement,
    private readonly sheet: HTMLElement,
  ) {
    frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.drag(event));
  }

  /** Shows it as at the beginning, unless somebody chose another part. */
  refit(drawing: Drawing): void {
    if (!this.chosen) {
      this.fit(drawing);
    }
  }

  /** Shows all of it, or as much around the middle as can be read. */
  fit(drawing: Drawing, all = false): void {
    const { clientWidth: width, clientHeight: height } = this.frame;
    const whole = Math.min(
      (width - 2 * MARGIN) / drawing.width,
      (height - 2 * MARGIN) / drawing.height,
    );
    this.scale = Math.max(all ? SMALLEST : READABLE, Math.min(1, whole));
    const readable = this.scale <= whole;
    const [x, y] = readable
      ? [drawing.left + drawing.width / 2, drawing.top + drawing.height / 2]
      : [0, 0];
    this.x = width / 2 - x * this.scale;
    this.y = height / 2 - y * this.scale;
    this.apply();
    this.chosen = false;
  }

  /** Makes it larger or smaller around a point of the frame. */
  zoom(by: number, atX = this.frame.clientWidth / 2, atY = this.frame.clientHeight / 2): void {
    const scale = Math.max(SMALLEST, Math.min(LARGEST, this.scale * by));
    this.x = atX - ((atX - this.x) * scale) / this.scale;
    this.y = atY - ((atY - this.y) * scale) / this.scale;
    this.scale = scale;
    this.apply();
  }

  /** Moves as far as is needed to see a file whole. */
  reveal(node: { x: number; y: number }): void {
    const [x, y] = [this.x + node.x * this.scale, this.y + node.y * this.scale];
    const [w, h] = [(WIDTH * this.scale) / 2 + 8, (HEIGHT * this.scale) / 2 + 8];
    const into = (at: number, half: number, size: number) =>
      Math.max(0, half - at) - Math.max(0, at + half - size);
    const byX = into(x, w, this.frame.clientWidth);
    const byY = into(y, h, this.frame.clientHeight);
    if (byX !== 0 || byY !== 0) {
      this.x += byX;
      this.y += byY;
      this.apply();
    }
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const { left, top } = this.frame.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
      return;
    }
    this.x -= event.shiftKey ? event.deltaY : event.deltaX;
    this.y -= event.shiftKey ? event.deltaX : event.deltaY;
    this.apply();
  }

  private drag(event: PointerEvent): void {
    if (event.button !== 0 || (event.target as Element).closest("button")) {
      return;
    }
    const [fromX, fromY] = [event.clientX - this.x, event.clientY - this.y];
    const move = (now: PointerEvent) => {
      this.x = now.clientX - fromX;
      this.y = now.clientY - fromY;
      this.apply();
    };
    const done = () => {
      this.frame.removeEventListener("pointermove", move);
      this.frame.classList.remove("dragged");
    };
    this.frame.setPointerCapture(event.pointerId);
    this.frame.classList.add("dragged");
    this.frame.addEventListener("pointermove", move);
    this.frame.addEventListener("pointerup", done, { once: true });
    this.frame.addEventListener("pointercancel", done, { once: true });
  }

  private apply(): void {
    this.chosen = true;
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }
}
