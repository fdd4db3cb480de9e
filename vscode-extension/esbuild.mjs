// Bundles the extension and its webview into dist/, and with --tests the tests into out/.
//   node esbuild.mjs [--tests] [--to FOLDER]     FOLDER: where dist/ and out/ go, by default here
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { notices } from "./scripts/notices.mjs";

const { tests, to } = parseArgs({
  options: { tests: { type: "boolean", default: false }, to: { type: "string", default: "." } },
}).values;
const shared = {
  bundle: true,
  sourcemap: tests ? "inline" : false,
  minify: !tests,
  legalComments: "none", // they stand in dist/NOTICES.txt
  metafile: true,
  logLevel: "warning",
};
const node = { ...shared, platform: "node", target: "node20", format: "cjs", external: ["vscode"] };

/** Lists the entry points in a folder: files whose names end with `.test.ts`. */
function entries(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isFile() && one.name.endsWith(".test.ts"))
    .map((one) => join(folder, one.name));
}

const dist = join(to, "dist");
const out = join(to, "out");
rmSync(dist, { recursive: true, force: true });
const extension = await build({
  ...node,
  entryPoints: ["src/extension.ts"],
  outfile: join(dist, "extension.js"),
});
const graph = await build({
  ...shared,
  platform: "browser",
  target: "es2022",
  format: "iife",
  entryPoints: ["src/graph/webview/main.ts"],
  outfile: join(dist, "graph.js"),
});
writeFileSync(join(dist, "NOTICES.txt"), notices([extension.metafile, graph.metafile]));
if (tests) {
  rmSync(out, { recursive: true, force: true });
  await build({ ...node, entryPoints: entries("test/unit"), outdir: join(out, "unit") });
  await build({ ...node, entryPoints: ["test/host/run.ts"], outfile: join(out, "host/run.js") });
}
