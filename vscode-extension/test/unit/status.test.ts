// The status items and alerts: icons, counts and severity, and what is told only once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Alerts, noticesOf, wanted } from "../../src/status/notices";
import { pictureOf } from "../../src/status/picture";
import { alert, type Parts, seen, status } from "./statuses";

test("the status bar: the count, and one icon for each state", () => {
  const bar = (parts: Parts) => pictureOf(seen({ statuses: [status(parts)] })).bar;
  assert.equal(bar({}), "$(book) dbp 4,211");
  assert.equal(bar({ state: "scanning" }), "$(sync~spin) dbp 4,211");
  assert.equal(bar({ state: "busy" }), "$(sync~spin) dbp 4,211");
  assert.equal(bar({ state: "paused" }), "$(debug-pause) dbp 4,211");
  assert.equal(bar({ state: "degraded", reasons: ["x"] }), "$(warning) dbp 4,211");
  assert.equal(bar({ watcher: { warning: "too many folders" } }), "$(warning) dbp 4,211");
  for (const state of ["missing", "failed", "starting", "stopped"] as const) {
    assert.match(pictureOf(seen({ state, statuses: [] })).bar, /^\$\([a-z~-]+\) dbp$/);
  }
});

test("several folders: their sum, and the state that matters most", () => {
  const statuses = [
    status(),
    status({ workspaceFolder: "file:///b", state: "busy", files: { indexed: 9, pending: 2 } }),
  ];
  const picture = pictureOf(seen({ statuses }));
  assert.equal(picture.bar, "$(sync~spin) dbp 4,220");
  assert.ok(picture.busy);
  assert.equal(picture.detail, "reading files, 2 files waiting, 2 folders");
  const worse = [
    ...statuses,
    status({ workspaceFolder: "file:///c", state: "degraded", reasons: ["the disk is full"] }),
  ];
  assert.equal(pictureOf(seen({ statuses: worse })).mood, "degraded");
  assert.equal(pictureOf(seen({ statuses: worse })).detail, "c: the disk is full");
});

test("the gravest thing is the detail of the item, with its severity", () => {
  const picture = pictureOf(
    seen({
      statuses: [
        status({ watcher: { warning: "sudo sysctl fs.inotify.max_user_watches=524288" } }),
      ],
    }),
  );
  assert.equal(picture.severity, "warning");
  assert.match(picture.detail, /sysctl/);
  const alerted = pictureOf(seen({ alerts: [alert({ severity: "error", message: "broken" })] }));
  assert.equal(alerted.severity, "error");
  assert.equal(alerted.detail, "broken: start the server again");
  assert.equal(
    pictureOf(seen({ statuses: [status({ files: { failed: 2 } })] })).severity,
    "information",
  );
});

test("what is to be said of all folders is said once, without their names", () => {
  const reasons = ["scheduler.delay_seconds: 999 is not allowed"];
  const [a, b] = ["file:///a", "file:///b"].map((workspaceFolder) =>
    status({ workspaceFolder, reasons }),
  );
  assert.ok(a && b);
  assert.deepEqual(
    pictureOf(seen({ statuses: [a, b] })).notices.map((one) => one.text),
    reasons,
  );
  const some = pictureOf(seen({ statuses: [a, b, status()] }));
  assert.equal(some.detail, `a, b: ${reasons[0]}`);
});

test("reasons are notices, and the watcher's warning is said once", () => {
  const warning = "7 folders are not watched: sudo sysctl …";
  const notices = noticesOf(
    status({ state: "degraded", reasons: [warning], watcher: { warning } }),
  );
  assert.deepEqual(notices, [{ severity: "warning", text: warning }]);
  const none = noticesOf({
    ...status({ state: "degraded", reasons: ["damaged"] }),
    database: null,
  });
  assert.deepEqual(none, [{ severity: "error", text: "damaged" }]);
  const big = noticesOf(status({ reasons: ["this is your home folder: open a project"] }));
  assert.equal(big[0]?.severity, "warning");
  const rests = noticesOf(
    status({
      extraction: { provider: "bedrock", egress: true, state: "budget_exhausted", reason: null },
    }),
  );
  assert.equal(rests[0]?.text, "Amazon Nova rests: budget exhausted");
});

test("alerts: told once while they last, gone when they are over", () => {
  const alerts = new Alerts();
  assert.ok(alerts.take(alert()));
  assert.ok(!alerts.take(alert()));
  assert.ok(alerts.take(alert({ code: "service_failed", service: "sync" })));
  assert.equal(alerts.list().length, 2);
  assert.ok(!alerts.take(alert({ cleared: true })));
  assert.equal(alerts.list().length, 1);
  assert.ok(alerts.take(alert()));
});

test("notifications: nothing unless it is wanted", () => {
  assert.ok(!wanted("off", "error") && !wanted(undefined, "error") && !wanted("what", "error"));
  assert.ok(wanted("onError", "error") && !wanted("onError", "warning"));
  assert.ok(wanted("onWarning", "warning") && !wanted("onWarning", "information"));
  assert.ok(wanted("always", "information"));
});
