// Many reasons to restart in a moment are one restart, and never two at a time.

/** What waits: `setTimeout`, or a clock that a test turns. */
export interface Timer {
  /** Runs something once, later; gives what `clear` needs to take it back. */
  set(run: () => void, milliseconds: number): unknown;
  /** Takes back what waits; does nothing when there is nothing to take back. */
  clear(handle: unknown): void;
}

export const realTimer: Timer = {
  /** Waits by the clock of the machine. */
  set: (run, milliseconds) => setTimeout(run, milliseconds),
  /** May be given undefined, too. */
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** A restart begins when nobody asked for one this long. */
export const QUIET_MS = 700;

/** Gathers reasons until no more come, then restarts once for all of them. */
export class Restarts {
  private readonly reasons = new Set<string>();
  private waiting: unknown;
  private running = false;

  /** `restart` is given the reasons that came together; what it rejects with is its own to tell. */
  constructor(
    private readonly restart: (reasons: string[]) => Promise<void>,
    private readonly timer: Timer = realTimer,
  ) {}

  /** Asks for a restart: soon, or after the one that runs. */
  ask(reason: string): void {
    this.reasons.add(reason);
    if (!this.running) {
      this.wait();
    }
  }

  /** Takes back what was asked for and did not begin. */
  forget(): void {
    this.reasons.clear();
    this.timer.clear(this.waiting);
    this.waiting = undefined;
  }

  private wait(): void {
    this.timer.clear(this.waiting);
    this.waiting = this.timer.set(() => void this.run(), QUIET_MS);
  }

  private async run(): Promise<void> {
    const reasons = [...this.reasons];
    this.reasons.clear();
    this.waiting = undefined;
    this.running = true;
    try {
      await this.restart(reasons);
    } catch {
      // Told where it happened; the next reason is another restart.
    } finally {
      this.running = false;
      if (this.reasons.size > 0) {
        this.wait();
      }
    }
  }
}
