"""A small project and `dbp check` run on it, as a person or a CI job would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class Project:
    """A folder with its own state and settings; git knows nobody there."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("GIT_")},
            "DBP_STATE_DIR": str(folder / "state"),
            "DBP_CONFIG_DIR": str(folder / "config"),
            "PYTHONDONTWRITEBYTECODE": "",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def write(self, path: str, text: str) -> Path:
        """Write a file, folders included."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def git(self, *arguments: str) -> str:
        """Run git; every commit is by the same person."""
        person = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        done = subprocess.run(
            ["git", *person, "-c", "init.defaultBranch=main", *arguments],
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def commit(self, message: str = "a commit") -> None:
        """Commit all there is."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def check(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `dbp check`."""
        return subprocess.run(
            [sys.executable, "-m", "dbp", "check", *arguments],
            cwd=self.root,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def found(self, *arguments: str) -> list[tuple[str, str]]:
        """Give path and code of all that is found."""
        return [(item["path"], item["code"]) for item in self.answer(*arguments)["findings"]]

    def answer(self, *arguments: str) -> dict[str, Any]:
        """Give what `dbp check --json` answers."""
        done = self.check("--json", *arguments)
        assert done.stdout, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
