// What editor and server say to each other, in the channel "dbp server".
import * as vscode from "vscode";

/**
 * The channel as the language client traces into it.
 *
 * The client traces only when the level of its channel is Trace. Here the setting
 * `dbp.trace.server` is enough, and what is traced is shown at the level Info then.
 */
export class TraceChannel implements vscode.LogOutputChannel, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.LogLevel>();
  private readonly listening: vscode.Disposable;
  readonly onDidChangeLogLevel = this.changed.event;

  /** Tells the client to look anew when the channel's level or the setting changes. */
  constructor(private readonly channel: vscode.LogOutputChannel) {
    const tell = () => this.changed.fire(this.logLevel);
    this.listening = vscode.Disposable.from(
      channel.onDidChangeLogLevel(tell),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("dbp.trace.server")) {
          tell();
        }
      }),
    );
  }

  /** Trace while the setting is on, else the level of the channel. */
  get logLevel(): vscode.LogLevel {
    return wanted() ? vscode.LogLevel.Trace : this.channel.logLevel;
  }

  /** The name people see: "dbp server". */
  get name(): string {
    return this.channel.name;
  }

  /** Writes at Info while the setting is on: the channel may hide Trace. */
  trace(message: string, ...args: unknown[]): void {
    if (wanted()) {
      this.channel.info(message, ...args);
    } else {
      this.channel.trace(message, ...args);
    }
  }

  /** Passes on, at the level Debug. */
  debug(message: string, ...args: unknown[]): void {
    this.channel.debug(message, ...args);
  }

  /** Passes on, at the level Info. */
  info(message: string, ...args: unknown[]): void {
    this.channel.info(message, ...args);
  }

  /** Passes on, at the level Warning. */
  warn(message: string, ...args: unknown[]): void {
    this.channel.warn(message, ...args);
  }

  /** Passes on, at the level Error. */
  error(error: string | Error, ...args: unknown[]): void {
    this.channel.error(error, ...args);
  }

  /** Passes on text as it is, with no level and no line end. */
  append(value: string): void {
    this.channel.append(value);
  }

  /** Passes on a line with no level. */
  appendLine(value: string): void {
    this.channel.appendLine(value);
  }

  /** Passes on the text that takes the place of all there is. */
  replace(value: string): void {
    this.channel.replace(value);
  }

  /** Empties the channel. */
  clear(): void {
    this.channel.clear();
  }

  /** Shows the channel; the focus stays where it is. */
  show(): void {
    this.channel.show(true);
  }

  /** Hides the channel, if it is shown. */
  hide(): void {
    this.channel.hide();
  }

  /** Stops listening; the channel stays, its owner ends it. */
  dispose(): void {
    this.listening.dispose();
    this.changed.dispose();
  }
}

function wanted(): boolean {
  return vscode.workspace.getConfiguration("dbp").get("trace.server", "off") !== "off";
}
