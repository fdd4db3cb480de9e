// What the page of the graph is made of, and what it may load.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Session } from "../session";
import { page } from "./html";

/** Where the page's script and style sheet are. */
function filesOf(session: Session): vscode.Uri {
  return vscode.Uri.joinPath(session.context.extensionUri, "dist");
}

/** Lets the page run its script, and load from the extension's own folder alone. */
export function optionsOf(session: Session): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [filesOf(session)] };
}

/** Gives the page of the graph, with a nonce of its own. */
export function pageOf(session: Session, webview: vscode.Webview): string {
  const files = filesOf(session);
  return page({
    nonce: randomBytes(16).toString("hex"),
    source: webview.cspSource,
    script: webview.asWebviewUri(vscode.Uri.joinPath(files, "graph.js")).toString(),
    style: webview.asWebviewUri(vscode.Uri.joinPath(files, "graph.css")).toString(),
  });
}
