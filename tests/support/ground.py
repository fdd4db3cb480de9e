"""A folder to measure enrichment in: its user, its verbs, its record."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apart import Apart
from editor import Editor
from nova import Nova

from dbp.ports import Store

DBP = (sys.executable, "-m", "dbp")
NO_LIMITS = {
    "DBP_LLM_REQUESTS_PER_MINUTE": "0",
    "DBP_LLM_TOKENS_PER_MINUTE": "0",
    "DBP_LLM_DAILY_BUDGET_USD": "0",
    "DBP_LLM_TOTAL_BUDGET_USD": "0",
    "PYTHONDONTWRITEBYTECODE": "",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "bench",
    "GIT_AUTHOR_EMAIL": "bench@localhost",
    "GIT_COMMITTER_NAME": "bench",
    "GIT_COMMITTER_EMAIL": "bench@localhost",
}

_LISTED = """
import os, sys
leave, target = os._exit, sys.argv[1]
def listed(code):
    with open(target, "w") as file:
        file.write("\\n".join(sys.modules))
    leave(code)
os._exit, sys.argv = listed, ["dbp", "serve"]
from dbp.__main__ import main
main()
"""
HEAVY = ("boto3", "botocore", "tenacity", "dbp.enrichment.flow", "dbp.enrichment.plan")
"""What is loaded only where something is asked."""


@dataclass(frozen=True)
class Run:
    """What a run of a verb said and took; `rss` is the peak of its largest process in MB."""

    said: dict[str, Any]
    seconds: float
    cpu: float
    rss: float


class Ground:
    """A folder under enrichment, in a place of its own."""

    def __init__(self, base: Path, apart: Apart, **env: str) -> None:
        base.mkdir(parents=True, exist_ok=True)
        self.nova = Nova(base, apart)  # type: ignore[arg-type]  # only its URL is asked for
        self.env = {**self.nova.env, **NO_LIMITS, **env}
        self.apart = apart

    @property
    def root(self) -> Path:
        """The folder."""
        return self.nova.root

    def dbp(self, *arguments: str, watch: Callable[[int], object] = lambda _: None) -> Run:
        """Run a verb with `--json`; `watch` gets its process id now and then."""
        started = time.perf_counter()
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen(
                [*DBP, *arguments, "--json"],
                cwd=self.root,
                env={**os.environ, **self.env},
                stdout=out,
            )
            ended = select.poll()
            handle = os.pidfd_open(process.pid)
            ended.register(handle, select.POLLIN)
            while not ended.poll(100):
                watch(process.pid)
            os.close(handle)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.perf_counter() - started
            out.seek(0)
            said = json.load(out)
        return Run(said, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3)

    def git(self, *arguments: str) -> None:
        """Run git in the folder."""
        command = ["git", *arguments]
        subprocess.run(
            command, cwd=self.root, env={**os.environ, **self.env}, check=True, capture_output=True
        )

    def copy(self, root: Path) -> None:
        """Fill the folder with another one's files."""
        shutil.rmtree(self.root)
        left_out = shutil.ignore_patterns(".git", "site-packages", "__pycache__")
        shutil.copytree(root, self.root, symlinks=True, ignore=left_out)

    @contextmanager
    def record(self) -> Iterator[Store]:
        """Open the folder's record for reading."""
        from dbp.clock import SystemClock
        from dbp.store import location
        from dbp.store.documents import open_store

        before = os.environ.get("DBP_STATE_DIR")
        os.environ["DBP_STATE_DIR"] = str(self.nova.state)
        path = location.workspace_dir(str(self.root.resolve())) / location.DATABASE
        store = open_store(path, SystemClock(), read_only=True)
        try:
            yield store
        finally:
            store.close()
            if before is None:
                del os.environ["DBP_STATE_DIR"]
            else:
                os.environ["DBP_STATE_DIR"] = before

    def server(self, **env: str) -> Editor:
        """Start a server on it."""
        return Editor.start(self.root, self.nova.state, env={**self.env, **env})

    def at_rest(self, **env: str) -> tuple[float, list[str]]:
        """Give a settled server's MB and the names of the modules it has loaded."""
        names = self.nova.state / "modules"
        argv = (sys.executable, "-c", _LISTED, str(names))
        env = {**self.env, **env}
        with Editor.start(self.root, self.nova.state, env=env, argv=argv) as editor:
            editor.client.request("dbp/settle", {"flush": True, "enrich": True}, 600)
            editor.client.pump(5)
            rss = editor.client.rss() / 1e6
            editor.client.shutdown()
        return rss, names.read_text().splitlines()


def rss_of(pid: int) -> float:
    """Resident MB of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1e3
    return 0.0


def generate(root: Path, count: int, functions: int = 4) -> None:
    """Write that many small Python files, each with contents of its own."""
    body = "    total = first\n    for step in range(second):\n        total += step * first\n"
    body += "    if total > 1000:\n        total = 1000\n    return total\n"
    for number in range(count):
        path = root / f"pkg{number // 100}" / f"m{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        names = [f"grow_{number}_{each}" for each in range(functions)]
        text = "".join(f"\n\ndef {name}(first, second):\n{body}" for name in names)
        path.write_text(f"import os\n{text}")
