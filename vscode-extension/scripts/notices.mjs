// The licences of what is bundled: each package that esbuild took something from.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder of the package a bundled file belongs to, or nothing for a file of ours. */
function packageOf(file) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  if (file === undefined || !existsSync(join(folder, file))) {
    throw new Error(`${name} has no licence file: it cannot be bundled`);
  }
  const text = readFileSync(join(folder, file), "utf8").trim();
  return `${name} ${version} (${license})\n${"-".repeat(60)}\n${text}\n`;
}

/** The text of dist/NOTICES.txt, from what esbuild says it put into the bundles. */
export function notices(metafiles) {
  const files = metafiles.flatMap((one) => Object.values(one.outputs)).flatMap(bundled);
  const folders = [...new Set(files.map(packageOf).filter(Boolean))].sort();
  return `dbp contains parts of these packages.\n\n${folders.map(notice).join("\n\n")}`;
}

/** What was really taken: files of which nothing was used are listed with no bytes. */
function bundled(output) {
  const inputs = Object.entries(output.inputs);
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
}
