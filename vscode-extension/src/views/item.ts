// How a line of the documentation tree looks.
import * as vscode from "vscode";
import type { Covered } from "../protocol";
import { Refused } from "../session";
import { visible } from "../shared/icons";
import { type Condition, condition, escaped, ofFile, ofFolder, spoken, tooltip } from "./describe";
import { nameOf } from "./levels";

/** One line: a workspace folder, a folder, a file, or something to say instead. */
export interface Place {
  kind: "root" | "folder" | "file" | "note";
  uri: string;
  folder: vscode.WorkspaceFolder;
  parent?: Place | undefined;
  covered?: Covered;
  /** Of a note: a text, or what went wrong. */
  what?: unknown;
}

/** Something to say where lines would be: a text, or what went wrong. */
export function note(
  folder: vscode.WorkspaceFolder,
  uri: string,
  what: unknown,
  parent?: Place,
): Place {
  return { kind: "note", uri: `${uri}#note`, folder, parent, what };
}

const ICONS: Record<Condition, [icon: string, colour?: string]> = {
  failed: ["error", "list.errorForeground"],
  broken: ["warning", "list.errorForeground"],
  stale: ["history", "list.warningForeground"],
  missing: ["circle-large-outline", "disabledForeground"],
  documented: ["pass", "testing.iconPassed"],
  uncounted: ["file"],
};

/** Gives the line of a place as VS Code draws it; a click on a file opens the file. */
export function render(place: Place): vscode.TreeItem {
  const { covered } = place;
  if (!covered || place.kind === "note") {
    return renderNote(place);
  }
  const isFile = place.kind === "file";
  const name = visible(nameOf(covered.path));
  const item = new vscode.TreeItem(
    name,
    isFile ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed,
  );
  const uri = vscode.Uri.parse(place.uri);
  item.id = place.uri;
  item.contextValue = place.kind;
  item.description = isFile ? ofFile(covered) : ofFolder(covered);
  item.iconPath = isFile ? iconOf(covered) : folderIcon(place, covered);
  item.tooltip = markdown(tooltip(covered));
  item.accessibilityInformation = { label: spoken(name, isFile ? "file" : "folder", covered) };
  if (place.kind === "root") {
    item.collapsibleState = vscode.TreeItemCollapsibleState.Expanded;
  }
  if (isFile) {
    item.command = { command: "vscode.open", title: "Open", arguments: [uri] };
  }
  return item;
}

function iconOf(covered: Covered): vscode.ThemeIcon {
  const [icon, colour] = ICONS[condition(covered)];
  return new vscode.ThemeIcon(icon, colour ? new vscode.ThemeColor(colour) : undefined);
}

/** A folder is a folder; only what is wrong below it colours it. */
function folderIcon(place: Place, covered: Covered): vscode.ThemeIcon {
  const worst = condition(covered);
  const colour = ["failed", "broken", "stale"].includes(worst) ? ICONS[worst][1] : undefined;
  return new vscode.ThemeIcon(
    place.kind === "root" ? "root-folder" : "folder",
    colour ? new vscode.ThemeColor(colour) : undefined,
  );
}

function renderNote(place: Place): vscode.TreeItem {
  const failed = place.what instanceof Error;
  const text = place.what instanceof Error ? place.what.message : String(place.what);
  const hint = place.what instanceof Refused ? place.what.hint : "";
  const item = new vscode.TreeItem(text);
  item.id = place.uri;
  item.contextValue = "note";
  item.iconPath = new vscode.ThemeIcon(failed ? "warning" : "info");
  item.tooltip = markdown(
    [text, hint]
      .filter((one) => one !== "")
      .map(escaped)
      .join("\n\n"),
  );
  return item;
}

/** Markdown that can neither run commands nor show HTML. */
export function markdown(text: string): vscode.MarkdownString {
  const made = new vscode.MarkdownString(text);
  made.isTrusted = false;
  made.supportHtml = false;
  return made;
}
