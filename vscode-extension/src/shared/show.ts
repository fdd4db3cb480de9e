// Messages in corners of the window. The editor makes links of `[text](command:…)` in them, also
// where that is part of a file's name: none of ours has a link, so none is left.
import * as vscode from "vscode";
import { unlinked } from "./icons";

type Answer<T> = Thenable<T | undefined>;

/** Tells of something that is all right; answers the button that was chosen, if any. */
export function inform<T extends string>(text: string, ...buttons: T[]): Answer<T> {
  return vscode.window.showInformationMessage(unlinked(text), ...buttons);
}

/** Tells of something to look at; answers the button that was chosen, if any. */
export function warn<T extends string>(text: string, ...buttons: T[]): Answer<T> {
  return vscode.window.showWarningMessage(unlinked(text), ...buttons);
}

/** Tells of something that did not work; answers the button that was chosen, if any. */
export function fail<T extends string>(text: string, ...buttons: T[]): Answer<T> {
  return vscode.window.showErrorMessage(unlinked(text), ...buttons);
}
