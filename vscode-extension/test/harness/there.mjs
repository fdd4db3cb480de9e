// Says whether there is a VS Code to test in. Exit code 0: there is; 77: there is not, and why.
import { codeFolder, missing, SKIPPED } from "./places.mjs";

const lacking = missing(codeFolder());
if (lacking.length > 0) {
  process.stdout.write(`no VS Code to test in: ${lacking.join(", ")}; make vscode\n`);
  process.exitCode = SKIPPED;
}
