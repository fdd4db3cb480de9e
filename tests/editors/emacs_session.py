"""A real Emacs in batch, with the configuration that `dbp editor-config emacs` prints.

It has a home of its own and finds a `dbp` on its PATH that is this checkout's. Debian's packages
`emacs-nox`, `elpa-eglot`, `elpa-lsp-mode` and `elpa-markdown-mode` are what it needs.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from dbp.editors.configurations import emacs

HERE = Path(__file__).parent
PATIENCE = 55.0
"""Seconds for a whole session; one takes about three."""

FOUND = shutil.which("emacs")
_ELPA = Path("/usr/share/emacs/site-lisp/elpa")


def lacks(package: str) -> bool:
    """Tell whether Debian's package of an Emacs library is missing."""
    return FOUND is None or not list(_ELPA.glob(f"{package}-*"))


class Emacs:
    """One user's Emacs."""

    def __init__(self, place: Path, command: str = "") -> None:
        """Set up a home in an empty folder, with a `dbp` that writes down its process ids."""
        self._place = place
        (place / "home").mkdir(parents=True)
        script = place / "bin" / "dbp"
        script.parent.mkdir()
        start = command or f"{shlex.quote(sys.executable)} -m dbp"
        pids = shlex.quote(str(place / "pids"))
        script.write_text(f'#!/bin/sh\necho $$ >> {pids}\nexec {start} "$@"\n')
        script.chmod(0o755)
        (place / "init.el").write_text(emacs(["dbp"]), encoding="utf-8")

    def run(self, script: str, client: str = "eglot", before: str = "") -> Any:
        """Run Lisp that has session.el at hand; its value becomes JSON, plists are objects."""
        answer, test = self._place / "answer.json", self._place / "test.el"
        test.write_text(
            f"""\
;;; -*- lexical-binding: t; -*-
(load {json.dumps(str(HERE / "session.el"))} nil t)
(session-prepare)
{before}
(load {json.dumps(str(self._place / "init.el"))} nil t)
(require '{client})
(session-run (lambda () (json-encode (progn {script}))) {json.dumps(str(answer))})
""",
            encoding="utf-8",
        )
        done = subprocess.run(
            [str(FOUND), "-Q", "--batch", "-l", str(test)],
            cwd=self._place,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert answer.exists(), done.stderr
        said = answer.read_text(encoding="utf-8")
        assert done.returncode == 0, f"{said}\n{done.stderr}"
        return json.loads(said)

    def servers(self) -> list[int]:
        """Give the processes that were started as servers."""
        pids = self._place / "pids"
        return [int(line) for line in pids.read_text().split()] if pids.exists() else []

    def _environment(self) -> dict[str, str]:
        place = str(self._place)
        return {
            "PATH": f"{place}/bin:{os.environ['PATH']}",
            "HOME": f"{place}/home",
            "LANG": "C.UTF-8",
            "TMPDIR": place,
            "DBP_STATE_DIR": f"{place}/dbp",
            "DBP_CONFIG_DIR": f"{place}/dbp-config",
            "DBP_CACHE_DIR": f"{place}/dbp-cache",
        }
