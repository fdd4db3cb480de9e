// Reading the server's version, and telling whether it fits the extension.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compared, mismatch, parseVersion } from "../../src/server/version";

test("the version is what dbp prints, and nothing else is taken for it", () => {
  assert.equal(parseVersion("dbp 0.1.0\n"), "0.1.0");
  assert.equal(parseVersion("dbp 1.2.3.dev4\r\n"), "1.2.3.dev4");
  assert.equal(parseVersion("a warning\ndbp 0.1.0\n"), "0.1.0");
  assert.equal(parseVersion("Python 3.11.7\n"), undefined);
  assert.equal(parseVersion("xdbp 0.1.0"), undefined);
  assert.equal(parseVersion(""), undefined);
});

test("major and minor must agree, the rest may differ", () => {
  assert.equal(compared("0.1.9", "0.1.0"), "same");
  assert.equal(compared("0.1.0rc1", "0.1.0"), "same");
  assert.equal(compared("0.0.9", "0.1.0"), "older");
  assert.equal(compared("0.10.0", "0.9.0"), "newer");
  assert.equal(compared("1.0.0", "0.9.0"), "newer");
  assert.equal(compared("what", "0.1.0"), "older");
});

test("a mismatch says which way, and what would do", () => {
  assert.equal(mismatch("0.1.3", "0.1.0"), undefined);
  assert.match(mismatch("0.2.0", "0.1.0") ?? "", /version 0\.2\.0.* newer .*0\.1\.x/);
  assert.match(mismatch("0.0.1", "0.1.0") ?? "", /older/);
});
