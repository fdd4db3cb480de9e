// Where the parts of the harness stand, and what is missing of them.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const EXTENSION = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const REPOSITORY = dirname(EXTENSION);
/** The npm package that carries a release of VS Code, and the Node its native parts are made for. */
export const RELEASES = {
  1.99: { package: "code-server@4.99.4", node: 20 },
  1.139: { package: "code-server@4.139.1", node: 24 },
};
/** The exit code for "cannot be done here", as make and pytest read it. */
export const SKIPPED = 77;

/** The folder of a release of VS Code: `VSCODE_DIR` names another one. */
export function codeFolder(release = "1.99") {
  return resolve(process.env.VSCODE_DIR ?? join(REPOSITORY, ".vscode-test", release));
}

/** The parts of VS Code in its folder. */
export function codeParts(folder) {
  const modules = join(folder, "node_modules");
  const own = join(modules, `node-linux-${process.arch}/bin/node`);
  const root = join(modules, "code-server/lib/vscode");
  return {
    root,
    main: join(root, "out/server-main.js"),
    node: existsSync(own) ? own : process.execPath,
  };
}

/** Says what is not here, in words for people; empty when tests can run. */
export function missing(folder) {
  const wanted = [
    [codeParts(folder).main, "VS Code"],
    [join(codeParts(folder).root, "node_modules"), "VS Code's own packages"],
    [chromium(), "Chromium"],
    [join(EXTENSION, "node_modules/playwright-core"), "playwright-core: run npm ci"],
  ];
  return wanted.filter(([file]) => !existsSync(file)).map(([file, what]) => `${what} (${file})`);
}

export function chromium() {
  const known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return process.env.CHROMIUM ?? known.find((one) => existsSync(one)) ?? known[0];
}
