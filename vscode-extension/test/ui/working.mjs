// What is shown of the whole folder: status, views, search, graph.
import assert from "node:assert/strict";

export const window = "project";

export async function drive(screen) {
  await screen.ready();
  await screen.open("worker.py");

  await screen.command("dbp: Show Status");
  await screen.see(".quick-input-list .monaco-list-row");
  await screen.picture("status-list");
  await screen.dismiss();

  await screen.command("dbp: Search Documentation");
  await screen.see(".quick-input-widget .quick-input-box input");
  await screen.page.keyboard.type("read an entry");
  await screen.see(".quick-input-list .monaco-list-row.focused", "load");
  await screen.picture("search");
  await screen.press("Enter");
  await screen.see(".tab.active", "store.py");

  await screen.command("dbp: Show References of This File");
  const graph = screen.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  await graph.getByText("worker.py").first().waitFor();
  await screen.picture("graph");

  await (await screen.see(".activitybar .action-label[aria-label^='dbp']")).click();
  await screen.see(".pane-body .monaco-list-row", /doc/);
  const jobs = await screen.see(".pane-header", /jobs/i);
  if ((await jobs.getAttribute("aria-expanded")) === "false") {
    await jobs.click();
  }
  await screen.command("dbp: Refresh Index");
  await screen.see(".pane-body .monaco-list-row", /refresh/i);
  await screen.picture("views");

  await screen.command("View: Close All Editors");
  await screen.command("dbp: Get Started");
  await screen.see(".gettingStartedContainer", /dbp/);
  await screen.picture("walkthrough");
  const steps = await screen.page.locator(".gettingStartedContainer .getting-started-step").count();
  assert.equal(steps, 4);
}
