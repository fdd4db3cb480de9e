// What is said and shown of Amazon Nova: consent, previews, estimates, and what is missing.
import assert from "node:assert/strict";
import test from "node:test";
import { given, read } from "../../src/nova/ask";
import { dollars, type Estimate, estimateText } from "../../src/nova/estimateText";
import { code, facts, fenced } from "../../src/nova/markdown";
import { type Preview, previewText } from "../../src/nova/previewText";
import { agreed, editorWords, nowhere, revoked } from "../../src/nova/words";
import type { Trust } from "../../src/protocol";

const TRUST: Trust = {
  consent: { provider: "bedrock", region: "eu-west-1", host: "h", at: "2026-11-22T12:00:00Z" },
  open: true,
  missing: [],
  provider: "bedrock",
  model: "amazon.nova-lite-v1:0",
  region: "eu-west-1",
  host: "h",
};

test("a yes, a no, and a yes that is not enough", () => {
  assert.match(agreed(TRUST, "shop").text, /are sent to amazon\.nova-lite-v1:0 in eu-west-1/);
  assert.match(agreed({ ...TRUST, consent: null, open: false }, "shop").text, /Nothing is changed/);
  const missing = ["llm.provider is none: set it to bedrock in your own settings"];
  const off = agreed({ ...TRUST, open: false, missing }, "shop");
  assert.match(
    off.text,
    /dbp\.llm\.provider is none: set it to bedrock\. Change it in your user settings\.$/,
  );
  assert.deepEqual(off.buttons, ["Open Settings"]);
});

test("where there is no place to agree to, all that is missing is said at once", () => {
  const missing = [
    "no AWS region is known: set llm.region",
    "you did not consent for this folder: dbp trust --cloud",
    "llm.provider is none: set it to bedrock in your own settings",
  ];
  const { text } = nowhere({ ...TRUST, consent: null, open: false, region: null, missing });
  assert.match(
    text,
    /set dbp\.llm\.region; dbp\.llm\.provider is none: set it to bedrock\. Change/,
  );
  assert.doesNotMatch(text, /consent/);
});

test("taking back says whether there was anything", () => {
  assert.match(revoked(true, "shop"), /any more/);
  assert.match(revoked(false, "shop"), /There was no consent/);
});

test("settings are named as the editor has them", () => {
  assert.equal(
    editorWords("you did not consent for this folder: dbp trust --cloud"),
    "you did not consent for this folder",
  );
  assert.equal(editorWords("set dbp.llm.region"), "set dbp.llm.region");
});

test("the editor's settings go along, and no others", () => {
  const settings = {
    llm: {
      region: { value: "eu-west-1", origin: "editor" },
      max_tokens: { value: 900, origin: "default" },
      never_send: { value: ["*.key"], origin: "editor" },
    },
    "": { log_level: { value: "info", origin: "editor" } },
  };
  assert.deepEqual(given({ settings }), [
    "--set",
    "llm.region=eu-west-1",
    "--set",
    'llm.never_send=["*.key"]',
    "--set",
    "log_level=info",
  ]);
});

test("what is printed is read, also where the verb found a problem", () => {
  assert.deepEqual(read({ code: 1, stdout: '{"a": 1}\n', stderr: "withheld" }), { a: 1 });
  const broken = { code: 2, stdout: "", stderr: "dbp: something\ndbp: error: no such file\n" };
  assert.throws(() => read(broken), /^Error: no such file$/);
  assert.throws(() => read({ code: 3, stdout: "", stderr: "" }), /ended with code 3/);
});

test("quoted text cannot end its fence, a path cannot end its code", () => {
  assert.deepEqual(fenced("```\nx\n````"), ["`````", "```\nx\n````", "`````"]);
  assert.equal(code("a`b"), "``a`b``");
  assert.equal(code("`a"), "`` `a ``");
  assert.deepEqual(facts([["Size", "1\nbyte"]]), ["- Size: 1 byte"]);
});

const PREVIEW: Preview = {
  path: "src/pump.py",
  withheld: null,
  redactions: 1,
  truncated: false,
  body: {
    system: [{ text: "You write." }],
    messages: [{ role: "user", content: [{ text: "```\nthe file" }] }],
  },
  bytes: 1234,
  tokens: { input: 300, output: 50 },
};

test("a preview shows every text of the request, and says that nothing was sent", () => {
  const text = previewText(PREVIEW);
  assert.match(text, /Nothing is sent by looking at this/);
  assert.match(text, /## Instructions\n\n```\nYou write\.\n```/);
  assert.match(text, /## Message \(user\)\n\n````\n```\nthe file\n````/);
  assert.match(text, /"text": "\(above\)"/);
  assert.match(text, /1,234 bytes/);
});

test("a file that is withheld shows the reason and nothing else", () => {
  const withheld = "it is on the list of files never sent (*.env)";
  const text = previewText({ ...PREVIEW, withheld, body: null });
  assert.match(text, /withheld\.\*\* It is on the list of files never sent \(\*\.env\)\./);
  assert.doesNotMatch(text, /Instructions/);
  assert.match(previewText({ ...PREVIEW, body: null }), /says everything itself/);
});

const ESTIMATE: Estimate = {
  model: "amazon.nova-lite-v1:0",
  files: 878,
  contents: 875,
  calls: 660,
  alreadyPaid: 0,
  nothingToAsk: 215,
  changedMeanwhile: 0,
  withheld: { files: 2, reasons: [{ reason: "it is secret", files: 2, paths: ["a", "b`c"] }] },
  truncated: 5,
  redactions: 27,
  inputTokens: 1954932,
  outputTokens: 258995,
  costUsd: 0.179455,
  price: { inputUsdPerMillion: 0.06, outputUsdPerMillion: 0.24, date: "2025-12", known: true },
  minutesAtRate: 4.43,
  daysAtDailyBudget: 3,
  exceedsTotalBudget: true,
};

test("an estimate says files, tokens, cost, what is withheld, and that nothing was sent", () => {
  const text = estimateText(ESTIMATE, "shop");
  assert.match(text, /\*\*Nothing was sent/);
  assert.match(text, /about 0\.1795 USD at the prices of 2025-12/);
  assert.match(text, /1,954,932 tokens in/);
  assert.match(text, /spreads it over 3 days/);
  assert.match(text, /It is secret: 2 files\n\n- `a`\n- ``b`c``/);
  const none = estimateText({ ...ESTIMATE, calls: 0, withheld: { files: 0, reasons: [] } }, "shop");
  assert.match(none, /nothing: there is nothing to ask/);
  assert.match(none, /No file is withheld/);
  assert.equal(dollars(0.00001), "less than 0.0001 USD");
  assert.equal(dollars(12.3456), "12.35 USD");
});
