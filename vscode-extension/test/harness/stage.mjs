// Puts the extension together in a folder of its own, so that runs side by side share nothing.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXTENSION } from "./places.mjs";

const SHIPPED = ["package.json", "media", "schema"];

/** Bundles into `folder`: the extension as VS Code loads it, and the tests beside it. */
export function stage(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of SHIPPED.filter((one) => existsSync(join(EXTENSION, one)))) {
    cpSync(join(EXTENSION, name), join(folder, name), { recursive: true });
  }
  const build = ["esbuild.mjs", "--tests", "--to", folder];
  const done = spawnSync(process.execPath, build, { cwd: EXTENSION, encoding: "utf8" });
  if (done.status !== 0) {
    throw new Error(`The extension cannot be built:\n${done.stdout}${done.stderr}`);
  }
  return { extension: folder, tests: join(folder, "out/host/run.js") };
}

/** Tests run only where an extension is in development: this one does nothing. */
export function stageNothing(folder) {
  mkdirSync(folder, { recursive: true });
  const manifest = {
    name: "nothing",
    publisher: "dbp",
    version: "0.0.1",
    engines: { vscode: "*" },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return folder;
}
