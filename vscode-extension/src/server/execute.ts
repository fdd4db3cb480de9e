// Runs a program by its argument vector: no shell, a limit of time, and nothing left behind.
import { type ChildProcess, spawn } from "node:child_process";
import { homedir } from "node:os";
import type { Printed } from "../session";

/** How a program is run; without `env` it has this process's environment. */
export interface Options {
  /** Milliseconds until it is ended. */
  timeout: number;
  env?: NodeJS.ProcessEnv;
  /** Ends the program and all it started. */
  signal?: AbortSignal;
  /** Told each line as it is printed. */
  onLine?: (line: string) => void;
  cwd?: string;
}

/** `code` is -1 when the program could not be started, and -2 when it took too long. */
export const NOT_STARTED = -1;
export const TOO_LONG = -2;
const MOST_KEPT = 400_000;

/** Never rejects: what went wrong stands in `code` and `stderr`. The home folder is its place. */
export function execute(command: string, args: string[], options: Options): Promise<Printed> {
  return new Promise((resolve) => {
    const texts = { stdout: "", stderr: "" };
    if (options.signal?.aborted) {
      resolve({ code: NOT_STARTED, stdout: "", stderr: "cancelled" });
      return;
    }
    let why: number | undefined;
    // A group of its own, so that what it starts can be ended with it.
    const child = spawn(command, args, {
      cwd: options.cwd ?? homedir(),
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      detached: process.platform !== "win32",
    });
    const stop = (code?: number) => {
      why ??= code;
      end(child);
    };
    const timer = setTimeout(() => stop(TOO_LONG), options.timeout);
    const abort = () => stop();
    options.signal?.addEventListener("abort", abort);
    const finish = (code: number) => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", abort);
      resolve({ code: why ?? code, ...texts });
    };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8");
      child[name]?.on("data", (text: string) => {
        texts[name] = (texts[name] + text).slice(-MOST_KEPT);
      });
      lines(child[name], options.onLine);
    }
    child.on("error", (error) => {
      texts.stderr += error.message;
      finish(NOT_STARTED);
    });
    child.on("close", (code) => finish(code ?? 1));
  });
}

function lines(stream: NodeJS.ReadableStream | null, tell?: (line: string) => void): void {
  if (!stream || !tell) {
    return;
  }
  let rest = "";
  stream.on("data", (text: string) => {
    const parts = (rest + text).split(/\r?\n|\r/);
    rest = parts.pop() ?? "";
    for (const line of parts.filter((part) => part.trim() !== "")) {
      tell(line);
    }
  });
  stream.on("end", () => rest.trim() !== "" && tell(rest));
}

function end(child: ChildProcess): void {
  if (child.pid === undefined) {
    return;
  }
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"], { windowsHide: true }).on(
      "error",
      () => child.kill(),
    );
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL"); // the group is gone, or was never made
  }
}
