// What somebody sees who has no server yet.

export const window = "missing";

export async function drive(screen) {
  await screen.see(".monaco-workbench .part.statusbar");
  await (await screen.see(".activitybar .action-label[aria-label^='dbp']")).click();
  await screen.see(".welcome-view-content .monaco-button", /Install/);
  await screen.picture("missing");
}
