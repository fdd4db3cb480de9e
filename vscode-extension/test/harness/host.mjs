// Runs the tests of test/host inside a real VS Code.
//   node test/harness/host.mjs [--window project] [--suite a,b] [--vsix FILE] [--code FOLDER]
//                              [--folder FOLDER] [--settings JSON]
//                              [--untrusted] [--no-server] [--keep] [--pictures FOLDER] [--seconds 120]
// Exit code 0: all passed; 1: not; 77: there is no VS Code here, see setup.mjs.
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { openWindow } from "./open.mjs";
import { codeFolder, missing, SKIPPED } from "./places.mjs";

const { values } = parseArgs({
  options: {
    window: { type: "string", default: "project" },
    suite: { type: "string", default: "" },
    code: { type: "string" },
    folder: { type: "string" },
    settings: { type: "string", default: "{}" },
    vsix: { type: "string" },
    pictures: { type: "string" },
    seconds: { type: "string", default: "120" },
    untrusted: { type: "boolean", default: false },
    "no-server": { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});
const say = (text) => process.stdout.write(`${text}\n`);

/** Hears what the tests tell, one after the other; they wait until each is answered. */
async function hear(answer) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) {
      body += chunk;
    }
    await answer(JSON.parse(body)).catch((error) => say(`  ? ${error}`));
    response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

async function main() {
  const code = values.code ?? codeFolder();
  const lacking = missing(code);
  if (lacking.length > 0) {
    say(
      `SKIPPED: no VS Code to test in: ${lacking.join(", ")}. Set up: node test/harness/setup.mjs`,
    );
    return SKIPPED;
  }
  const begun = Date.now();
  let window;
  let failed = 0;
  const picture = (name) => window?.picture(name.replace(/[^\p{L}\p{N}]+/gu, "-"));
  const heard = await hear(async (told) => {
    if (told.kind === "test") {
      const mark = told.error ? "✗" : "✓";
      say(`  ${mark} ${told.suite}: ${told.name} (${told.seconds.toFixed(1)} s)`);
      if (told.error) {
        failed += 1;
        say(told.error.replace(/^/gm, "      "));
        say(`      picture: ${await picture(`failed-${told.suite}-${told.name}`)}`);
      }
    } else if (told.kind === "picture") {
      say(`    picture: ${await picture(told.name)}`);
    } else if (told.kind === "end") {
      say(`  ${told.passed} passed, ${told.failed} failed`);
    }
  });
  try {
    window = await openWindow({
      code,
      name: values.window,
      folder: values.folder,
      settings: JSON.parse(values.settings),
      vsix: values.vsix,
      pictures: values.pictures,
      keep: values.keep,
      trusted: values.untrusted ? false : undefined,
      server: values["no-server"] ? false : undefined,
      tests: true,
      env: {
        HOST_REPORT: heard.address,
        HOST_SUITES: values.suite,
        HOST_WINDOW: values.window,
        ...(process.env.HOST_SAME ? { HOST_SAME: process.env.HOST_SAME } : {}),
      },
    });
    say(`VS Code, window "${values.window}" (${seconds(begun)} s)`);
    const status = await window.finished(Number(values.seconds) * 1000);
    if (status === undefined) {
      say(`  the tests were not over after ${values.seconds} s; picture: ${await picture("hung")}`);
    }
    return status === 0 && failed === 0 ? 0 : 1;
  } finally {
    heard.close();
    await window?.close();
    say(`  ${seconds(begun)} s in all${values.keep ? `; kept: ${window?.root}` : ""}`);
  }
}

const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

process.exitCode = await main();
