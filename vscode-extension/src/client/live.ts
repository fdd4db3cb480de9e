// The session of this window: what its server says, for all rooms.
import * as vscode from "vscode";
import type { Alert, JobUpdate, Status } from "../protocol";
import { findServer } from "../server/discover";
import type { Printed, Problem, ServerCommand, ServerState, Session } from "../session";
import { tellSettings, watchInputs } from "./inputs";
import { Keeper } from "./keeper";
import { Link } from "./link";
import { clientOptions, ownPlace, serverArgs, settingsOf } from "./options";
import { printed } from "./printed";
import type { ServerEnded } from "./problems";
import { notRunning, refusal, starting } from "./refused";
import { asOpened, Statuses } from "./statuses";
import { TraceChannel } from "./trace";

/** How long an editor that ends waits for the server; then it is ended. */
const LAST_MS = 1_000;

/** Holds the server of this window, and passes on what it tells. */
export class LiveSession implements Session, vscode.Disposable {
  readonly log = vscode.window.createOutputChannel("dbp", { log: true });
  readonly serverLog = vscode.window.createOutputChannel("dbp server", { log: true });
  private readonly trace = new TraceChannel(this.serverLog);
  private readonly folders = new Statuses();
  private readonly states = new vscode.EventEmitter<ServerState>();
  private readonly jobs = new vscode.EventEmitter<JobUpdate>();
  private readonly metadata = new vscode.EventEmitter<string[]>();
  private readonly alerts = new vscode.EventEmitter<Alert>();
  readonly onDidChangeState = this.states.event;
  readonly onDidChangeStatus = this.folders.onDidChange;
  readonly onDidUpdateJob = this.jobs.event;
  readonly onDidUpdateMetadata = this.metadata.event;
  readonly onDidAlert = this.alerts.event;

  private readonly keeper = new Keeper<Link>({
    /** Looks in all places that are allowed, and logs each try. */
    find: (signal) => findServer(this.log, this.context, signal),
    /** Prepares a connection with the settings as they are now. */
    make: (server, lost) => this.link(server, lost),
    /** Tells the rooms, and the context key `dbp.state`. */
    changed: (state) => this.changed(state),
    /** Writes to the channel "dbp". */
    say: (text) => this.log.info(text),
  });
  private readonly inputs: vscode.Disposable;
  /** What is listened to as long as the server runs. */
  private listening: vscode.Disposable | undefined;

  /** Starts nothing; what is not stopped restarts when its inputs change from here on. */
  constructor(readonly context: vscode.ExtensionContext) {
    this.tellState("stopped");
    this.inputs = watchInputs((reason) => {
      if (this.state !== "stopped") {
        this.restart(reason);
      }
    });
  }

  /** Stays `starting` through the pauses between tries. */
  get state(): ServerState {
    return this.keeper.state;
  }

  /** Undefined unless the state is `missing` or `failed`. */
  get problem(): Problem | undefined {
    return this.keeper.problem;
  }

  /** The one found last: it is kept when it ended. */
  get server(): ServerCommand | undefined {
    return this.keeper.server;
  }

  /** Emptied as soon as the server does not run any more. */
  get statuses(): ReadonlyMap<string, Status> {
    return this.folders.all;
  }

  /** The server's process, while there is one. */
  get pid(): number | undefined {
    return this.keeper.life?.pid;
  }

  /** Rejects with `Refused`, or with `CancellationError` when it was cancelled. */
  async request<R>(method: string, params?: object, token?: vscode.CancellationToken): Promise<R> {
    const link = this.keeper.life;
    if (!link) {
      throw this.state === "starting" ? starting() : notRunning();
    }
    try {
      // Not `undefined` for a token: that would be taken for a second parameter.
      const given: [object, vscode.CancellationToken?] = token
        ? [params ?? {}, token]
        : [params ?? {}];
      return await link.client.sendRequest<R>(method, ...given);
    } catch (error) {
      throw link.running ? (refusal(error) ?? new vscode.CancellationError()) : notRunning();
    }
  }

  /** Needs a server that was found, not one that runs: else it rejects with `Refused`. */
  async run(
    args: string[],
    folder: vscode.Uri,
    token?: vscode.CancellationToken,
  ): Promise<Printed> {
    if (!this.server) {
      throw notRunning();
    }
    return printed(this.server, args, folder, await ownPlace(this.context), token);
  }

  /** Finds and starts a server, unless one runs. */
  start(): Promise<void> {
    return this.keeper.start();
  }

  /** Ends the server, and takes back restarts that were asked for. */
  stop(): Promise<void> {
    return this.keeper.stop();
  }

  /** The log gets `reason`, in words that follow "restarting:". */
  restart(reason: string): void {
    this.keeper.restart(reason);
  }

  /** Ends the server with the window. */
  async close(): Promise<void> {
    await this.keeper.stop(LAST_MS);
  }

  /** Ends the server first, and then the channels: how it ended is still logged. */
  dispose(): void {
    void this.close().finally(() => {
      for (const one of [this.inputs, this.trace, this.folders, this.states, this.jobs]) {
        one.dispose();
      }
      for (const one of [this.metadata, this.alerts, this.serverLog, this.log]) {
        one.dispose();
      }
    });
  }

  private async link(server: ServerCommand, lost: (ended: ServerEnded) => void): Promise<Link> {
    const settings = settingsOf(this.context);
    const link = new Link({
      server,
      args: serverArgs(settings),
      ...(await ownPlace(this.context)),
      channel: this.serverLog,
      log: this.log,
      options: clientOptions(settings, this.trace),
      lost,
    });
    link.client.onNotification("dbp/statusChanged", (status: Status) => this.folders.take(status));
    link.client.onNotification("dbp/jobUpdated", (job: JobUpdate) => this.jobs.fire(asOpened(job)));
    link.client.onNotification("dbp/alert", (alert: Alert) => this.alerts.fire(alert));
    link.client.onNotification("dbp/metadataUpdated", ({ uris }: { uris: string[] }) =>
      this.metadata.fire(uris),
    );
    return link;
  }

  private changed(state: ServerState): void {
    this.log.info(this.problem ? `${state}: ${this.problem.message}` : state);
    this.listening?.dispose();
    this.listening = undefined;
    const link = this.keeper.life;
    if (state === "running" && link) {
      this.listening = vscode.Disposable.from(
        tellSettings(link, settingsOf(this.context)),
        vscode.workspace.onDidChangeWorkspaceFolders(({ added }) => {
          this.folders.prune();
          void this.folders.ask(link, added);
        }),
      );
      void this.folders.ask(link, vscode.workspace.workspaceFolders ?? []);
    } else {
      this.folders.clear();
    }
    this.tellState(state);
    this.states.fire(state);
  }

  private tellState(state: ServerState): void {
    void vscode.commands.executeCommand("setContext", "dbp.state", state);
  }
}
