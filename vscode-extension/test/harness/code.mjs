// A real VS Code with a state of its own: its server, started directly under node.
import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { codeParts } from "./places.mjs";

const SETTINGS = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "workbench.reduceMotion": "on",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};
const START_MS = 30_000;
const STOP_MS = 5_000;

/** What VS Code and the server below it see: nothing of this machine's user, and no dbp on PATH. */
export function environmentBelow(state, extra = {}) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(DBP|VSCODE|XDG|HOST)_/.test(name),
  );
  const path = (process.env.PATH ?? "").split(delimiter);
  return {
    ...Object.fromEntries(kept),
    PATH: path.filter((folder) => !existsSync(join(folder, "dbp"))).join(delimiter),
    EXTENSIONS_GALLERY: "{}", // it would look for one
    XDG_CONFIG_HOME: join(state, "xdg/config"),
    XDG_DATA_HOME: join(state, "xdg/data"),
    XDG_CACHE_HOME: join(state, "xdg/cache"),
    DBP_STATE_DIR: join(state, "dbp/state"),
    DBP_CACHE_DIR: join(state, "dbp/cache"),
    DBP_CONFIG_DIR: join(state, "dbp/config"),
    ...extra,
  };
}

/** Writes the user's settings: VS Code reads some of them from the machine's file only. */
function writeSettings(state, settings) {
  for (const scope of ["User", "Machine"]) {
    mkdirSync(join(state, "data", scope), { recursive: true });
    const text = JSON.stringify({ ...SETTINGS, ...settings }, null, 2);
    writeFileSync(join(state, "data", scope, "settings.json"), text);
  }
}

function install(command, vsix, env) {
  const [node, ...args] = [...command, "--install-extension", vsix];
  const done = spawnSync(node, args, { env, encoding: "utf8" });
  if (done.status !== 0 || !/successfully installed/.test(done.stdout)) {
    throw new Error(`${vsix} was not installed: ${done.stdout}${done.stderr}`);
  }
}

/** Starts it and waits until it listens: `{ url, stop() }`. */
export async function startCode(folder, state, { trusted, settings, env, vsix }) {
  const { node, main } = codeParts(folder);
  mkdirSync(state, { recursive: true });
  const trust = trusted
    ? { "security.workspace.trust.enabled": false }
    : {
        "security.workspace.trust.enabled": true,
        "security.workspace.trust.startupPrompt": "never",
      };
  writeSettings(state, { ...trust, ...settings });
  const command = [node, main, "--server-data-dir", state, "--disable-telemetry"];
  if (vsix) {
    install(command, vsix, env);
  }
  const child = spawn(
    node,
    [
      ...command.slice(1),
      ...["--host", "127.0.0.1", "--port", "0", "--without-connection-token"],
      "--enable-smoke-test-driver", // newer ones ignore the tests named in the page's address without it
      ...(trusted ? ["--disable-workspace-trust"] : []),
    ],
    // a process group of its own: VS Code forks, and all of it is ended together
    { env, detached: true, stdio: ["ignore", "pipe", "pipe"] },
  );
  const url = await listening(child, createWriteStream(join(state, "server.log")));
  return { url, stop: () => stop(child) };
}

function listening(child, log) {
  return new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk) => {
      log.write(chunk);
      text += chunk;
      const found = /Extension host agent listening on (\d+)/.exec(text);
      if (found) {
        resolve(`http://127.0.0.1:${found[1]}/`);
      }
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", (code) => reject(new Error(`VS Code ended with ${code}: ${text}`)));
    const late = () => reject(new Error(`VS Code does not listen after ${START_MS} ms: ${text}`));
    setTimeout(late, START_MS).unref();
  });
}

async function stop(child) {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const late = new Promise((resolve) => setTimeout(resolve, STOP_MS).unref());
  try {
    process.kill(-child.pid, "SIGTERM");
    await Promise.race([gone, late]);
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // the group is gone
  }
}
