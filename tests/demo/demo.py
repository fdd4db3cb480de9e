"""`make demo`: the main job on real input, as a person would see it. Changes nothing in the folder.

1. `dbp index` with its progress bar and summary (twice: the second run finds nothing to do);
2. `dbp show` of one file: its card;
3. `dbp serve`, driven by a scripted editor: hover, an unsaved edit, the hover again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve()
REPOSITORY = HERE.parents[2]
sys.path.insert(0, str(REPOSITORY / "tests" / "support"))

from editor import Editor  # noqa: E402  # the path is set just above

STATE = REPOSITORY / ".demo"
MARKS = {".py": "#", ".go": "//", ".rs": "//", ".c": "//", ".h": "//", ".java": "//", ".ts": "//"}
HEADER = """\
{m} [Source file intent]
{m} Shows how a header that is typed, and not even saved, appears in a hover.
{m} [Source file design principles]
{m} - Unsaved text is shown and never stored
{m} [Dependencies]
{m} codebase: {dependency}
"""


def say(text: str) -> None:
    """Print a heading."""
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    sys.stdout.write(f"\n{bold}── {text}{plain}\n\n")
    sys.stdout.flush()


def dbp(*arguments: str, where: Path) -> None:
    """Run a command of ours as a person would; ends the demo when it fails."""
    say("dbp " + " ".join(arguments))
    environment = {**os.environ, "DBP_STATE_DIR": str(STATE)}
    command = [sys.executable, "-m", "dbp", *arguments, "-C", str(where)]
    code = subprocess.run(command, env=environment, check=False, cwd=where).returncode
    if code not in {0, 1}:
        sys.exit(code)


def choose(folder: Path) -> Path:
    """Pick the file to show: a source file with something to say, neither tiny nor huge."""
    best: tuple[int, Path] | None = None
    for path in sorted(folder.rglob("*")):
        if path.suffix in MARKS and not path.is_symlink() and ".venv" not in path.parts:
            size = path.stat().st_size
            rank = abs(size - 6_000)
            if size and (best is None or rank < best[0]):
                best = (rank, path)
    if best is None:
        sys.exit(f"dbp demo: no source file in {folder}; name a folder with code: make demo DIR=…")
    return best[1]


def edit(folder: Path, file: Path) -> None:
    """Hover, type a header without saving, hover again."""
    text = file.read_text(encoding="utf-8", errors="replace")
    path = file.relative_to(folder).as_posix()
    with Editor.start(folder, STATE) as editor:
        editor.settle(timeout=600)
        editor.open(path, text)
        say(f"hover on the first line of {path}, before")
        sys.stdout.write(f"{editor.hover(path, 0)}\n")
        header = HEADER.format(m=MARKS[file.suffix], dependency=path)
        editor.change(path, header + text)
        say("the same hover, after a header was typed above it (not saved)")
        sys.stdout.write(f"{editor.hover(path, 0)}\n")
        say("what the server says of itself")
        status = editor.status()
        for key in ("state", "role", "files", "watcher"):
            sys.stdout.write(f"{key}: {status[key]}\n")
        editor.client.shutdown()


def main() -> None:
    """Run the three steps on a folder, by default Python's own standard library."""
    default = Path(sysconfig.get_path("stdlib"))
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else default
    if not folder.is_dir():
        sys.exit(f"dbp demo: {folder} is not a folder; name one: make demo DIR=…")
    dbp("index", where=folder)
    dbp("index", where=folder)
    file = choose(folder)
    dbp("show", str(file), where=folder)
    edit(folder, file)


if __name__ == "__main__":
    main()
