// Many reasons in a moment are one run: after a quiet while, never two at once.

/** Calls `run` some time after the last call, and once more when it is called meanwhile. */
export class Soon {
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  private wanted = false;

  /** Takes what to run, and how long to wait for more reasons to run it. */
  constructor(
    private readonly run: () => Promise<void> | void,
    private readonly milliseconds: number,
  ) {}

  /** The first call begins the wait; later ones do not prolong it, or a busy folder never shows. */
  call(): void {
    if (this.running) {
      this.wanted = true;
      return;
    }
    this.timer ??= setTimeout(() => void this.now(), this.milliseconds);
  }

  /** Drops the run that is waited for; one that has begun ends by itself. */
  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wanted = false;
  }

  private async now(): Promise<void> {
    this.timer = undefined;
    this.running = true;
    try {
      await this.run();
    } finally {
      this.running = false;
      if (this.wanted) {
        this.wanted = false;
        this.call();
      }
    }
  }
}
