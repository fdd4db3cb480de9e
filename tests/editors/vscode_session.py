"""A real VS Code without a screen: the harness of the extension, called as developers call it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

EXTENSION = Path(__file__).parents[2] / "vscode-extension"
SKIPPED = 77
"""What the harness exits with where it cannot run."""


def harness(script: str, *arguments: str, patience: float = 55.0, **env: str) -> tuple[int, str]:
    """Run a script of the harness; gives its exit code and what it printed."""
    done = subprocess.run(
        ["node", f"test/harness/{script}.mjs", *arguments],
        cwd=EXTENSION,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=patience,
        check=False,
    )
    return done.returncode, done.stdout


def lacking() -> str:
    """Say why no VS Code can be run here; empty where one can."""
    if shutil.which("node") is None:
        return "Node is missing"
    code, said = harness("there")
    return said.strip() if code == SKIPPED else ""
