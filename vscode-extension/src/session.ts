// What every room of the extension is given: the one server, what it says, and the log.
import type * as vscode from "vscode";
import type { Alert, JobUpdate, Status } from "./protocol";

/**
 * - `missing`: no server was found; `problem` says what was tried.
 * - `failed`: it was found, but does not start or keeps crashing; `problem` says why.
 */
export type ServerState = "stopped" | "starting" | "running" | "missing" | "failed";

/** Something a person can do about a problem: a button that runs a command. */
export interface Remedy {
  title: string;
  command: string;
}

/** Why there is no server: for people, with what they can do next. */
export interface Problem {
  message: string;
  detail: string;
  remedies: Remedy[];
}

/** How the server is started: an argument vector, never a line for a shell. */
export interface ServerCommand {
  command: string;
  args: string[];
  version: string;
  /** Where it was found, for people: "the setting dbp.server.path", "PATH", … */
  origin: string;
}

/** What a command line of dbp printed. */
export interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/** A request the server refused, with its stable code and its hint. */
export class Refused extends Error {
  /** `data` is what else the error told; empty when there is nothing. */
  constructor(
    message: string,
    readonly code: string,
    readonly hint: string,
    readonly data: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = "Refused";
  }
}

/** The server of this window, as all rooms see it. */
export interface Session {
  readonly context: vscode.ExtensionContext;
  /** The extension's own log, the channel "dbp"; what the server writes is the channel "dbp server". */
  readonly log: vscode.LogOutputChannel;
  /** The channel "dbp server": what the server writes, and what is said to it when that is traced. */
  readonly serverLog: vscode.LogOutputChannel;

  readonly state: ServerState;
  readonly problem: Problem | undefined;
  readonly server: ServerCommand | undefined;
  readonly onDidChangeState: vscode.Event<ServerState>;

  /** The last status of each open folder, by its URI. */
  readonly statuses: ReadonlyMap<string, Status>;
  readonly onDidChangeStatus: vscode.Event<Status>;
  readonly onDidUpdateJob: vscode.Event<JobUpdate>;
  /** URIs of files whose record is another one now. */
  readonly onDidUpdateMetadata: vscode.Event<string[]>;
  readonly onDidAlert: vscode.Event<Alert>;

  /** Asks the server. Rejects with `Refused`, also where no server runs (code `not_running`). */
  request<R>(method: string, params?: object, token?: vscode.CancellationToken): Promise<R>;

  /**
   * Runs the command line of the same dbp for a folder, e.g. `["preview", file, "--json"]`. Paths
   * are absolute: it does not run in the folder.
   */
  run(args: string[], folder: vscode.Uri, token?: vscode.CancellationToken): Promise<Printed>;

  /** Finds and starts a server, unless one runs; `state` and `problem` say how that went. */
  start(): Promise<void>;
  /** Ends the server, and takes back restarts that were asked for. */
  stop(): Promise<void>;
  /** Starts the server anew, soon: many reasons in a moment are one restart. */
  restart(reason: string): void;
}
