"""`dbp editor-config EDITOR`: prints what goes into an editor's configuration; writes nothing."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import sysconfig
from pathlib import Path

from dbp.cli import OK
from dbp.editors.configurations import PLACES, WRITERS


def run(options: argparse.Namespace) -> int:
    """Print the configuration; where it belongs is said on stderr, too, when a person looks."""
    editor, command = options.editor, this_command()
    text = WRITERS[editor](_whole(command) if editor == "vscode" else command)
    if options.json:
        shown = {"editor": editor, "command": command, "place": PLACES[editor], "text": text}
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
        return OK
    sys.stdout.write(text)
    sys.stdout.flush()
    if sys.stderr.isatty():
        sys.stderr.write(f"dbp: put this into {PLACES[editor]}\n")
    return OK


def this_command() -> list[str]:
    """Give the command that starts this very dbp: a bare name where every shell finds it."""
    script = _script()
    found = shutil.which("dbp", path=_usual_path())
    if found is not None and script is not None and Path(found).resolve() == script.resolve():
        return ["dbp"]
    # With -P nothing is imported from the folder it is started in.
    return [str(script)] if script is not None else [sys.executable, "-P", "-m", "dbp"]


def _script() -> Path | None:
    """Find the command that was installed with this Python."""
    name = "dbp.exe" if sys.platform == "win32" else "dbp"
    script = Path(sysconfig.get_path("scripts")) / name
    return script if script.exists() else None


def _usual_path() -> str:
    """Give PATH as an editor has it that is not started from a virtual environment."""
    active = os.environ.get("VIRTUAL_ENV")
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if active:
        entries = [one for one in entries if Path(active) not in (Path(one), *Path(one).parents)]
    return os.pathsep.join(entries)


def _whole(command: list[str]) -> list[str]:
    """Give the path of a command."""
    return [shutil.which(command[0]) or command[0], *command[1:]]
