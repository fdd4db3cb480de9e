// The windows that tests run in: each is one start of VS Code with a state of its own.

/**
 * - `workspace`: what is opened, see workspace.mjs.
 * - `trusted`: false leaves workspace trust on and not granted.
 * - `server`: false leaves VS Code without any dbp.
 * - `settings`: the user's settings beside those of every window.
 */
export const WINDOWS = {
  project: { workspace: "project", trusted: true, server: true, settings: {} },
  answers: { workspace: "project", trusted: true, server: true, settings: {} },
  server: { workspace: "project", trusted: true, server: true, settings: {} },
  dying: { workspace: "project", trusted: true, server: true, settings: {} },
  multi: { workspace: "multi", trusted: true, server: true, settings: {} },
  empty: { workspace: "empty", trusted: true, server: true, settings: {} },
  untrusted: { workspace: "hostile", trusted: false, server: true, settings: {} },
  missing: { workspace: "project", trusted: true, server: false, settings: {} },
};
