// What VS Code runs: the suites of this window, one test after the other; the harness is told of each.
import { SUITES } from "./suites";
import { tell } from "./support";

/** Longer than any wait in a test. */
const TEST_MS = 30_000;

function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const give = () => reject(new Error(`not over after ${TEST_MS / 1000} s`));
    timer = setTimeout(give, TEST_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export async function run(): Promise<void> {
  const { HOST_SUITES = "", HOST_WINDOW } = process.env;
  const wanted = HOST_SUITES.split(",").filter(Boolean);
  const names = Object.entries(SUITES)
    .filter(([name, one]) =>
      wanted.length > 0 ? wanted.includes(name) : one.window === HOST_WINDOW,
    )
    .map(([name]) => name);
  let failed = 0;
  let passed = 0;
  for (const suite of names) {
    for (const [name, test] of Object.entries(SUITES[suite]?.tests ?? {})) {
      const begun = Date.now();
      let error: string | undefined;
      try {
        await within(test());
        passed += 1;
      } catch (thrown) {
        error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
        failed += 1;
      }
      await tell({ kind: "test", suite, name, seconds: (Date.now() - begun) / 1000, error });
    }
  }
  await tell({ kind: "end", passed, failed });
  if (failed > 0 || passed === 0) {
    throw new Error(`${failed} failed, ${passed} passed`);
  }
}
