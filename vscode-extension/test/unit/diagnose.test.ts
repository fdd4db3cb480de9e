// Why an installation failed: the cause and the next step, from what programs printed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../src/server/diagnose";
import { TOO_LONG } from "../../src/server/execute";

const FAILURES: [string, RegExp, RegExp][] = [
  [
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    /disk is full/,
    /Free some space/,
  ],
  [
    "The virtual environment was not created successfully because ensurepip is not available.",
    /3\.11 cannot make/,
    /apt install python3\.11-venv/,
  ],
  ["/usr/bin/python3: No module named pip", /no pip/, /python3-pip/],
  [
    "WARNING: Retrying after connection broken by 'ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407'))'",
    /proxy/,
    /http\.proxy/,
  ],
  [
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))",
    /certificate/,
    /SSL_CERT_FILE/,
  ],
  [
    "NewConnectionError: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution\nERROR: No matching distribution found for pygls",
    /cannot be reached/,
    /network/,
  ],
  [
    "error: Request failed after 3 retries\n  Caused by: dns error: failed to lookup address",
    /cannot be reached/,
    /dbp\.server\.path/,
  ],
  [
    "error: No interpreter found for Python >=3.11 in managed installations",
    /3\.11 or newer/,
    /newer Python/,
  ],
  [
    "error: command 'gcc' failed: No such file\nERROR: Failed building wheel for tree-sitter-kotlin",
    /not published ready-made/,
    /3\.11 to 3\.13/,
  ],
  ["ERROR: No matching distribution found for pygls>=2.1.1", /does not have.*pygls/, /mirror/],
  [
    "ERROR: Could not find a version that satisfies the requirement boto3>=1.44 (from dbp-sidecar) (from versions: none)\nERROR: No matching distribution found for boto3>=1.44",
    /did not give boto3>=1\.44/,
    /network.*mirror/,
  ],
  [
    "error: Failed to fetch\n  cause: client error (Connect)\n  cause: tunnel error: failed to create underlying connection\n  cause: Connection refused (os error 111)",
    /proxy cannot be reached/,
    /http\.proxy/,
  ],
  [
    "PermissionError: [Errno 13] Permission denied: '/home/ann/x'",
    /could not be written/,
    /Client Log/,
  ],
];

test("every known failure says its cause and the next step", () => {
  for (const [stderr, cause, next] of FAILURES) {
    const found = diagnose("installing dbp", { code: 1, stdout: "", stderr }, "3.11");
    assert.match(found.cause, cause, stderr);
    assert.match(found.next, next, stderr);
  }
  const late = diagnose("installing dbp", { code: TOO_LONG, stdout: "", stderr: "" }, "3");
  assert.match(late.cause, /too long while installing dbp/);
  const other = diagnose("installing dbp", { code: 7, stdout: "", stderr: "a\nwhat?" }, "3");
  assert.match(other.cause, /code 7 \(what\?\)/);
});
