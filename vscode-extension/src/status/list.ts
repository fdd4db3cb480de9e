// "Show Status": a list that follows the server while it is open, and every row of it does something.
import * as vscode from "vscode";
import { warn } from "../shared/show";
import type { Picture, Seen } from "./picture";
import { type Row, rowsOf } from "./rows";

interface Item extends vscode.QuickPickItem {
  row: Row;
}

/** At most one list is open; choosing a row runs its command or says its whole text. */
export class StatusList implements vscode.Disposable {
  #open: vscode.QuickPick<Item> | undefined;

  /** Opens the list anew, in place of one that is still open. */
  show(seen: Seen, picture: Picture): void {
    this.#open?.dispose();
    const list = vscode.window.createQuickPick<Item>();
    this.#open = list;
    list.placeholder = "Choose what to look at or to do";
    list.matchOnDescription = true;
    this.update(seen, picture);
    list.onDidAccept(() => {
      const row = list.selectedItems[0]?.row;
      list.hide();
      if (row?.text !== undefined) {
        say(row.text);
      }
      if (row?.command) {
        const folder = row.folder === undefined ? [] : [vscode.Uri.parse(row.folder)];
        void vscode.commands.executeCommand(
          row.command,
          ...(takesFolder(row.command) ? folder : []),
        );
      }
    });
    list.onDidHide(() => {
      list.dispose();
      this.#open = this.#open === list ? undefined : this.#open;
    });
    list.show();
  }

  /** Shows what is new, without losing the row a person is at. */
  update(seen: Seen, picture: Picture): void {
    const list = this.#open;
    if (!list) {
      return;
    }
    const { server } = seen;
    list.title = server ? `dbp ${server.version} from ${server.origin}` : "dbp";
    const items = rowsOf(seen, picture).map(itemOf);
    if (sameLabels(list.items, items)) {
      return;
    }
    const at = list.activeItems[0]?.row;
    list.keepScrollPosition = true;
    list.items = items;
    const again =
      at && items.find((one) => one.row.command === at.command && one.row.folder === at.folder);
    if (again) {
      list.activeItems = [again];
    }
  }

  /** What the open list shows: for tests. */
  get labels(): string[] {
    return this.#open?.items.map((one) => one.label) ?? [];
  }

  /** Closes the list if it is open. */
  dispose(): void {
    this.#open?.dispose();
  }
}

/** A row shows the beginning of a long text; this is all of it. */
function say(text: string): void {
  const buttons = { "Show Health": "dbp.showHealth", "Open Settings": "dbp.openSettings" };
  void warn(`dbp: ${text}`, ...Object.keys(buttons)).then((choice) => {
    if (choice !== undefined) {
      void vscode.commands.executeCommand(buttons[choice as keyof typeof buttons]);
    }
  });
}

function takesFolder(command: string): boolean {
  return command === "dbp.showHealth";
}

function sameLabels(before: readonly Item[], after: readonly Item[]): boolean {
  const text = (all: readonly Item[]) =>
    all.map((one) => `${one.label}\t${one.description}`).join("\n");
  return text(before) === text(after);
}

function itemOf(row: Row): Item {
  return {
    row,
    label: row.label,
    ...(row.description === undefined ? {} : { description: row.description }),
    ...(row.detail === undefined ? {} : { detail: row.detail }),
    ...(row.separator ? { kind: vscode.QuickPickItemKind.Separator } : {}),
  };
}
