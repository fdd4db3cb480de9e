// From nothing to the first hover: the server is installed on a click, from the package (--vsix).
import assert from "node:assert/strict";

export const window = "missing";
/** Python packages come over the network. */
const INSTALL_MS = 240_000;

export async function drive(screen) {
  const begun = Date.now();
  await screen.see(".monaco-workbench .part.statusbar");
  await (await screen.see(".notification-toast .monaco-button", "Install Server")).click();
  await screen.see(".notification-toast", /dbp/);
  await screen.picture("installing");
  await screen.ready(INSTALL_MS);
  screen.say(`the server runs after ${((Date.now() - begun) / 1000).toFixed(0)} s`);
  await screen.picture("installed");

  await screen.open("worker.py");
  const header = await screen.hover("Runs tasks one at a time", "Runs", /worker\.py/);
  assert.match(header, /Runs tasks one at a time\./);
  await screen.picture("first-hover");
}
