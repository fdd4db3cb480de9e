"""A day's maintenance of a large record: seconds of each step, and the longest pause for writers.

    python tests/bench/maintenance_bench.py DIR

indexes DIR once (the state is kept in --state, so that a second run starts at once), then in a copy
of it lets a tenth of the files leave, adds old jobs, has the search index follow, looks for cycles
and tidies. Meanwhile another process asks for the write lock all the time, as somebody who saves a
file does, and says how long it had to wait at most.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

JOBS = 2000
LIMIT = 0.050
"""Seconds nobody may have to wait for."""

PROBE = """
import sys, time
from dbp.store.driver import driver
raw = driver().module.connect(sys.argv[1], timeout=0, isolation_level=None)
longest, waited, began, tries = 0.0, [], None, 0
print("ready", flush=True)
import select
while not select.select([sys.stdin], [], [], 0.0005)[0]:
    tries += 1
    try:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("ROLLBACK")
    except driver().module.OperationalError:
        began = began or time.monotonic()
        continue
    if began is not None:
        waited.append(time.monotonic() - began)
        began = None
waited.sort()
top = waited[-1] if waited else 0.0
most = waited[int(len(waited) * 0.99)] if waited else 0.0
print(tries, len(waited), f"{most:.4f}", f"{top:.4f}", flush=True)
"""


class Probe:
    """Another process that wants to write."""

    def __init__(self, database: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROBE, str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def end(self) -> tuple[int, int, float, float]:
        """Say how often it asked, how often it waited, and for how long: p99 and longest."""
        out, _ = self._process.communicate("end\n")
        tries, waits, most, top = out.split()
        return int(tries), int(waits), float(most), float(top)


def database_in(state: Path) -> Path:
    """Find the database of the only workspace."""
    [found] = state.glob("*/index.db")
    return found


def age(database: Path) -> None:
    """Let a tenth of the files leave and many old jobs be there."""
    from dbp.clock import SystemClock, TurnableClock
    from dbp.ports import NewJob, Remove
    from dbp.store.documents import open_store

    past = TurnableClock(SystemClock().now() - 40 * 86_400)
    store = open_store(database, past)
    paths = [known.path for known in store.known_in_order()][::10]
    for start in range(0, len(paths), 500):
        store.write([Remove(path) for path in paths[start : start + 500]])
    for number in range(JOBS):
        store.jobs.submit(NewJob("sync", {"number": number}), queue_size=10_000)
        job = store.jobs.claim(["sync"], "bench", lease_seconds=60, ageing_seconds=60)
        assert job is not None
        store.jobs.complete(job.lease, {})
    print(f"{len(paths):,} files left, {JOBS:,} old jobs")
    store.close()


def main() -> int:
    """Run it; 1 when somebody had to wait too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--state", type=Path, help="where the index of DIR is kept")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="dbp-maintenance-"))
    kept = options.state or home / "kept"
    if not list(kept.glob("*/index.db")):
        began = time.monotonic()
        environment = {**os.environ, "DBP_STATE_DIR": str(kept)}
        dbp = [sys.executable, "-m", "dbp", "-C", str(options.folder), "index"]
        subprocess.run(dbp, check=True, env=environment)
        print(f"indexed in {time.monotonic() - began:.0f} s")
        dbp[-1:] = ["services", "trigger", "sync", "batch_sync"]
        subprocess.run(dbp, check=True, env=environment)
        print(f"searchable in {time.monotonic() - began:.0f} s")
    try:
        shutil.copytree(kept, home / "state")
        os.environ["DBP_STATE_DIR"] = str(home / "state")
        return measure(options.folder, database_in(home / "state"))
    finally:
        shutil.rmtree(home)


def measure(folder: Path, database: Path) -> int:
    """Do everything once and print it."""
    from dbp.app import load_settings, make_workspace, open_root
    from dbp.cli.job_wait import Watched
    from dbp.cli.session import Events, ask
    from dbp.services import optimize

    optimize.KEPT_BYTES = 0  # whatever left goes
    age(database)
    watched, root = Watched(), open_root(folder)
    workspace = make_workspace(
        root, load_settings(root), Events(on_job=watched.changed), watch=False, folders=()
    )
    workspace.open()
    longest, sync = 0.0, {"service": "sync"}
    try:
        for name, method, params in (
            ("search index", "dbp/services/trigger", {**sync, "operation": "batch_sync"}),
            ("cycles", "dbp/services/trigger", {"service": "cycle_detection"}),
            ("optimize", "dbp/optimize", {}),
            ("again", "dbp/optimize", {}),
        ):
            probe = Probe(database)
            submitted: Any = ask(workspace, method, params)
            [job] = watched.wait(workspace, [submitted["jobId"]])
            tries, waits, most, top = probe.end()
            longest = max(longest, top)
            result = job["result"] or job["error"]
            print(
                f"\n{name}: {result.get('seconds')} s; {tries:,} tries to write, {waits:,} had to "
                f"wait, p99 {most * 1000:.1f} ms, longest {top * 1000:.1f} ms"
            )
            for step in result.get("steps", ()):
                print("  ", step)
            if "steps" not in result:
                print("  ", {key: result[key] for key in result if key != "cycles"})
    finally:
        workspace.close()
    print(f"\nlongest pause {longest * 1000:.1f} ms, limit {LIMIT * 1000:.0f} ms")
    return int(longest > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
