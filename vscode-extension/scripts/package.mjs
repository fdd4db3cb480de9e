// Makes dbp-VERSION.vsix: the bundles, the wheel of the server, the licences, and nothing else.
//   node scripts/package.mjs [--out FILE]
// A warning of vsce is an error.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const EXTENSION = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const REPOSITORY = dirname(EXTENSION);
const { name, version } = JSON.parse(readFileSync(join(EXTENSION, "package.json"), "utf8"));
const { out } = parseArgs({
  options: { out: { type: "string", default: join(EXTENSION, `${name}-${version}.vsix`) } },
}).values;

function run(command, ...args) {
  const done = spawnSync(command, args, { cwd: EXTENSION, encoding: "utf8" });
  const said = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error ?? ""}`;
  if (done.status !== 0) {
    throw new Error(`${command} ${args.join(" ")}\n${said}`);
  }
  return said;
}

/** The server this package installs on a click: of the same version, or it is not built at all. */
function wheel() {
  const folder = join(EXTENSION, "server");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const python = join(REPOSITORY, ".venv/bin/python");
  run(python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, REPOSITORY);
  const made = readdirSync(folder);
  if (made.length !== 1 || !made[0].includes(`-${version}-`)) {
    throw new Error(`The extension is ${version}, but the server is ${made}`);
  }
}

/** The page of the extension: no address says where its pictures lie, so they are put into it. */
function page(file) {
  const text = readFileSync(join(EXTENSION, "README.md"), "utf8");
  const inlined = text.replaceAll(/(!\[[^\]]*\])\((media\/[\w-]+\.png)\)/g, (_, title, picture) => {
    const bytes = readFileSync(join(EXTENSION, picture)).toString("base64");
    return `${title}(data:image/png;base64,${bytes})`;
  });
  writeFileSync(join(EXTENSION, file), inlined);
}

const licence = join(EXTENSION, "LICENSE");
const readme = "dist/README.md"; // vsce wants it relative
try {
  wheel();
  run(process.execPath, "esbuild.mjs");
  copyFileSync(join(REPOSITORY, "LICENSE"), licence);
  page(readme);
  const vsce = join(EXTENSION, "node_modules/@vscode/vsce/vsce");
  const options = [
    "--no-dependencies",
    "--allow-missing-repository",
    "--no-rewrite-relative-links",
  ];
  const said = run(
    process.execPath,
    vsce,
    "package",
    ...options,
    "--readme-path",
    readme,
    "--out",
    resolve(out),
  );
  process.stdout.write(said);
  if (/warn/i.test(said)) {
    throw new Error("vsce warns, see above");
  }
} finally {
  rmSync(join(EXTENSION, "server"), { recursive: true, force: true }); // in a checkout it would age
  rmSync(licence, { force: true });
  rmSync(join(EXTENSION, readme), { force: true });
}
