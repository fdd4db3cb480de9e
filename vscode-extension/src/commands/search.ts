// "Search Documentation": a picker that asks while one types, and shows the place of each result.
import * as vscode from "vscode";
import { Refused, type Session } from "../session";
import { openFolders } from "../shared/folder";
import { guarded, isCancelled } from "../shared/tell";
import { Look } from "./look";
import { type Hit, type Hits, type Kind, searchFolders } from "./searchAsk";
import { failed, KINDS, type NextStep, nothing, shown, title } from "./searchWords";

const TYPING_MILLISECONDS = 120;
const LOOKING_MILLISECONDS = 120;

type Item = vscode.QuickPickItem & { hit?: Hit; next?: NextStep };

/** Adds `dbp.search`; a text that is given to it is searched for at once. */
export function registerSearch(session: Session): vscode.Disposable {
  return vscode.commands.registerCommand("dbp.search", (query?: unknown) => {
    new Search(session).open(typeof query === "string" ? query : "");
  });
}

const ICONS: Record<Kind, string> = {
  file: "file-code",
  symbol: "symbol-method",
  document: "book",
};
const FILTERS = (Object.keys(KINDS) as Kind[]).map((kind) => ({
  kind,
  iconPath: new vscode.ThemeIcon(ICONS[kind]),
  tooltip: `Search ${KINDS[kind]} only, or all again`,
}));

class Search {
  private readonly pick = vscode.window.createQuickPick<Item>();
  private readonly look = new Look();
  private readonly folders = openFolders();
  private kind: Kind | undefined;
  private asking: vscode.CancellationTokenSource | undefined;
  private typing: NodeJS.Timeout | undefined;
  private looking: NodeJS.Timeout | undefined;
  private accepted = false;

  constructor(private readonly session: Session) {
    this.pick.placeholder = "Words of a name, a path, or of what a file is for";
    this.pick.title = title(undefined, 0);
    this.pick.buttons = FILTERS;
    // The order is the server's; without this the picker sorts by how labels match.
    (this.pick as unknown as { sortByLabel: boolean }).sortByLabel = false;
    this.pick.onDidChangeValue(() => this.typed());
    this.pick.onDidChangeActive(([item]) => this.active(item));
    this.pick.onDidTriggerButton((button) =>
      this.filter((button as (typeof FILTERS)[number]).kind),
    );
    this.pick.onDidAccept(() => this.accept(this.pick.activeItems[0]));
    this.pick.onDidHide(() => this.close());
  }

  open(query: string): void {
    this.pick.value = query;
    this.pick.show();
    if (query) {
      void this.ask();
    }
  }

  private typed(): void {
    clearTimeout(this.typing);
    this.asking?.cancel();
    if (this.pick.value.trim() === "") {
      this.show([], 0);
      this.pick.busy = false;
      return;
    }
    this.typing = setTimeout(() => void this.ask(), TYPING_MILLISECONDS);
  }

  private filter(kind: Kind | undefined): void {
    this.kind = this.kind === kind ? undefined : kind;
    this.pick.title = title(this.kind, 0);
    if (this.pick.value.trim() !== "") {
      void this.ask();
    }
  }

  private async ask(): Promise<void> {
    this.asking?.cancel();
    const asking = new vscode.CancellationTokenSource();
    this.asking = asking;
    this.pick.busy = true;
    const question = { query: this.pick.value, kind: this.kind };
    try {
      const hits = await searchFolders(this.session, this.folders, question, asking.token);
      if (!asking.token.isCancellationRequested) {
        this.found(hits);
      }
    } catch (error) {
      if (!asking.token.isCancellationRequested && !isCancelled(error)) {
        this.refused(error);
      }
    } finally {
      if (this.asking === asking) {
        this.pick.busy = false;
      }
      asking.dispose();
    }
  }

  private found({ results, pending }: Hits): void {
    if (results.length > 0) {
      this.show(
        results.map((hit) => this.item(hit)),
        pending,
      );
      return;
    }
    const statuses = this.folders.map((one) => this.session.statuses.get(one.uri.toString()));
    // A status that is not there yet says nothing about the index.
    const indexed = statuses.reduce((sum, status) => sum + (status?.files.indexed ?? 1), 0);
    this.show([step(nothing({ kind: this.kind, pending, indexed }))], pending);
  }

  private refused(error: unknown): void {
    const hint = error instanceof Refused ? error.hint : "The log says more";
    const message = error instanceof Error ? error.message : String(error);
    this.session.log.warn(`search: ${message}`);
    this.show([step(failed(message, hint))], 0);
  }

  private item(hit: Hit): Item {
    const { icon, ...texts } = shown(hit, this.folders.length > 1 ? hit.folder.name : "");
    return { ...texts, iconPath: new vscode.ThemeIcon(icon), alwaysShow: true, hit };
  }

  private show(items: Item[], pending: number): void {
    this.pick.items = items;
    this.pick.title = title(this.kind, pending);
  }

  private active(item: Item | undefined): void {
    clearTimeout(this.looking);
    const hit = item?.hit;
    if (hit && !this.accepted) {
      this.looking = setTimeout(() => void this.look.at(hit), LOOKING_MILLISECONDS);
    }
  }

  private accept(item: Item | undefined): void {
    if (item?.hit) {
      const hit = item.hit;
      this.accepted = true;
      this.pick.hide();
      void guarded(this.session, `open ${hit.path}`, () => this.look.open(hit));
    } else if (item?.next?.does === "all kinds") {
      this.filter(this.kind);
    } else if (item?.next && item.next.does !== "nothing") {
      this.pick.hide();
      const command = item.next.does === "refresh" ? "dbp.refresh" : "dbp.showStatus";
      void vscode.commands.executeCommand(command);
    }
  }

  private close(): void {
    clearTimeout(this.typing);
    clearTimeout(this.looking);
    this.asking?.cancel();
    this.pick.dispose();
    void (this.accepted ? this.look.end() : this.look.undo());
  }
}

function step(next: NextStep): Item {
  const { label, detail } = next;
  return { label, detail, iconPath: new vscode.ThemeIcon("info"), alwaysShow: true, next };
}
