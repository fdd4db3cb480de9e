// Statuses for tests: one that is well, with what a test changes.
import type { Alert, Status } from "../../src/protocol";
import type { Seen } from "../../src/status/picture";

export type Parts = {
  [K in keyof Status]?: Status[K] extends object | null
    ? Partial<NonNullable<Status[K]>>
    : Status[K];
};

export function status(parts: Parts = {}): Status {
  const base: Status = {
    protocolVersion: 1,
    version: "0.1.0",
    workspaceFolder: "file:///work/shop",
    state: "idle",
    reasons: [],
    role: "leader",
    running: true,
    throttled: false,
    files: { indexed: 4211, pending: 0, failed: 0, excluded: 3 },
    queue: { size: 0, capacity: 1000 },
    watcher: { backend: "inotify", directories: 312, warning: null },
    extraction: {
      provider: "local",
      model: null,
      egress: false,
      state: "ok",
      reason: null,
      costUsd: 0,
    },
    database: { library: "SQLite", path: "/x", sizeBytes: 1 },
    lastScan: null,
  };
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(parts)) {
    const before = merged[key];
    const both = before && value && typeof value === "object" && !Array.isArray(value);
    merged[key] = both ? { ...(before as object), ...value } : value;
  }
  return merged as unknown as Status;
}

export function seen(more: Partial<Seen> = {}): Seen {
  return {
    state: "running",
    problem: undefined,
    server: { command: "/home/ann/.local/bin/dbp", args: [], version: "0.1.0", origin: "PATH" },
    statuses: [status()],
    alerts: [],
    trusted: true,
    folders: [{ uri: "file:///work/shop", name: "shop" }],
    ...more,
  };
}

export const alert = (more: Partial<Alert> = {}): Alert => ({
  code: "watcher",
  severity: "warning",
  message: "the watcher stopped",
  hint: "start the server again",
  at: "2026-11-22T10:00:00Z",
  cleared: false,
  ...more,
});
