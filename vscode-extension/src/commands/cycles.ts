// "Show Cycles": files that need each other in a circle.
import * as vscode from "vscode";
import type { Cycle, Edge } from "../protocol";
import type { Session } from "../session";
import { folderOf, named } from "../shared/folder";
import { inform } from "../shared/show";
import { guarded } from "../shared/tell";
import { capital, sentences } from "../shared/words";
import { type Cycles, chain, leftOut, link } from "./cycleWords";
import { openAt } from "./look";

/** Adds `dbp.showCycles`: a person chooses a circle, and a reference of it is opened. */
export function registerCycles(session: Session): vscode.Disposable {
  return vscode.commands.registerCommand("dbp.showCycles", () =>
    guarded(session, "show the cycles", () => showCycles(session)),
  );
}

async function showCycles(session: Session): Promise<void> {
  const folder = await folderOf();
  if (!folder) {
    return;
  }
  const found = await session.request<Cycles>("dbp/cycles", { ...named(folder), kind: "all" });
  if (found.cycles.length === 0) {
    const none = found.tooLong > 0 ? "" : `There are no cycles in ${folder.name}`;
    void inform(sentences("dbp:", none, capital(leftOut(found))));
    return;
  }
  const edge = await chosen(session, found, folder);
  if (edge) {
    await openAt(vscode.Uri.joinPath(folder.uri, edge.declaredIn), edge.line);
  }
}

const EACH: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("list-tree"),
  tooltip: "Choose one of its references",
};

/** Lets a person choose a circle, or one reference of it; a circle is opened at its first one. */
function chosen(
  session: Session,
  found: Cycles,
  folder: vscode.WorkspaceFolder,
): Promise<Edge | undefined> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { cycle: Cycle }>();
  const missing = leftOut(found);
  pick.title = missing
    ? `dbp: Cycles in ${folder.name} (${missing})`
    : `dbp: Cycles in ${folder.name}`;
  pick.placeholder = "Open the first reference of a circle";
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.items = found.cycles.map((cycle) => ({
    ...chain(cycle),
    iconPath: new vscode.ThemeIcon("sync"),
    buttons: cycle.edges.length > 1 ? [EACH] : [],
    cycle,
  }));
  return new Promise<Edge | undefined>((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.cycle.edges[0]);
      pick.hide();
    });
    pick.onDidTriggerItemButton(({ item }) => {
      resolve(oneOf(session, item.cycle));
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

async function oneOf(session: Session, cycle: Cycle): Promise<Edge | undefined> {
  const items = cycle.edges.map((edge) => ({ ...link(edge), edge }));
  const picked = await guarded(session, "show the circle", async () =>
    vscode.window.showQuickPick(items, {
      title: `dbp: ${chain(cycle).label}`,
      placeHolder: "Open one of its references",
      matchOnDescription: true,
    }),
  );
  return picked?.edge;
}
