// Opens one window: a fresh VS Code on a fresh workspace, with our extension, in a browser.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openBrowser } from "./browser.mjs";
import { environmentBelow, startCode } from "./code.mjs";
import { REPOSITORY } from "./places.mjs";
import { stage, stageNothing } from "./stage.mjs";
import { WINDOWS } from "./windows.mjs";
import { makeWorkspace } from "./workspace.mjs";

/** Hovers fade in. */
const FADE_MS = 400;
const DBP = join(REPOSITORY, ".venv/bin/dbp");

/** The address of the page: what it opens, and which extension and tests it loads. */
function address(url, query, { extension, tests }) {
  const page = new URL(url);
  const remote = (path) => `vscode-remote://${page.host}${path}`;
  const payload = [
    ["extensionDevelopmentPath", remote(extension)],
    ...(tests ? [["extensionTestsPath", remote(tests)]] : []),
    ["skipWelcome", "true"],
  ];
  for (const [name, value] of Object.entries(query)) {
    page.searchParams.set(name, value);
  }
  page.searchParams.set("payload", JSON.stringify(payload));
  return page.href;
}

/**
 * `given` are fields of windows.mjs to overrule, and: `code` folder of VS Code, `name` of the window,
 * `folder` to open instead of the window's workspace,
 * `tests` whether test/host is run, `vsix` a package to install instead of loading the sources,
 * `pictures` folder for them, `keep` leaves everything, `env` more for the tests.
 */
export async function openWindow(given) {
  const known = WINDOWS[given.name];
  if (!known) {
    throw new Error(`No window "${given.name}": ${Object.keys(WINDOWS).join(", ")}`);
  }
  const trusted = given.trusted ?? known.trusted;
  const server = given.server ?? known.server;
  const root = mkdtempSync(join(tmpdir(), "dbp-vscode-"));
  const pictures = resolve(given.pictures ?? join(REPOSITORY, ".vscode-test/pictures"));
  const closing = [];
  const close = async () => {
    for (const each of closing.reverse()) {
      await each();
    }
    if (!given.keep) {
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  try {
    const { folder, query } = given.folder
      ? { folder: given.folder, query: { folder: given.folder } }
      : makeWorkspace(known.workspace, join(root, "workspace"));
    const built = stage(join(root, "extension"));
    const state = join(root, "state");
    const code = await startCode(given.code, state, {
      trusted,
      vsix: given.vsix ? resolve(given.vsix) : undefined,
      env: environmentBelow(state, { HOST_DBP: DBP, ...given.env }),
      settings: {
        ...(server ? { "dbp.server.path": DBP } : {}),
        ...known.settings,
        ...given.settings,
      },
    });
    closing.push(code.stop);
    const { page, close: closeBrowser } = await openBrowser(given.size);
    closing.push(closeBrowser);
    const exited = new Promise((done) => page.exposeFunction("codeAutomationExit", done));
    await page.exposeFunction("codeAutomationLog", () => undefined);
    await page.goto(
      address(code.url, query, {
        extension: given.vsix ? stageNothing(join(root, "nothing")) : built.extension,
        tests: given.tests ? built.tests : undefined,
      }),
      { waitUntil: "domcontentloaded" },
    );
    return {
      page,
      root,
      folder,
      close,
      async picture(name) {
        mkdirSync(pictures, { recursive: true });
        const file = join(pictures, `${name}.png`);
        await page.waitForTimeout(FADE_MS);
        await page.screenshot({ path: file });
        return file;
      },
      /** The exit code of the tests, or nothing when they are not over in time. */
      finished: (ms) => Promise.race([exited, new Promise((late) => setTimeout(late, ms).unref())]),
    };
  } catch (error) {
    await close();
    throw error;
  }
}
