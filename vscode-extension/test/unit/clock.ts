// A clock that only tests turn.
import type { Timer } from "../../src/client/restarts";

interface Waiting {
  at: number;
  run: () => void;
}

export class Clock implements Timer {
  now = 0;
  private waiting = new Set<Waiting>();

  set(run: () => void, milliseconds: number): Waiting {
    const one = { at: this.now + milliseconds, run };
    this.waiting.add(one);
    return one;
  }

  clear(handle: unknown): void {
    this.waiting.delete(handle as Waiting);
  }

  /** Runs what falls due, in order, and lets promises settle after each. */
  async turn(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    for (;;) {
      await settled();
      const next = [...this.waiting].sort((one, other) => one.at - other.at)[0];
      if (!next || next.at > end) {
        break;
      }
      this.waiting.delete(next);
      this.now = next.at;
      next.run();
    }
    this.now = end;
    await settled();
  }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
