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

from dbp.languages import LANGUAGES  # noqa: E402  # the path is set just above

STATE = REPOSITORY / ".demo"
HEADER = """\
{m} [Source file intent]
{m} Shows how a header that is typed, and not even saved, appears in a hover.
{m} [Source file design principles]
{m} - Unsaved text is shown and never stored
{m} [Dependencies]
{m} codebase: {dependency}

"""
SHOWN = range(3_000, 20_000)
"""Bytes of a file worth showing: neither tiny nor huge."""


def say(text: str) -> None:
    """Print a heading."""
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    sys.stdout.write(f"\n{bold}── {text}{plain}\n\n")
    sys.stdout.flush()


def dbp(*arguments: str, where: Path) -> None:
    """Run a command of ours as a person would; ends the demo when it fails."""
    say("dbp " + " ".join(arguments))
    environment = {**os.environ, "DBP_STATE_DIR": str(STATE)}
    command = [str(Path(sys.executable).with_name("dbp")), *arguments, "-C", str(where)]
    code = subprocess.run(command, env=environment, check=False, cwd=where).returncode
    if code not in {0, 1}:
        sys.exit(code)


def mark(language: str) -> str | None:
    """Give what begins a line comment in a language, or None."""
    found = next((each for each in LANGUAGES if each.name == language), None)
    return found.line[0] if found and found.line else None


def choose(editor: Editor) -> tuple[str, str]:
    """Pick the file to show and its comment mark: one that says a lot about itself."""
    files = editor.client.request("dbp/files", {"limit": 10_000})["files"]
    best: tuple[int, str, str] | None = None
    for file in files:
        begins = mark(file["language"])
        size = (editor.root / file["path"]).stat().st_size
        said = len(file["intent"] or "") if size in SHOWN else 0
        rank = 100 * bool(size in SHOWN) + min(said, 300)
        if begins and size and (best is None or rank > best[0]):
            best = (rank, file["path"], begins)
    if best is None:
        sys.exit(f"dbp demo: no source file in {editor.root}; name another: make demo DIR=…")
    return best[1], best[2]


def edit(editor: Editor, path: str, begins: str) -> None:
    """Hover, type a header without saving, hover again."""
    text = (editor.root / path).read_text(encoding="utf-8", errors="replace")
    editor.open(path, text)
    say(f"dbp serve: hover on the first line of {path}, before")
    sys.stdout.write(f"{editor.hover(path, 0)}\n")
    editor.change(path, HEADER.format(m=begins, dependency=path) + text)
    say("the same hover, after a header was typed above it (not saved)")
    sys.stdout.write(f"{editor.hover(path, 0)}\n")
    say("what the server says of itself")
    editor.settle(timeout=600)
    status = editor.status()
    for key in ("state", "role", "files", "watcher"):
        sys.stdout.write(f"{key}: {status[key]}\n")


def main() -> None:
    """Run the three steps on a folder, by default a package that came with the tools."""
    default = Path(sysconfig.get_path("purelib")) / "sqlalchemy"
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else default
    if not folder.is_dir():
        sys.exit(f"dbp demo: {folder} is not a folder; name one: make demo DIR=…")
    dbp("index", where=folder)
    dbp("index", where=folder)
    with Editor.start(folder, STATE) as editor:
        editor.settle(timeout=600)
        path, begins = choose(editor)
        dbp("show", str(folder / path), where=folder)
        edit(editor, path, begins)
        editor.client.shutdown()


if __name__ == "__main__":
    main()
