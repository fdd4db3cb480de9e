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

  get logLevel(): vscode.LogLevel {
    return wanted() ? vscode.LogLevel.Trace : this.channel.logLevel;
  }

  get name(): string {
    return this.channel.name;
  }

  trace(message: string, ...args: unknown[]): void {
    if (wanted()) {
      this.channel.info(message, ...args);
    } else {
      this.channel.trace(message, ...args);
    }
  }

  debug(message: string, ...args: unknown[]): void {
    this.channel.debug(message, ...args);
  }

  info(message: string, ...args: unknown[]): void {
    this.channel.info(message, ...args);
  }

  warn(message: string, ...args: unknown[]): void {
    this.channel.warn(message, ...args);
  }

  error(error: string | Error, ...args: unknown[]): void {
    this.channel.error(error, ...args);
  }

  append(value: string): void {
    this.channel.append(value);
  }

  appendLine(value: string): void {
    this.channel.appendLine(value);
  }

  replace(value: string): void {
    this.channel.replace(value);
  }

  clear(): void {
    this.channel.clear();
  }

  show(): void {
    this.channel.show(true);
  }

  hide(): void {
    this.channel.hide();
  }

  dispose(): void {
    this.listening.dispose();
    this.changed.dispose();
  }
}

function wanted(): boolean {
  return vscode.workspace.getConfiguration("dbp").get("trace.server", "off") !== "off";
}
