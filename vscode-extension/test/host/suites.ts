// The suites of tests that run inside VS Code, and the window each of them runs in.
import * as commands from "./commands";
import * as discovery from "./discovery";
import { suite as dying } from "./dying";
import { suite as graph } from "./graph";
import * as nova from "./nova";
import { suite as same } from "./same";
import * as search from "./search";
import * as session from "./session";
import { suite as smoke } from "./smoke";
import { suite as status } from "./status";
import { suite as views } from "./views";

export type Suite = Record<string, () => Promise<void>>;

/**
 * Names of test/harness/windows.mjs. In `server` and `dying` the server is stopped, starved and killed.
 * One window's tests take 40 s at most: tests/editors/test_vscode.py gives it a minute.
 */
export type Window =
  | "project"
  | "answers"
  | "server"
  | "dying"
  | "multi"
  | "empty"
  | "untrusted"
  | "missing";

/** In this order. */
export const SUITES: Record<string, { window: Window; tests: Suite }> = {
  smoke: { window: "project", tests: smoke },
  commands: { window: "project", tests: commands.suite },
  graph: { window: "project", tests: graph },
  views: { window: "project", tests: views },
  search: { window: "answers", tests: search.suite },
  nova: { window: "answers", tests: nova.suite },
  same: { window: "answers", tests: same },
  status: { window: "answers", tests: status },
  session: { window: "server", tests: session.suite },
  dying: { window: "dying", tests: dying },
  discovery: { window: "server", tests: discovery.suite },
  searches: { window: "multi", tests: search.several },
  folders: { window: "multi", tests: commands.several },
  restricted: { window: "untrusted", tests: nova.untrusted },
  several: { window: "multi", tests: session.several },
  alone: { window: "empty", tests: session.alone },
  untrusted: { window: "untrusted", tests: session.untrusted },
  distrust: { window: "untrusted", tests: discovery.untrusted },
  missing: { window: "missing", tests: discovery.missing },
};
