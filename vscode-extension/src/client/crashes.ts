// How often a server that ended by itself is started again, and after what pause.

/** Pauses before the first, second and third new start; after that there is none. */
export const PAUSES_MS: readonly number[] = [1_000, 4_000, 10_000];

/** A server that ran this long is healthy: what was before does not count any more. */
export const HEALTHY_MS = 3 * 60_000;

/** Counts the ends that nobody asked for, and says when to try no more. */
export class Crashes {
  private times = 0;
  private startedAt: number | undefined;

  /** @param now A clock in milliseconds that never goes back. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** How often it ended since it was last healthy. */
  get count(): number {
    return this.times;
  }

  /** The server runs. */
  started(): void {
    this.startedAt = this.now();
  }

  /**
   * The server ended, or did not come up again after it had.
   *
   * @returns How long to wait before the next try; undefined when there should be none.
   */
  crashed(): number | undefined {
    if (this.startedAt !== undefined && this.now() - this.startedAt >= HEALTHY_MS) {
      this.times = 0;
    }
    this.startedAt = undefined;
    this.times += 1;
    return PAUSES_MS[this.times - 1];
  }

  /** A person started it, or something about it is new: it gets all its tries again. */
  forget(): void {
    this.times = 0;
    this.startedAt = undefined;
  }
}
