// The Python environment that is active in the editor, as the Python extension tells it.
import type { PythonExtension } from "@vscode/python-extension";
import * as vscode from "vscode";

const PYTHON = "ms-python.python";

/** The interpreter of the active environment, or why there is none. */
export async function activePython(): Promise<{ program: string } | { why: string }> {
  if (!vscode.workspace.isTrusted) {
    return { why: "not asked: the workspace is not trusted" };
  }
  const api = pythonExtension();
  if ("why" in api) {
    return api;
  }
  const environments = api.environments;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const found = await environments.resolveEnvironment(
    environments.getActiveEnvironmentPath(folder),
  );
  const program = found?.executable.uri?.fsPath;
  return program === undefined ? { why: "no interpreter is selected" } : { program };
}

/** Tells when another environment becomes the active one, or the Python extension comes or goes. */
export function watchPython(changed: (why: string) => void): vscode.Disposable {
  let inner: vscode.Disposable | undefined;
  const listen = () => {
    const api = pythonExtension();
    if ("why" in api) {
      inner?.dispose();
      inner = undefined;
    } else {
      inner ??= api.environments.onDidChangeActiveEnvironmentPath(() =>
        changed("another Python environment is active"),
      );
    }
  };
  listen();
  const outer = vscode.extensions.onDidChange(listen);
  return { dispose: () => vscode.Disposable.from(outer, ...(inner ? [inner] : [])).dispose() };
}

/** It is asked only when it runs already: dbp has no need of it and never starts it. */
function pythonExtension(): PythonExtension | { why: string } {
  const extension = vscode.extensions.getExtension<PythonExtension>(PYTHON);
  if (!extension) {
    return { why: "the Python extension is not installed" };
  }
  return extension.isActive
    ? extension.exports
    : { why: "the Python extension is installed, but not active" };
}
