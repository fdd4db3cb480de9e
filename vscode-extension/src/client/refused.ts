// Errors of the protocol as what the rooms are told: a code, a message and the next step.
import { Refused } from "../session";

/** Codes of JSON-RPC and LSP that mean something here. */
const METHOD_NOT_FOUND = -32601;
const CONNECTION_INACTIVE = -32096;
const PENDING_RESPONSE_REJECTED = -32097;
const REQUEST_CANCELLED = -32800;

/** What a request is answered when no server runs, or it ended meanwhile. */
export function notRunning(): Refused {
  return new Refused(
    "the dbp server does not run",
    "not_running",
    "start it with dbp: Restart Server",
  );
}

/** There is none to ask yet. */
export function starting(): Refused {
  return new Refused(
    "the dbp server is still starting",
    "not_running",
    "try again in a moment; dbp: Show Status says how far it is",
  );
}

/** What stands in the `data` of an error, as far as it is read here. */
interface Details {
  code?: unknown;
  hint?: unknown;
}

/** What a failed request means; undefined when it was cancelled. */
export function refusal(error: unknown): Refused | undefined {
  const { code, message, data } = error as { code?: unknown; message?: string; data?: unknown };
  const table: Details = typeof data === "object" && data !== null ? data : {};
  const text = message ?? String(error);
  switch (code) {
    case REQUEST_CANCELLED:
      return undefined;
    case CONNECTION_INACTIVE:
    case PENDING_RESPONSE_REJECTED:
      return notRunning();
    case METHOD_NOT_FOUND:
      return new Refused(
        text,
        "unknown_request",
        "the server is another version than the extension",
      );
    default:
      return new Refused(text, string(table.code) ?? "internal", string(table.hint) ?? "", {
        ...table,
      });
  }
}

function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
