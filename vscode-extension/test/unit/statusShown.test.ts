// The status at length: tooltip, list, health page and debug information.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Status } from "../../src/protocol";
import { debugPage, withoutHome } from "../../src/status/debug";
import { factsOf } from "../../src/status/facts";
import { healthPage } from "../../src/status/page";
import { pictureOf } from "../../src/status/picture";
import { rowsOf } from "../../src/status/rows";
import { plain, tooltipOf } from "../../src/status/tooltip";
import { type Parts, seen, status } from "./statuses";

test("no server: the problem is the detail, and remedies are what can be done", () => {
  const problem = {
    message: "The dbp server is not installed yet.",
    detail:
      "Looked at:\n- PATH: no dbp is on it\n- the private environment: nothing was installed yet",
    remedies: [{ title: "Install Server", command: "dbp.installServer" }],
  };
  const none = seen({ state: "missing", problem, server: undefined, statuses: [] });
  const picture = pictureOf(none);
  assert.equal(picture.severity, "error");
  assert.equal(picture.detail, problem.message);
  const rows = rowsOf(none, picture);
  assert.ok(
    rows.some((row) => row.label === "$(dash) PATH" && row.description === "no dbp is on it"),
  );
  assert.ok(rows.some((row) => row.command === "dbp.installServer"));
  assert.match(tooltipOf(none, picture), /\[Install Server\]\(command:dbp\.installServer\)/);
});

test("the facts of a folder: who keeps it, how it is watched, what is sent and what that cost", () => {
  const texts = (parts: Parts) => factsOf(status(parts)).map((one) => one.text);
  assert.deepEqual(texts({}), [
    "Up to date",
    "4,211 files indexed",
    "Watches (inotify), 312 folders",
    "This window keeps the record",
    "Local: nothing is sent anywhere",
  ]);
  const nova = {
    provider: "bedrock",
    model: "amazon.nova-lite-v1:0",
    egress: true,
    costUsd: 0.0123,
  } as const;
  const other = texts({ role: "follower", extraction: nova, files: { pending: 12, failed: 1 } });
  assert.ok(other.includes("12 files waiting"));
  assert.ok(other.includes("1 file could not be read"));
  assert.ok(other.includes("Amazon Nova: amazon.nova-lite-v1:0, $0.0123 so far"));
  assert.ok(other.some((text) => text.startsWith("Another window")));
  assert.ok(
    texts({ extraction: { ...nova, egress: false } }).some((text) =>
      /nothing of this folder is sent/.test(text),
    ),
  );
  assert.ok(
    texts({ watcher: { backend: "polling", directories: 0 } }).some((text) => /polling/.test(text)),
  );
});

test("the list: every folder, and pause or resume, whichever can be done", () => {
  const commands = (state: Status["state"]) => {
    const all = seen({ statuses: [status({ state })] });
    return rowsOf(all, pictureOf(all)).map((row) => row.command);
  };
  assert.ok(commands("idle").includes("dbp.pause") && !commands("idle").includes("dbp.resume"));
  assert.ok(commands("paused").includes("dbp.resume") && !commands("paused").includes("dbp.pause"));
  const restricted = seen({ trusted: false });
  const rows = rowsOf(restricted, pictureOf(restricted));
  assert.ok(rows.some((row) => row.label.includes("Restricted Mode")));
  assert.match(pictureOf(restricted).detail, /Restricted Mode/);
});

test("texts of files cannot become links, icons or HTML of the tooltip", () => {
  const evil = "[x](command:evil) <img src=y> $(bug) `z` **b**";
  const words = plain(evil);
  assert.ok(!/(^|[^\\])[[\]()`*$]/.test(words), words);
  assert.ok(!words.includes("<"));
  // The editor looks for icons when the marks of Markdown are gone.
  assert.ok(!words.replaceAll("\\", "").includes("$("), words);
  const all = seen({ statuses: [status({ reasons: [evil] })] });
  assert.ok(!tooltipOf(all, pictureOf(all)).includes("](command:evil)"));
});

test("health: what is wrong first, each with what was found", () => {
  const page = healthPage("shop", {
    status: "degraded",
    checks: [
      { name: "record", status: "healthy", detail: "/x/index.db" },
      { name: "watcher", status: "degraded", detail: "limit | reached: sudo sysctl -w x=1" },
    ],
  });
  assert.ok(page.indexOf("watcher") < page.indexOf("record"));
  assert.match(page, /⚠ \*\*It works, but not as it should\.\*\*/);
  assert.match(page, /limit \\\| reached/);
});

test("debug information: complete, without secrets and without the home folder", () => {
  const text = debugPage({
    seen: seen({ statuses: [status({ workspaceFolder: "file:///home/ann/shop" })] }),
    versions: [["VS Code", "1.99.3"]],
    settings: [
      { name: "dbp.llm.profile", value: "ann-at-work", where: "global" },
      { name: "dbp.scheduler.delay_seconds", value: 1, where: "workspace" },
    ],
    doctor: "✓ workspace: /home/ann/shop\n",
    home: "/home/ann",
  });
  assert.ok(!text.includes("/home/ann"), text);
  assert.ok(!text.includes("ann-at-work"));
  assert.match(text, /`dbp\.scheduler\.delay_seconds` = 1 \(workspace\)/);
  assert.match(text, /✓ workspace: ~\/shop/);
  assert.match(text, /0\.1\.0 from PATH: `~\/\.local\/bin\/dbp`/);
  assert.equal(
    withoutHome("/home/anna /home/ann file:///home/ann/x", "/home/ann"),
    "/home/anna ~ file://~/x",
  );
  const windows = withoutHome(
    '{"path": "C:\\\\Users\\\\Ann\\\\x"} file:///C:/Users/Ann/x',
    "C:\\Users\\Ann",
  );
  assert.ok(!windows.includes("Ann"), windows);
});
