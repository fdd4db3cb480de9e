// A headless Chromium for the page of VS Code.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as engine } from "playwright-core";
import { chromium } from "./places.mjs";

export async function openBrowser({ width = 1280, height = 800 } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "dbp-chromium-"));
  const context = await engine.launchPersistentContext(profile, {
    executablePath: chromium(),
    headless: true,
    viewport: { width, height },
    permissions: ["clipboard-read", "clipboard-write"],
    args: [
      "--no-sandbox", // as root, e.g. in a container, it does not start with one
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return {
    page: context.pages()[0] ?? (await context.newPage()),
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
