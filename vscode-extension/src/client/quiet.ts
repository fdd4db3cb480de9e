// The language client without a voice of its own: everything is logged, and the session decides
// what people are shown.
import * as vscode from "vscode";
import {
  LanguageClient,
  MessageType,
  ShowMessageNotification,
  ShowMessageRequest,
  State,
} from "vscode-languageclient/node";
import { unlinked } from "../shared/icons";
import { warn } from "../shared/show";

/**
 * The client shows errors of its own ("couldn't create connection to server", "connection got
 * closed") whatever its options say. None of them has a next step, so none is shown.
 */
export class QuietClient extends LanguageClient {
  /** Logs an error; nothing is shown. */
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  /** Logs a warning; nothing is shown. */
  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }

  /** Logs a remark; nothing is shown. */
  override info(message: string, data?: unknown): void {
    super.info(message, data, false);
  }

  /** One that is still starting cannot be stopped: whoever started its process ends that. */
  override stop(timeout?: number): Promise<void> {
    return this.state === State.Starting ? Promise.resolve() : super.stop(timeout);
  }
}

/**
 * Shows warnings of the server as far as `dbp.showNotifications` says, and logs all it says.
 *
 * Its errors are alerts. They come as `dbp/alert`, too, and whoever hears that shows them.
 */
export function hearMessages(client: LanguageClient, log: vscode.LogOutputChannel): void {
  client.onNotification(ShowMessageNotification.type, ({ type, message }) => {
    if (type === MessageType.Error) {
      log.error(message);
      return;
    }
    log.warn(message);
    const wanted = vscode.workspace.getConfiguration("dbp").get<string>("showNotifications");
    if (wanted === "always" || (wanted === "onWarning" && type === MessageType.Warning)) {
      void warn(message);
    }
  });
  // What it asks is shown by the client itself otherwise, with whatever looks like a link in it.
  client.onRequest(ShowMessageRequest.type, ({ type, message, actions }) => {
    const { showErrorMessage, showInformationMessage, showWarningMessage } = vscode.window;
    const grave = type === MessageType.Error ? showErrorMessage : showWarningMessage;
    const show = type > MessageType.Warning ? showInformationMessage : grave;
    return show(unlinked(message), ...(actions ?? [])).then((choice) => choice ?? null);
  });
}
