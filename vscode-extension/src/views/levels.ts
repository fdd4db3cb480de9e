// The opened levels of the documentation tree: asked for once each, and again where they changed.
import type { Counts, Coverage, Covered } from "../protocol";

/** Asks for one level: a folder by its address. */
export type Ask = (uri: string) => Promise<Coverage>;

const COUNTED: (keyof Counts)[] = [
  "files",
  "withIntent",
  "symbols",
  "documented",
  "stale",
  "broken",
  "failed",
];

/** Keeps what was answered for each opened level, by the folder's address. */
export class Levels {
  private readonly known = new Map<string, Coverage>();
  private readonly asked = new Map<string, Promise<Coverage>>();

  /** Takes how to ask for a level; nothing is asked for yet. */
  constructor(private readonly ask: Ask) {}

  /** Gives a level that is known, without asking for it. */
  get(uri: string): Coverage | undefined {
    return this.known.get(uri);
  }

  /** A level as it is known, else asked for: once, however many want it. */
  async open(uri: string): Promise<Coverage> {
    return this.known.get(uri) ?? this.again(uri);
  }

  /** Forgets everything below an address, or everything. */
  clear(uri?: string): void {
    for (const key of [...this.known.keys(), ...this.asked.keys()]) {
      if (uri === undefined || key === uri || key.startsWith(`${uri}/`)) {
        this.known.delete(key);
        this.asked.delete(key);
      }
    }
  }

  /**
   * Asks again for an opened level, and below it for those whose counts are others now, or that
   * lead to a changed file. Answers the highest levels that differ.
   */
  async refresh(uri: string, changed: readonly string[]): Promise<string[]> {
    const before = this.known.get(uri);
    if (!before) {
      return [];
    }
    const now = await this.again(uri);
    const below: string[] = [];
    const old = new Map(before.children.map((one) => [one.uri, one]));
    for (const child of now.children) {
      const was = old.get(child.uri);
      old.delete(child.uri);
      if (this.known.has(child.uri) && (!was || differ(was, child) || leads(child.uri, changed))) {
        below.push(...(await this.refresh(child.uri, changed)));
      }
    }
    for (const gone of old.keys()) {
      this.clear(gone);
    }
    return same(before, now) ? below : [uri];
  }

  private again(uri: string): Promise<Coverage> {
    const running = this.asked.get(uri);
    if (running) {
      return running;
    }
    const asking = this.ask(uri)
      .then((level) => {
        if (this.asked.get(uri) === asking) {
          this.known.set(uri, level);
        }
        return level;
      })
      .finally(() => {
        if (this.asked.get(uri) === asking) {
          this.asked.delete(uri);
        }
      });
    this.asked.set(uri, asking);
    return asking;
  }
}

/** Folders first, then files, each by name, as the explorer has it. */
export function sorted(children: readonly Covered[]): Covered[] {
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  return [...children].sort(
    (a, b) =>
      Number(b.kind === "folder") - Number(a.kind === "folder") ||
      order.compare(nameOf(a.path), nameOf(b.path)),
  );
}

/** Gives the last part of a path, or all of it where it has no slash. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function differ(a: Counts, b: Counts): boolean {
  return COUNTED.some((name) => a[name] !== b[name]);
}

function leads(folder: string, uris: readonly string[]): boolean {
  return uris.some((uri) => uri.startsWith(`${folder}/`));
}

function same(a: Coverage, b: Coverage): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
