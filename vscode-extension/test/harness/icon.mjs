// Renders media/icon.svg as media/icon.png, which the Marketplace asks for.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openBrowser } from "./browser.mjs";
import { EXTENSION } from "./places.mjs";

const { page, close } = await openBrowser({ width: 128, height: 128 });
try {
  const svg = readFileSync(join(EXTENSION, "media/icon.svg"), "utf8");
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
  await page.screenshot({ path: join(EXTENSION, "media/icon.png"), omitBackground: true });
} finally {
  await close();
}
