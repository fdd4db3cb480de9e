// A server that is none: it opens, hangs, fails and dies as a test wants it to.
import type { Life } from "../../src/client/keeper";
import { ServerEnded } from "../../src/client/problems";

export class Pretended implements Life {
  ended = false;
  opened = Promise.resolve();
  reject: (error: Error) => void = () => undefined;

  constructor(readonly lost: (ended: ServerEnded) => void) {}

  hangs(): this {
    this.opened = new Promise((_, reject) => {
      this.reject = reject;
    });
    return this;
  }

  fails(): this {
    this.opened = Promise.reject(new ServerEnded("ended with code 1", ["ModuleNotFoundError"]));
    this.opened.catch(() => undefined);
    return this;
  }

  open(): Promise<void> {
    return this.opened;
  }

  abort(): void {
    this.reject(new ServerEnded("was ended by SIGKILL"));
  }

  async close(): Promise<void> {
    this.ended = true;
  }

  die(): void {
    this.lost(new ServerEnded("was ended by SIGKILL"));
  }
}
