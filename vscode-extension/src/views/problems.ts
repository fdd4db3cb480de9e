// `dbp.documentation.showProblems`: opens a file at the first thing dbp found in it.
import * as vscode from "vscode";
import type { Place } from "./item";

/** How long an opened file may take to be looked at. */
const PATIENCE_MS = 3000;

/** Registers the command; called without a line of the tree, it does nothing. */
export function registerProblems(): vscode.Disposable {
  return vscode.commands.registerCommand("dbp.documentation.showProblems", (place?: Place) =>
    place ? show(vscode.Uri.parse(place.uri)) : undefined,
  );
}

async function show(uri: vscode.Uri): Promise<void> {
  const known = firstOf(uri);
  const editor = await vscode.window.showTextDocument(uri, known ? { selection: known.range } : {});
  if (known) {
    return;
  }
  const found = await awaited(uri);
  if (!found) {
    vscode.window.setStatusBarMessage("dbp finds nothing wrong in this file.", 5000);
    return;
  }
  editor.selection = new vscode.Selection(found.range.start, found.range.start);
  editor.revealRange(found.range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function firstOf(uri: vscode.Uri): vscode.Diagnostic | undefined {
  return vscode.languages
    .getDiagnostics(uri)
    .filter((one) => one.source === "dbp")
    .sort((a, b) => a.range.start.compareTo(b.range.start))[0];
}

/** The finding of a file that was not open before: it is looked for when it opens. */
function awaited(uri: vscode.Uri): Promise<vscode.Diagnostic | undefined> {
  return new Promise((resolve) => {
    const done = (found: vscode.Diagnostic | undefined) => {
      clearTimeout(late);
      listening.dispose();
      resolve(found);
    };
    const late = setTimeout(() => done(firstOf(uri)), PATIENCE_MS);
    const listening = vscode.languages.onDidChangeDiagnostics(() => {
      const found = firstOf(uri);
      if (found) {
        done(found);
      }
    });
  });
}
