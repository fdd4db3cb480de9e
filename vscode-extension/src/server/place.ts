// What lookups may use in this window, and the places where dbp keeps what it installs.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

import type { Place } from "./paths";

/** Gives what holds now: settings, open folders and trust may change. */
export function place(): Place {
  return {
    env: environment(),
    home: homedir(),
    folders: (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath),
    trusted: vscode.workspace.isTrusted,
    windows: process.platform === "win32",
  };
}

/** The environment of programs: the proxy of the editor's settings is theirs, too. */
function environment(): NodeJS.ProcessEnv {
  const http = vscode.workspace.getConfiguration("http");
  const proxy = http.get<string>("proxy");
  const env = { ...process.env };
  if (proxy && http.get<string>("proxySupport") !== "off") {
    for (const name of ["HTTPS_PROXY", "HTTP_PROXY"]) {
      env[name] ??= proxy;
    }
  }
  return env;
}

/** What the private environment is made from: the wheel in the package, else the checkout. */
export interface Source {
  path: string;
  identity: string;
}

/** Undefined when the extension has no wheel and no checkout is beside it. */
export function sourceOf(extension: vscode.Extension<unknown>): Source | undefined {
  const folder = path.join(extension.extensionPath, "server");
  const wheel = existsSync(folder)
    ? readdirSync(folder).find((name) => /^dbp_sidecar-.*\.whl$/.test(name))
    : undefined;
  const version = versionOf(extension);
  if (wheel !== undefined) {
    return { path: path.join(folder, wheel), identity: `${wheel} of ${version}` };
  }
  const checkout = path.dirname(extension.extensionPath);
  try {
    const project = readFileSync(path.join(checkout, "pyproject.toml"), "utf8");
    return /^name = "dbp-sidecar"$/m.test(project)
      ? { path: checkout, identity: `the checkout ${checkout} of ${version}` }
      : undefined;
  } catch {
    return undefined; // no checkout
  }
}

/** The extension's own version, as its package.json names it. */
export function versionOf(extension: vscode.Extension<unknown>): string {
  return String((extension.packageJSON as { version?: unknown }).version);
}
