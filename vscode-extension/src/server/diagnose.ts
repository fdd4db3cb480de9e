// Why an installation went wrong, from what the program printed: the cause, and the next step.
import type { Printed } from "../session";
import { NOT_STARTED, TOO_LONG } from "./execute";

/** What went wrong and what to do, in whole sentences for people. */
export interface Diagnosis {
  cause: string;
  next: string;
}

export const NO_PYTHON: Diagnosis = {
  cause: "No Python was found on this machine.",
  next: "Install Python 3.11 or newer from python.org (Debian, Ubuntu: sudo apt install python3 python3-venv), then choose Install Server again.",
};

/** A Python was found, but none is new enough. */
export function tooOld(found: string[]): Diagnosis {
  return {
    cause: `dbp needs Python 3.11 or newer; here is only ${found.join(", ")}.`,
    next: "Install a newer Python, or uv (it brings its own), then choose Install Server again.",
  };
}

/** Debian and Ubuntu keep what makes environments in a package of its own. */
export function noVenv(version: string): Diagnosis {
  return {
    cause: `Python ${version} cannot make environments: its parts venv and ensurepip are missing.`,
    next: `Run in a terminal: sudo apt install python${version}-venv (Debian, Ubuntu), then choose Install Server again.`,
  };
}

/** What to look for, in this order: the first that is found is the cause. */
const KNOWN: [RegExp, (found: RegExpExecArray, python: string) => Diagnosis][] = [
  [
    /No space left on device|ENOSPC|\[Errno 28\]|os error 28|not enough space on the disk|os error 112/i,
    () => ({
      cause: "The disk is full.",
      next: "dbp needs about 300 MB. Free some space, then choose Install Server again.",
    }),
  ],
  [
    /Disk quota exceeded|\[Errno 122\]|EDQUOT/i,
    () => ({
      cause: "Your disk quota is used up.",
      next: "dbp needs about 300 MB. Free some space, then choose Install Server again.",
    }),
  ],
  [
    /ensurepip is not available|No module named '?(ensurepip|venv)|apt(-get)? install (python[\d.]*-venv)/i,
    (_, python) => noVenv(python),
  ],
  [
    /No module named '?pip\b/i,
    () => ({
      cause: "This Python has no pip.",
      next: "Install pip for it (Debian, Ubuntu: sudo apt install python3-pip python3-venv), then choose Install Server again.",
    }),
  ],
  [
    /407|Proxy Authentication Required|ProxyError|Cannot connect to proxy|tunnel (connection|error)|unsuccessful tunnel/i,
    () => ({
      cause: "The proxy cannot be reached, or did not let the request through.",
      next: "Look at the setting http.proxy and at HTTPS_PROXY; a proxy that asks who you are wants http://USER:PASSWORD@HOST:PORT. Then choose Install Server again.",
    }),
  ],
  [
    /CERTIFICATE_VERIFY_FAILED|SSLError|invalid peer certificate|UnknownIssuer|self[- ]signed/i,
    () => ({
      cause:
        "The certificate of the package index is not trusted here, as behind some company proxies.",
      next: "Let pip know your company's certificate (pip config set global.cert FILE; for uv set SSL_CERT_FILE), then choose Install Server again.",
    }),
  ],
  [
    /name resolution|getaddrinfo|Name or service not known|nodename nor servname|Network is unreachable|Connection refused|NewConnectionError|ConnectTimeout|Read timed out|dns error|error sending request|failed to fetch|Could not connect|timed out/i,
    () => ({
      cause: "The package index cannot be reached.",
      next: "Look at the network, and at http.proxy if you need a proxy; then choose Install Server again. Without a network, install dbp from elsewhere and name it in dbp.server.path.",
    }),
  ],
  [
    /Requires-Python|requires a different Python|requires-python|No interpreter found for Python/i,
    () => tooOld(["an older one"]),
  ],
  [
    /(?:error|fatal error): (?:command )?'?(gcc|cc|clang|cl\.exe|x86_64-linux-gnu-gcc|Microsoft Visual C\+\+)|Failed building wheel for (\S+)|Failed to build '?([\w.-]+)/i,
    (found) => ({
      cause: `A part of dbp (${found[2] ?? found[3] ?? "one with native code"}) is not published ready-made for this Python and system, and could not be compiled.`,
      next: "Use a common Python (3.11 to 3.13, 64 bit), then choose Install Server again.",
    }),
  ],
  [
    /satisfies the requirement (\S+).*\(from versions: none\)/i,
    (found) => ({
      cause: `The package index did not give ${found[1]}: it cannot be reached, or does not have it.`,
      next: "Look at the network, and at http.proxy if you need a proxy; then choose Install Server again. An index of your company has to mirror that package.",
    }),
  ],
  [
    /No matching distribution found for (\S+)|no versions? of (\S+)|No solution found/i,
    (found) => ({
      cause: `The package index does not have what dbp needs${found[1] ? `: ${found[1]}` : ""}.`,
      next: "If your company has an index of its own, let it mirror that package; else use Python 3.11 to 3.13. Show Client Log has all of it.",
    }),
  ],
  [
    /Permission denied|EACCES|EPERM|\[Errno 13\]|Access is denied|os error 13\b|Read-only file system/i,
    () => ({
      cause: "A file or folder could not be written.",
      next: "Show Client Log names it. A virus scanner, or a folder that belongs to somebody else, is the usual reason.",
    }),
  ],
];

/**
 * Says why a step failed.
 *
 * @param step What was done, in words that follow "while": "making the environment".
 * @param printed What the program printed, and the code it ended with.
 * @param python The version of the Python in use, `3.11`.
 */
export function diagnose(step: string, printed: Printed, python: string): Diagnosis {
  const text = `${printed.stderr}\n${printed.stdout}`;
  for (const [pattern, say] of KNOWN) {
    const found = pattern.exec(text);
    if (found) {
      return say(found, python);
    }
  }
  if (printed.code === TOO_LONG) {
    return {
      cause: `It took too long while ${step}.`,
      next: "The network or the disk is very slow. Choose Install Server again; Show Client Log says how far it came.",
    };
  }
  const last = printed.stderr.trim().split("\n").at(-1)?.trim();
  const how =
    printed.code === NOT_STARTED ? "could not be started" : `ended with code ${printed.code}`;
  return {
    cause: `Something went wrong while ${step}: the program ${how}${last ? ` (${last})` : ""}.`,
    next: "Show Client Log has all of it.",
  };
}
