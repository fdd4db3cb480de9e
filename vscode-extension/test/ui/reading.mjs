// What is shown where people look: cards, findings, quick fixes, problems.
import assert from "node:assert/strict";

export const window = "project";

export async function drive(screen) {
  await screen.ready();
  await screen.open("worker.py");

  const header = await screen.hover("Runs tasks one at a time", "Runs", /worker\.py/);
  assert.match(header, /Runs tasks one at a time\.[\s\S]*One thing only[\s\S]*doc\/DESIGN\.md ✓/);
  await screen.picture("header-hover");

  const symbol = await screen.hover("def run", "run", /Run one task to its end/);
  assert.match(symbol, /retries[\s\S]*How often it is tried again/);
  await screen.picture("symbol-hover");

  await screen.open("broken.py");
  await screen.see(".monaco-editor .squiggly-warning");
  const finding = await screen.hover("codebase: doc/DESING", "DESING", /Did you mean/);
  assert.match(finding, /doc\/DESIGN\.md/);
  await screen.picture("finding");

  await screen.away();
  await screen.page.locator(".view-line", { hasText: "doc/DESING" }).first().click();
  await screen.press("End", "ArrowLeft", "Control+.");
  await screen.see(".action-widget .monaco-list-row", /DESIGN\.md/);
  await screen.picture("quick-fix");
  await screen.press("Enter");
  await screen.see(".monaco-editor .view-line", "codebase: doc/DESIGN.md");

  await screen.press("Control+Shift+M");
  await screen.see(".markers-panel .monaco-list-row", /parameter/);
  await screen.picture("problems");
}
