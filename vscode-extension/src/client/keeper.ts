// Keeps one server: starts it when somebody wants one, brings it back when it ends by itself, and
// gives up when that does not help. It never does two of these things at a time.
import type { Problem, ServerCommand, ServerState } from "../session";
import { Crashes } from "./crashes";
import { defect, doesNotStart, keepsEnding, ServerEnded } from "./problems";
import { Restarts, realTimer, type Timer } from "./restarts";

/** One life of a server. */
export interface Life {
  /** Rejects with `ServerEnded` when there is no server to speak to. */
  open(): Promise<void>;
  /** Gives up a start: `open` rejects. */
  abort(): void;
  /** Ends the server; `limit` is how long it may take, in milliseconds. */
  close(limit?: number): Promise<void>;
}

/** What a keeper needs: a way to a server, and somebody to tell. */
export interface Surroundings<L extends Life> {
  /** What it still runs when the signal comes is ended. */
  find(signal: AbortSignal): Promise<ServerCommand | Problem>;
  /** `lost` is to be called when a life that was open ends unasked. */
  make(server: ServerCommand, lost: (ended: ServerEnded) => void): Promise<L>;
  /** Told each new state, and each problem, once the keeper's own fields say it. */
  changed(state: ServerState): void;
  /** Takes a line for the log. */
  say(text: string): void;
}

/** Decides when a server is started, started again or given up. */
export class Keeper<L extends Life> {
  state: ServerState = "stopped";
  problem: Problem | undefined;
  server: ServerCommand | undefined;
  /** The server that runs. */
  life: L | undefined;

  /** Whether somebody wants a server: what runs late starts none that nobody wants any more. */
  private wanted = false;
  private opening: L | undefined;
  /** Ends the search for a server. */
  private looking: AbortController | undefined;
  /** How often somebody stopped it: a restart that comes to its end later starts none. */
  private stops = 0;
  private pause: unknown;
  private turn: Promise<void> = Promise.resolve();
  private readonly restarts: Restarts;

  /** Starts nothing yet; `timer` waits before restarts and new tries. */
  constructor(
    private readonly around: Surroundings<L>,
    private readonly timer: Timer = realTimer,
    private readonly crashes = new Crashes(),
  ) {
    this.restarts = new Restarts((reasons) => this.startAnew(reasons), timer);
  }

  /** Brings a server up, unless one runs; why there is none afterwards says `problem`. */
  start(): Promise<void> {
    const stops = this.stops;
    // What was stopped before its turn came is not started.
    return this.inTurn(async () => (stops === this.stops ? this.bringUp() : undefined));
  }

  /** @param limit How long the server may take, in milliseconds. */
  stop(limit?: number): Promise<void> {
    this.stops += 1;
    this.restarts.forget();
    return this.takeDown("stopped", limit);
  }

  /** Asks for a restart: it comes soon, one for all that ask meanwhile. */
  restart(reason: string): void {
    this.restarts.ask(reason);
  }

  private async startAnew(reasons: string[]): Promise<void> {
    this.around.say(`restarting: ${reasons.join(", ")}`);
    const stops = this.stops;
    await this.takeDown("starting");
    if (stops === this.stops) {
      await this.start();
    }
  }

  private async bringUp(): Promise<void> {
    if (this.life) {
      return;
    }
    this.wanted = true;
    this.crashes.forget();
    this.become("starting");
    try {
      this.looking = new AbortController();
      const found = await this.around.find(this.looking.signal);
      if (!this.wanted) {
        return; // whoever took that back is next, and says what is
      }
      if (!("command" in found)) {
        this.server = undefined;
        this.become("missing", found);
        return;
      }
      this.server = found;
      await this.open(found);
    } catch (error) {
      this.become("failed", defect(error));
    }
  }

  private async open(server: ServerCommand): Promise<void> {
    if (!this.wanted) {
      return; // whoever took that back is next, and says what is
    }
    const life = await this.around.make(server, (ended) => this.lost(life, server, ended));
    this.opening = life;
    try {
      await life.open();
      this.life = life;
      this.crashes.started();
      this.become("running");
    } catch (error) {
      if (!(error instanceof ServerEnded)) {
        throw error;
      }
      this.around.say(error.message);
      this.notOpen(server, error);
    } finally {
      this.opening = undefined;
    }
  }

  private notOpen(server: ServerCommand, ended: ServerEnded): void {
    if (this.wanted && this.crashes.count > 0) {
      this.comeBack(server, ended);
    } else if (this.wanted) {
      // It never ran: another try would end like this one.
      this.become("failed", doesNotStart(server, ended));
    }
  }

  private lost(life: L, server: ServerCommand, ended: ServerEnded): void {
    if (this.life === life) {
      this.life = undefined;
      this.around.say(ended.message);
      this.comeBack(server, ended);
    }
  }

  private comeBack(server: ServerCommand, ended: ServerEnded): void {
    const pause = this.crashes.crashed();
    if (pause === undefined) {
      this.become("failed", keepsEnding(server, ended, this.crashes.count));
      return;
    }
    this.around.say(`starting it again in ${pause / 1000} s`);
    this.become("starting");
    this.pause = this.timer.set(() => void this.inTurn(() => this.again(server)), pause);
  }

  private async again(server: ServerCommand): Promise<void> {
    try {
      if (!this.life) {
        await this.open(server);
      }
    } catch (error) {
      this.become("failed", defect(error));
    }
  }

  private takeDown(next: ServerState, limit?: number): Promise<void> {
    this.wanted = false;
    this.timer.clear(this.pause);
    this.looking?.abort();
    this.opening?.abort();
    return this.inTurn(async () => {
      this.timer.clear(this.pause);
      const life = this.life;
      this.life = undefined;
      this.become(next);
      await life?.close(limit);
    });
  }

  private become(state: ServerState, problem?: Problem): void {
    this.problem = problem;
    if (this.state !== state || problem) {
      this.state = state;
      this.around.changed(state);
    }
  }

  /** One thing after the other; what goes wrong in one does not keep the next from its turn. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}
