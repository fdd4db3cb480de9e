// Makes a real VS Code that runs without a screen, for the tests, from npm and Debian packages.
//   node test/harness/setup.mjs [FOLDER] [RELEASE]    by default .vscode-test and 1.99
// It is the server of VS Code (Code - OSS) as the npm package code-server carries it, started
// directly; beside it Chromium and ripgrep from Debian. What is there already is left alone.
// Exit code 0: it is there; 77: it cannot be had on this machine, and why.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium, codeFolder, codeParts, missing, RELEASES, SKIPPED } from "./places.mjs";

const say = (text) => process.stderr.write(`vscode-test: ${text}\n`);

/** It cannot be done here. */
class Impossible extends Error {}

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: "utf8", ...options });
  if (done.status !== 0) {
    const said = `${done.error ?? ""}${done.stdout ?? ""}${done.stderr ?? ""}`.trim();
    throw new Impossible(`${command} ${args.join(" ")}\n${said.split("\n").slice(-8).join("\n")}`);
  }
  return done.stdout.trim();
}

const has = (command) => spawnSync("which", [command]).status === 0;

/** Chromium, and the ripgrep that VS Code would bring along. */
function debian() {
  const wanted = [
    ...(existsSync(chromium()) ? [] : ["chromium"]),
    ...(has("rg") ? [] : ["ripgrep"]),
  ];
  if (wanted.length === 0) {
    return;
  }
  if (!has("apt-get") || process.getuid() !== 0) {
    throw new Impossible(
      `missing: ${wanted.join(", ")}. On Debian: sudo apt-get install ${wanted.join(" ")}`,
    );
  }
  say(`apt-get install ${wanted.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-qq"], { env });
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...wanted], { env });
}

function npmInstall(folder, ...packages) {
  const flags = ["--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  run("npm", ["install", ...flags, ...packages], { cwd: folder });
}

/** VS Code 1.99 needs a Node 20: one of its own where this is another. */
function nodePackage(release) {
  const own = Number(process.versions.node.split(".")[0]);
  return own === release.node ? [] : [`node-linux-${process.arch}@${release.node}`];
}

/** What code-server's own installation does, without its downloads. */
function vscode(folder, release) {
  const stamp = join(folder, ".ready");
  const wanted = [release.package, ...nodePackage(release)].join(" ");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
    return;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "name": "vscode-test", "private": true }\n');
  say(wanted);
  npmInstall(folder, ...wanted.split(" "));
  const { root } = codeParts(folder);
  say("VS Code's own packages");
  npmInstall(root);
  const ripgrep = join(root, "node_modules/@vscode/ripgrep");
  if (existsSync(ripgrep)) {
    mkdirSync(join(ripgrep, "bin"), { recursive: true });
    symlinkSync(run("which", ["rg"]), join(ripgrep, "bin/rg"));
  }
  symlinkSync("node_modules", join(root, "node_modules.asar"));
  writeFileSync(stamp, wanted);
}

function main([destination, name = "1.99"]) {
  const release = RELEASES[name];
  if (!release) {
    say(`no release "${name}": ${Object.keys(RELEASES).join(", ")}`);
    return 2;
  }
  const folder = destination ? join(resolve(destination), name) : codeFolder(name);
  try {
    if (process.platform !== "linux") {
      throw new Impossible("this VS Code is for Linux");
    }
    debian();
    vscode(folder, release);
    const lacking = missing(folder);
    if (lacking.length > 0) {
      throw new Impossible(`missing: ${lacking.join(", ")}`);
    }
  } catch (error) {
    if (!(error instanceof Impossible)) {
      throw error;
    }
    say(`SKIPPED: no VS Code to test in. ${error.message}`);
    return SKIPPED;
  }
  const { root, node } = codeParts(folder);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  say(`VS Code ${version} on node ${run(node, ["-v"])} in ${folder}`);
  return 0;
}

process.exitCode = main(process.argv.slice(2));
