// One life of the server: its process, and the client that speaks to it.

import type * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  type LanguageClientOptions,
  RevealOutputChannelOn,
} from "vscode-languageclient/node";
import type { ServerCommand } from "../session";
import { writer } from "./lines";
import { ServerEnded } from "./problems";
import { described, type Ending, ServerProcess } from "./process";
import { hearMessages, QuietClient } from "./quiet";

/** A server that did not answer `initialize` by then never will. */
const START_MS = 60_000;
/** How long the last words of a process that is about to end may take. */
const WORDS_MS = 1_000;
/** The server ends by itself 1.5 s after it was asked to, whatever hangs. */
const STOP_MS = 2_000;

/** All that one start of the server needs. */
export interface Launch {
  server: ServerCommand;
  /** Arguments after `serve`. */
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  channel: vscode.LogOutputChannel;
  log: vscode.LogOutputChannel;
  options: LanguageClientOptions;
  /** Called once, when a server that ran is gone and nobody asked for that. */
  lost: (ended: ServerEnded) => void;
}

/** Starts one server, speaks to it and ends it; each start has a new one. */
export class Link {
  readonly client: QuietClient;
  private process: ServerProcess | undefined;
  private aborted = false;
  /** It wrote something that is no message. */
  private garbled = false;
  private phase: "starting" | "running" | "over" = "starting";

  /** Only prepares the client: `open` starts the server. */
  constructor(private readonly launch: Launch) {
    this.client = new QuietClient("dbp", "dbp", () => this.spawn(), {
      // Every text file: the server itself knows which it reads, and says why where it does not.
      documentSelector: [{ scheme: "file" }],
      outputChannel: launch.channel,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: (error, message) => {
          if (message === undefined) {
            this.misread(error);
          }
          return { action: ErrorAction.Continue, handled: true };
        },
        closed: () => {
          void this.closed();
          const message = "the connection to the server is closed";
          return { action: CloseAction.DoNotRestart, handled: true, message };
        },
      },
      ...launch.options,
    });
    hearMessages(this.client, launch.log);
  }

  /** The server's process; undefined before it is started and after it ended. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Whether there is somebody to ask. */
  get running(): boolean {
    return this.phase === "running";
  }

  /** Rejects with `ServerEnded` when there is no server to speak to. */
  async open(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const give = () => reject(new Error(`did not answer within ${START_MS / 1000} seconds`));
      timer = setTimeout(give, START_MS);
    });
    try {
      await Promise.race([this.client.start(), late]);
      this.phase = "running";
    } catch (error) {
      this.phase = "over";
      throw await this.whyNot(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Gives up a start: `open` rejects. */
  abort(): void {
    this.aborted = true;
    this.process?.kill();
  }

  /** Asks the server to end, and sees to it that it does. */
  async close(limit = STOP_MS): Promise<void> {
    this.phase = "over";
    try {
      await this.client.stop(limit);
    } catch (error) {
      this.launch.log.warn(`the server did not stop as it should: ${error}`);
    }
    if (this.process && !(await this.process.endedWithin(limit / 4))) {
      this.process.kill();
    }
  }

  private async spawn(): Promise<{ reader: NodeJS.ReadableStream; writer: NodeJS.WritableStream }> {
    const { server, args, cwd, env, channel, log } = this.launch;
    const argv = [...server.args, "serve", ...args];
    log.info(`starting ${[server.command, ...argv].join(" ")}`);
    const process = await ServerProcess.start(
      [server.command, ...argv],
      { cwd, env },
      writer(channel),
    );
    this.process = process;
    if (this.aborted) {
      process.kill();
    }
    log.info(`the server is process ${process.pid}`);
    return { reader: process.child.stdout, writer: process.child.stdin };
  }

  /** Where one message ends cannot be known any more: nothing it says would ever arrive. */
  private misread(error: Error): void {
    if (!this.garbled && this.phase !== "over") {
      this.garbled = true;
      this.launch.log.error(`the server wrote something that is no message: ${error.message}`);
      this.process?.kill();
    }
  }

  private how(ending: Ending | undefined): string {
    return this.garbled
      ? "wrote something on its standard output that is no message of the protocol"
      : described(ending);
  }

  private async whyNot(error: unknown): Promise<ServerEnded> {
    const text = error instanceof Error ? error.message : String(error);
    if (this.process === undefined) {
      return new ServerEnded(`cannot be started (${text})`);
    }
    const ending = await this.process.endedWithin(WORDS_MS);
    this.process.kill();
    const why = ending ? this.how(ending) : text.startsWith("did not") ? text : `refused (${text})`;
    return new ServerEnded(why, this.process.lastWords);
  }

  private async closed(): Promise<void> {
    if (this.phase !== "running") {
      return; // whoever starts or stops it is told there
    }
    this.phase = "over";
    const ending = await this.process?.endedWithin(WORDS_MS);
    this.process?.kill();
    const words = this.process?.lastWords ?? [];
    this.launch.lost(new ServerEnded(this.how(ending), words));
  }
}
