// What makes the server start anew, and what it is only told.

import * as vscode from "vscode";
import { DidChangeConfigurationNotification } from "vscode-languageclient/node";
import { watchPython } from "../server/discover";
import type { Link } from "./link";
import { type Declared, sent } from "./settings";

const LAUNCH = ["dbp.server.path", "dbp.server.args"];

/** Calls `restart` when what the server is started with changes. */
export function watchInputs(restart: (reason: string) => void): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.onDidChangeConfiguration((event) => {
      const key = LAUNCH.find((one) => event.affectsConfiguration(one));
      if (key !== undefined) {
        restart(`the setting ${key} changed`);
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => restart("the workspace is trusted now")),
    watchPython(restart),
  );
}

/** Tells the server of changed settings: that there are some, so that it asks for them. */
export function tellSettings(link: Link, settings: Declared[]): vscode.Disposable {
  const keys = sent(settings).map((one) => one.key);
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration("dbp") && keys.some((key) => event.affectsConfiguration(key))) {
      const params = { settings: null };
      link.client.sendNotification(DidChangeConfigurationNotification.type, params).catch(() => {
        // It is gone: the next one asks by itself.
      });
    }
  });
}
