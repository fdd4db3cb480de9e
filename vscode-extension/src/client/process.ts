// The server's process: started without a shell, its last words kept, and ended for certain.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a process ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Lines of stderr that are kept to say why it ended. */
const KEPT_LINES = 20;
const LONGEST_LINE = 500;
/** Something that the server started may hold its streams open: no reason to wait for that. */
const STREAM_MS = 500;

/** One start of the server: its streams, and how it ended. */
export class ServerProcess {
  readonly lastWords: string[] = [];
  /** It ended, and its last words are all here. */
  readonly ended: Promise<Ending>;
  private ending: Ending | undefined;

  private constructor(
    readonly child: ChildProcessWithoutNullStreams,
    tell: (line: string) => void,
  ) {
    this.ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        const ending = { code, signal };
        this.ending = ending;
        setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, STREAM_MS);
        child.once("close", () => resolve(ending));
      });
    });
    // What is written to a server that is gone fails; that it is gone is told elsewhere.
    child.stdin.on("error", () => undefined);
    createInterface({ input: child.stderr, crlfDelay: Number.POSITIVE_INFINITY }).on(
      "line",
      (line) => {
        tell(line);
        this.lastWords.push(line.slice(0, LONGEST_LINE));
        this.lastWords.splice(0, this.lastWords.length - KEPT_LINES);
      },
    );
  }

  /** Rejects when the program cannot be started at all. */
  static start(
    argv: readonly [string, ...string[]],
    place: { cwd: string; env: NodeJS.ProcessEnv },
    tell: (line: string) => void,
  ): Promise<ServerProcess> {
    return new Promise((resolve, reject) => {
      const [command, ...args] = argv;
      // Python must not look for modules in the folder it is started in.
      const env = { ...place.env, PYTHONSAFEPATH: "1" };
      const options = { cwd: place.cwd, env, stdio: "pipe", windowsHide: true } as const;
      const child = spawn(command, args, options);
      child.once("error", reject);
      child.once("spawn", () => {
        child.off("error", reject);
        child.on("error", (error) => tell(error.message));
        resolve(new ServerProcess(child, tell));
      });
    });
  }

  /** Undefined once it ended: the number may be another's then. */
  get pid(): number | undefined {
    return this.ending ? undefined : this.child.pid;
  }

  /** Ends it at once, if it did not end yet. */
  kill(): void {
    if (!this.ending) {
      this.child.kill("SIGKILL");
    }
  }

  /** Waits for its end, but not longer than this. */
  async endedWithin(milliseconds: number): Promise<Ending | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), milliseconds);
    });
    return Promise.race([this.ended, late]).finally(() => clearTimeout(timer));
  }
}

/** Says how it ended, in words that follow "it". */
export function described(ending: Ending | undefined): string {
  if (ending === undefined) {
    return "closed its connection";
  }
  return ending.signal ? `was ended by ${ending.signal}` : `ended with code ${ending.code}`;
}
