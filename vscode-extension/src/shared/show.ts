// Messages in corners of the window. The editor makes links of `[text](command:…)` in them, also
// where that is part of a file's name: none of ours has a link, so none is left.
import * as vscode from "vscode";
import { unlinked } from "./icons";

type Answer<T> = Thenable<T | undefined>;

export function inform<T extends string>(text: string, ...buttons: T[]): Answer<T> {
  return vscode.window.showInformationMessage(unlinked(text), ...buttons);
}

export function warn<T extends string>(text: string, ...buttons: T[]): Answer<T> {
  return vscode.window.showWarningMessage(unlinked(text), ...buttons);
}

export function fail<T extends string>(text: string, ...buttons: T[]): Answer<T> {
  return vscode.window.showErrorMessage(unlinked(text), ...buttons);
}
