// How the server is started and what it is told of the editor.
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import * as vscode from "vscode";
import type { ConfigurationRequest, LanguageClientOptions } from "vscode-languageclient/node";
import { place } from "../server/place";
import { hovered } from "../status/walkthrough";
import { unconfirmed } from "./renames";
import { answer, type Declared, declared, explicit, type Manifest } from "./settings";

/** Every setting the extension declares. */
export function settingsOf(context: vscode.ExtensionContext): Declared[] {
  return declared(context.extension.packageJSON as Manifest);
}

/** What somebody set, in the places that count. */
export function setValue(settings: Declared[], key: string): unknown {
  const setting = settings.find((one) => one.key === key);
  const inspected = vscode.workspace.getConfiguration().inspect(key);
  return setting && explicit(setting, inspected, vscode.workspace.isTrusted);
}

/** `dbp.server.args`, as far as it is a list of words. */
export function serverArgs(settings: Declared[]): string[] {
  const value = setValue(settings, "dbp.server.args");
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/**
 * Where programs are started: a folder of our own. In a workspace, a module or a configuration
 * file that happens to lie there would be taken for one of the program's.
 */
export async function ownPlace(
  context: vscode.ExtensionContext,
): Promise<{ cwd: string; env: NodeJS.ProcessEnv }> {
  const cwd = context.globalStorageUri.fsPath;
  try {
    await mkdir(cwd, { recursive: true });
    return { cwd, env: place().env };
  } catch {
    return { cwd: homedir(), env: place().env };
  }
}

/** What the client is to do besides its usual work. */
export function clientOptions(
  settings: Declared[],
  traceOutputChannel: vscode.LogOutputChannel,
): LanguageClientOptions {
  return {
    traceOutputChannel,
    initializationOptions: { notifications: true, workspaceTrust: vscode.workspace.isTrusted },
    middleware: {
      provideHover: async (document, position, token, next) => {
        const hover = await next(document, position, token);
        if (hover) {
          hovered();
        }
        return hover;
      },
      workspace: {
        configuration: (params) => configuration(settings, params.items),
        willRenameFiles: async (event, next) => unconfirmed(await next(event)),
      },
    },
  };
}

function configuration(
  settings: Declared[],
  items: { scopeUri?: string | null; section?: string | null }[],
): ReturnType<ConfigurationRequest.HandlerSignature> {
  return items.map(({ scopeUri, section }) => {
    if (section !== "dbp") {
      return null; // the settings of others are none of its business
    }
    const scope = scopeUri ? vscode.Uri.parse(scopeUri) : null;
    const all = vscode.workspace.getConfiguration(undefined, scope);
    return answer(settings, (key) => all.inspect(key), vscode.workspace.isTrusted);
  });
}
