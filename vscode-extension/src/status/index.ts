// Status: the items, the list, the notifications, and the commands around them.
import * as vscode from "vscode";
import type { Session } from "../session";
import { Items } from "./items";
import { StatusList } from "./list";
import { Alerts } from "./notices";
import { Notifications } from "./notify";
import { registerOpen } from "./open";
import { Pages } from "./pages";
import { pictureOf } from "./picture";
import { seenNow } from "./seen";

/** Shows the status until it is disposed of, and tells of problems and alerts as they come. */
export function registerStatus(session: Session): vscode.Disposable {
  const [alerts, items, list, pages] = [new Alerts(), new Items(), new StatusList(), new Pages()];
  const notifications = new Notifications(session);
  const show = () => {
    const seen = seenNow(session, alerts);
    const picture = pictureOf(seen);
    items.show(seen, picture);
    list.update(seen, picture);
  };
  const changed = () => {
    if (session.state !== "running") {
      alerts.clear(); // a new server tells its own
    }
    if (session.problem && (session.state === "missing" || session.state === "failed")) {
      notifications.problem(session.problem);
    }
    show();
  };
  changed();
  return vscode.Disposable.from(
    items,
    list,
    pages,
    registerOpen(session, pages, () => seenNow(session, alerts)),
    vscode.commands.registerCommand("dbp.showStatus", () => {
      const seen = seenNow(session, alerts);
      list.show(seen, pictureOf(seen));
    }),
    session.onDidChangeState(changed),
    session.onDidChangeStatus(show),
    session.onDidAlert((alert) => {
      if (alerts.take(alert)) {
        notifications.alert(alert);
      }
      show();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(show),
    vscode.workspace.onDidGrantWorkspaceTrust(show),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("dbp.statusBar.enabled")) {
        show();
      }
    }),
  );
}
