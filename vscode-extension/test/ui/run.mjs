// Drives VS Code by mouse and keyboard, and keeps pictures of what was seen.
//   node test/ui/run.mjs [reading|working|missing|installing …] [--theme dark|light] [--vsix FILE] [--code FOLDER]
// Exit code 0: all was seen; 1: not; 77: there is no VS Code here, see test/harness/setup.mjs.
import { parseArgs } from "node:util";
import { openWindow } from "../harness/open.mjs";
import { codeFolder, missing, SKIPPED } from "../harness/places.mjs";
import * as installing from "./installing.mjs";
import * as absent from "./missing.mjs";
import * as reading from "./reading.mjs";
import { Screen } from "./screen.mjs";
import * as working from "./working.mjs";

/** `installing` takes Python packages from the network: it is run when it is named. */
const DRIVES = { reading, working, missing: absent, installing };
const USUAL = ["reading", "working", "missing"];
const THEMES = { dark: "Default Dark Modern", light: "Default Light Modern" };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    theme: { type: "string" },
    vsix: { type: "string" },
    code: { type: "string" },
    pictures: { type: "string" },
  },
});
const say = (text) => process.stdout.write(`  ${text}\n`);

/** Runs one drive in a window of its own; gives whether all was seen. */
async function one(name, theme, code) {
  const begun = Date.now();
  const drive = DRIVES[name];
  const window = await openWindow({
    code,
    name: drive.window,
    vsix: values.vsix,
    pictures: values.pictures,
    size: { width: 1200, height: 750 },
    settings: { "workbench.colorTheme": THEMES[theme] },
  });
  const over = (mark) =>
    say(`${mark} ${name}, ${theme} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  try {
    await drive.drive(new Screen(window, theme, say));
    over("✓");
    return true;
  } catch (error) {
    over("✗");
    say(String(error.stack).replaceAll("\n", "\n    "));
    say(`picture: ${await window.picture(`failed-${name}-${theme}`)}`);
    return false;
  } finally {
    await window.close();
  }
}

async function main() {
  const code = values.code ?? codeFolder();
  const lacking = missing(code);
  if (lacking.length > 0) {
    say(`SKIPPED: no VS Code to test in: ${lacking.join(", ")}`);
    return SKIPPED;
  }
  let good = true;
  for (const name of positionals.length > 0 ? positionals : USUAL) {
    for (const theme of values.theme ? [values.theme] : Object.keys(THEMES)) {
      good = (await one(name, theme, code)) && good;
    }
  }
  return good ? 0 : 1;
}

process.exitCode = await main();
