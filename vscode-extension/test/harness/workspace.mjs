// The folders that tests open: a small project with headers and with every kind of mistake.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const header = (intent, dependencies, { comment = "#", date = "2026-11-20" } = {}) => `\
${comment} [Source file intent]
${comment} ${intent}
${comment} [Source file design principles]
${comment} - One thing only
${comment} [Dependencies]
${dependencies.map((one) => `${comment} codebase: ${one}`).join("\n")}
${comment} [GenAI tool change history]
${comment} ${date}T10:00:00Z : Created by Ann
${comment} * First version
`;

const WORKER = `${header("Runs tasks one at a time.", ["doc/DESIGN.md"])}
from store import load


def run(task: str, *, retries: int = 3) -> bool:
    """Run one task to its end.

    Args:
        task: What is to be done.
        retries: How often it is tried again.
    """
    return load(task) is not None and retries > 0
`;

const STORE = `${header("Keeps what was done, in one file.", ["doc/DESIGN.md"])}
import worker


def load(name: str) -> str | None:
    """Read one entry, or nothing where there is none."""
    return name if worker else None
`;

const BROKEN = `${header("Sends what was done to whoever asked.", ["doc/DESING.md"])}

def send(text: str) -> None:
    """Send a text.

    Args:
        txt: What is sent.
    """
    print(text)
`;

const CLOCK = `${header("Tells the time, and nothing else.", ["doc/DESIGN.md"], { comment: "//" })}
/** Gives the seconds since the page was opened. */
export function seconds(): number {
  return performance.now() / 1000;
}
`;

export const PROJECT = {
  "doc/DESIGN.md": "# Design\n\nTasks run one at a time, see [the worker](../worker.py).\n",
  "doc/PLAN.md": "# Plan\n\n- [x] Run a task\n- [ ] Run it again\n",
  "broken.py": BROKEN,
  "silent.py": "def add(x, y):\n    return x + y\n",
  "store.py": STORE,
  "web/clock.ts": CLOCK,
  "web/ünïcode 名.ts": CLOCK.replace("Tells the time, and nothing else.", "Reads 🕰️ – names."),
  "worker.py": WORKER,
};

const OTHER = {
  "README.md": "# Other\n\nA second folder.\n",
  "tool.py": `${header("Cuts wood into planks.", ["README.md"])}\n\ndef cut() -> None:\n    """Cut."""\n`,
};

/** What somebody who wants to run code on this machine would put into a repository. */
const HOSTILE = {
  ...PROJECT,
  "evil.sh": "#!/bin/sh\ntouch ran\n",
  ".vscode/settings.json": JSON.stringify({
    "dbp.server.path": ["./evil.sh"],
    "dbp.server.args": ["--evil"],
    "dbp.extraction.provider": "bedrock",
  }),
};

function write(root, files) {
  for (const [name, text] of Object.entries(files)) {
    const file = join(root, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: name.endsWith(".sh") ? 0o755 : 0o644 });
  }
  mkdirSync(join(root, ".git"), { recursive: true });
}

/** Writes a workspace below `root`, and gives what a page's address names it by. */
export function makeWorkspace(kind, root) {
  const folder = join(root, "project");
  if (kind === "empty") {
    mkdirSync(root, { recursive: true });
    return { folder: undefined, query: {} };
  }
  write(folder, kind === "hostile" ? HOSTILE : PROJECT);
  if (kind !== "multi") {
    return { folder, query: { folder } };
  }
  write(join(root, "other"), OTHER);
  const file = join(root, "both.code-workspace");
  writeFileSync(file, JSON.stringify({ folders: [{ path: "project" }, { path: "other" }] }));
  return { folder, query: { workspace: file } };
}
