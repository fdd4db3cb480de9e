"""`make bench`: ratios of ours to a peer or a limit, measured in one run on one machine.

Absolute figures depend on the machine; the ratios are what doc/ARCHITECTURE.md promises. The folder
is by default Python's own standard library; `make bench DIR=…` takes any other. Nothing in it is
changed but the times of files that the storm touches, in a copy.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "support"))

from editor import Editor, source  # noqa: E402  # the path is set just above
from rawclient import RawClient  # noqa: E402

DBP = (sys.executable, "-m", "dbp")
BARE = (sys.executable, str(HERE.parent / "bare.py"))
STORM = 3000
IDLE_SECONDS = 10


@dataclass(frozen=True)
class Row:
    """One line of the table; `limit` is the greatest ratio that is promised, None for none."""

    what: str
    ours: str
    peer: str
    ratio: float | None = None
    limit: float | None = None


def percentile(values: list[float], share: float) -> float:
    """Give the value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ms(seconds: float) -> str:
    """Show milliseconds."""
    return f"{seconds * 1000:.2f} ms"


def timed(call: Callable[[], object]) -> float:
    """Measure one call."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


# ── the language server ────────────────────────────────────────────────────────────────────────


def initialize_seconds(argv: tuple[str, ...], root: Path, state: Path) -> float:
    """Measure from the start of a process to its answer to `initialize`."""
    env = {"DBP_STATE_DIR": str(state), "PYTHONDONTWRITEBYTECODE": ""}
    params = {"processId": os.getpid(), "rootUri": root.as_uri(), "capabilities": {}}
    started = time.perf_counter()
    with RawClient.spawn(argv, env=env, cwd="/") as client:
        client.request("initialize", params, 30)
        return time.perf_counter() - started


def bench_initialize(root: Path, state: Path) -> Row:
    """Compare with a bare pygls server, in turns."""
    ours, bare = [], []
    for _ in range(9):
        bare.append(initialize_seconds(BARE, root, state))
        ours.append(initialize_seconds((*DBP, "serve"), root, state))
    mine, peer = statistics.median(ours), statistics.median(bare)
    return Row("initialize", ms(mine), f"{ms(peer)} bare pygls", mine / peer, 1.2)


def hovers(client: RawClient, uri: str, count: int, until: Callable[[], bool]) -> list[float]:
    """Measure hovers on line 0, `count` of them or for as long as `until` says no."""
    params = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 3}}
    client.request("textDocument/hover", params)
    values: list[float] = []
    while len(values) < count and not until():
        values.append(timed(lambda: client.request("textDocument/hover", params)))
    return values


def bench_hover(root: Path, small: Path, state: Path) -> list[Row]:
    """Compare hovers idle with a bare server's, and while everything is indexed with idle ones."""
    env = {"PYTHONDONTWRITEBYTECODE": ""}
    with RawClient.spawn(BARE, env=env, cwd="/") as client:
        client.initialize(small)
        bare = hovers(client, (small / "a.py").as_uri(), 2000, lambda: False)
    with Editor.start(small, state / "small") as editor:
        editor.settle()
        editor.open("a.py")
        idle = hovers(editor.client, editor.uri("a.py"), 2000, lambda: False)
    path = next(p for p in sorted(root.rglob("*.[pc]*")) if 500 < p.stat().st_size < 20_000)
    with Editor.start(root, state / "busy") as editor:
        editor.open(path.relative_to(root).as_posix(), source())
        uri = path.as_uri()
        request = editor.client.send_request("dbp/settle", {"flush": True})
        busy = hovers(editor.client, uri, 200_000, lambda: request in editor.client.responses)
        editor.client.wait_response(request, 3600)
        rested = hovers(editor.client, uri, 2000, lambda: False)
    rows = []
    for share in (0.5, 0.99):
        mine, peer = percentile(idle, share), percentile(bare, share)
        name = f"hover, idle, p{share * 100:.0f}"
        rows.append(Row(name, ms(mine), f"{ms(peer)} bare pygls", mine / peer))
    for share, limit in ((0.5, None), (0.99, 2.0)):
        mine, peer = percentile(busy, share), percentile(rested, share)
        name = f"hover while indexing, p{share * 100:.0f} of {len(busy)}"
        rows.append(Row(name, ms(mine), f"{ms(peer)} idle", mine / peer, limit))
    return rows


# ── the index ──────────────────────────────────────────────────────────────────────────────────

_PARSE = """
import sys, importlib, tree_sitter
from dbp.extract.registry import language
from dbp.languages import LANGUAGES
grammars = {each.name: each.grammar for each in LANGUAGES if each.grammar}
parsers = {}
for name in sys.stdin.read().split(chr(0)):
    if not name:
        continue
    data = open(name, 'rb').read()
    grammar = grammars.get(language(name, data[:256]))
    if grammar is None or len(data) > 1 << 20:
        continue
    if grammar not in parsers:
        module = importlib.import_module(grammar[0])
        parsers[grammar] = tree_sitter.Parser(
            tree_sitter.Language(getattr(module, grammar[1])()))
    parsers[grammar].parse(data)
"""


def parse_seconds(files: list[Path]) -> float:
    """Parse files with tree-sitter and nothing else, on all cores: the floor of a cold index."""
    cores = len(os.sched_getaffinity(0))
    lists = ["\0".join(map(str, files[core::cores])).encode() for core in range(cores)]

    def run() -> None:
        processes = [
            subprocess.Popen([sys.executable, "-c", _PARSE], stdin=subprocess.PIPE) for _ in lists
        ]
        for process, names in zip(processes, lists, strict=True):
            assert process.stdin is not None
            process.stdin.write(names)
            process.stdin.close()
        for process in processes:
            process.wait()

    return timed(run)


def index(root: Path, state: Path) -> dict[str, float]:
    """Run `dbp index` and give its summary with its peak memory in MB."""
    env = {**os.environ, "DBP_STATE_DIR": str(state), "PYTHONDONTWRITEBYTECODE": ""}
    command = [*DBP, "index", "--json", "-C", str(root)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    summary: dict[str, float] = json.loads(done.stdout)
    return summary


def bench_index(root: Path, state: Path) -> list[Row]:
    """Compare a cold index with bare parsing, and a warm one with `git status` or a bare walk."""
    files = [p for p in root.rglob("*") if p.is_file() and not p.is_symlink()]
    parse_seconds(files[:200])
    bare = parse_seconds(files)
    cold = index(root, state / "index")
    warm = min(index(root, state / "index")["seconds"] for _ in range(3))
    rows = [
        Row(
            f"cold index of {cold['files']:.0f} files",
            f"{cold['seconds']:.2f} s",
            f"{bare:.2f} s bare tree-sitter",
            cold["seconds"] / bare,
            1.5,
        )
    ]
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "status", "--porcelain"]
        name = "git status"
    else:
        command = ["find", str(root), "-newermt", "2100-01-01"]
        name = "find with a stat of each file"
    peer = min(
        timed(lambda: subprocess.run(command, capture_output=True, check=True)) for _ in range(3)
    )
    rows.append(Row("warm index", f"{warm:.2f} s", f"{peer:.2f} s {name}", warm / peer))
    return rows


def bench_rest(root: Path, state: Path) -> list[Row]:
    """Measure a server at rest over the whole folder, and a storm of touched files."""
    rows = []
    with Editor.start(root, state / "index") as editor:
        editor.settle(timeout=600)
        pid = editor.client.process.pid
        before = _cpu(pid)
        editor.client.pump(IDLE_SECONDS)
        used = _cpu(pid) - before
        rss = editor.client.rss() / 1e6
        rows.append(Row("memory at rest", f"{rss:.0f} MB", "100 MB", rss / 100, 1.0))
        rows.append(Row(f"CPU in {IDLE_SECONDS} s at rest", f"{used * 1000:.0f} ms", "0 ms"))
    storm = state / "storm"
    shutil.copytree(root, storm, symlinks=True, ignore=_first(STORM))
    with Editor.start(storm, state / "storm-state") as editor:
        editor.settle(timeout=600)
        extracted = editor.stats()["extracted"]
        touched = 0
        for path in storm.rglob("*"):
            if path.is_file() and not path.is_symlink():
                os.utime(path)
                touched += 1
        seconds = timed(lambda: editor.settle(timeout=600))
        count = editor.stats()["extracted"] - extracted
        what = f"{touched} files touched, unchanged: extracted"
        rows.append(Row(what, f"{count} in {seconds:.2f} s", "0", float(count), 0.0))
    return rows


def _first(count: int) -> Callable[[str, list[str]], set[str]]:
    left = [count]

    def ignore(folder: str, names: list[str]) -> set[str]:
        ignored = set()
        for name in names:
            path = Path(folder, name)
            if not path.is_dir():
                left[0] -= 1
                if left[0] < 0 or path.is_symlink():
                    ignored.add(name)
            elif name in {".git", "site-packages"}:
                ignored.add(name)
        return ignored

    return ignore


def _cpu(pid: int) -> float:
    """Seconds of CPU a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(rows: list[Row]) -> None:
    """Print the table."""
    print(f"{'what':<48} {'ours':>14}  {'beside':<32} {'ratio':>7} {'limit':>6}")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        limit = "" if row.limit is None else f"{row.limit:.1f}"
        broken = row.limit is not None and (row.ratio or 0.0) > row.limit
        mark = "  ✗" if broken else ""
        line = f"{row.what:<48} {row.ours:>14}  {row.peer:<32} {ratio:>7} {limit:>6}{mark}"
        print(line, flush=True)


def main() -> None:
    """Measure everything; a promise that is broken is marked."""
    default = sysconfig.get_path("stdlib")
    root = Path(sys.argv[1] if len(sys.argv) > 1 else default).resolve()
    with tempfile.TemporaryDirectory(prefix="dbp-bench-") as folder:
        state = Path(folder)
        small = state / "project"
        (small / "doc").mkdir(parents=True)
        (small / "doc" / "DESIGN.md").write_text("# Design\n\nHow it fits.\n")
        (small / "a.py").write_text(source())
        rows = [bench_initialize(small, state)]
        rows += bench_index(root, state)
        rows += bench_hover(root, small, state)
        rows += bench_rest(root, state)
        show(rows)
    from nova_bench import run  # it needs this module

    run(root)


if __name__ == "__main__":
    main()
