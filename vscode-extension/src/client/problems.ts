// What people are told when the server does not run, and what they can do.
import type { Problem, Remedy, ServerCommand } from "../session";

const REMEDIES: Remedy[] = [
  { title: "Restart Server", command: "dbp.restart" },
  { title: "Show Server Log", command: "dbp.showServerLog" },
  { title: "Copy Debug Information", command: "dbp.copyDebugInformation" },
];

/** Why a server did not come up or is gone: in words that follow "it". */
export class ServerEnded extends Error {
  /** `lastWords` are the last lines of its stderr, shown as they are. */
  constructor(
    readonly why: string,
    readonly lastWords: readonly string[] = [],
  ) {
    super(`the server ${why}`);
  }
}

/** It never answered: its own last words are the best explanation there is. */
export function doesNotStart(server: ServerCommand, ended: ServerEnded): Problem {
  return {
    message: `The server does not start: it ${ended.why}.`,
    detail: told(server, ended),
    remedies: REMEDIES,
  };
}

/** It ended again and again. */
export function keepsEnding(server: ServerCommand, ended: ServerEnded, times: number): Problem {
  return {
    message: `The server ended ${times} times; the last time it ${ended.why}. It is not started again by itself.`,
    detail: told(server, ended),
    remedies: REMEDIES,
  };
}

/** Something of ours went wrong on the way. */
export function defect(error: unknown): Problem {
  return {
    message: "The server could not be started: this is a defect of the extension.",
    detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    remedies: REMEDIES,
  };
}

function told(server: ServerCommand, ended: ServerEnded): string {
  const command = [server.command, ...server.args, "serve"].join(" ");
  const words = ended.lastWords.length === 0 ? ["It said nothing."] : ended.lastWords;
  return [`${command} (${server.origin})`, ...words].join("\n");
}
