"""A process of its own that works on a table of jobs: raced, killed and frozen by tests.

`start` runs this file; its standard input and output are lines that tell it to go on and say where
it is. What it did it appends to a file, a line at a time, so that whatever kills it, what was done
can be counted.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve()


class Child:
    """One such process."""

    def __init__(self, mode: str, database: Path, effects: Path, *arguments: object) -> None:
        command = [sys.executable, str(HERE), mode, str(database), str(effects)]
        self.process = subprocess.Popen(
            [*command, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def says(self) -> str:
        """Wait for its next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def until(self, line: str) -> None:
        """Wait until it says this."""
        found = self.says()
        assert found == line, found

    def go(self) -> None:
        """Let it go on."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def send(self, signal: int) -> None:
        """Send it a signal."""
        os.kill(self.process.pid, signal)

    def kill(self) -> None:
        """End it without a word, and wait for it."""
        self.process.kill()
        self.process.communicate()

    def finish(self) -> str:
        """Let it end by itself; return what it said last."""
        out, _ = self.process.communicate(timeout=150)
        assert self.process.returncode == 0
        return out.strip()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _pause(line: str) -> None:
    """Say where we are, and go on when told to; killed here, this is where we died."""
    _say(line)
    sys.stdin.readline()


def _done(effects: Path, line: str) -> None:
    """Leave a mark that survives us: one write, whole or not at all."""
    with effects.open("a") as file:
        file.write(f"{line}\n")


def race(database: Path, effects: Path, owner: str) -> None:
    """Do all jobs there are; on the way some fail, some are handed back, some are looked at."""
    from dbp.clock import SystemClock
    from dbp.job import JobError, JobProgress
    from dbp.store.documents import open_store

    store = open_store(database, SystemClock(), busy_seconds=30)
    _pause("ready")
    jobs, did = store.jobs, 0
    while True:
        job = jobs.claim(("a", "b"), owner, lease_seconds=600, ageing_seconds=60)
        if job is None:
            wait = jobs.next_due()
            if wait is None:
                break
            continue
        number = job.arguments["n"]
        if number % 41 == 0 and job.retry_count == 0:
            jobs.fail(job.lease, JobError("first", "not the first time"))
            continue
        if number % 43 == 0 and int(job.lease.split(":")[1]) == 1:
            jobs.hand_back(job.lease)
            continue
        if number % 10 == 0:
            jobs.progress(job.lease, JobProgress(50, "half", 1, 2))
        _done(effects, f"{number} {job.lease}")
        jobs.complete(job.lease, {"n": number, "by": owner})
        did += 1
    store.close()
    _say(str(did))


def ask(database: Path, effects: Path, owner: str) -> None:  # noqa: ARG001 - the shape of all
    """Ask for a refresh ten times; say how many were accepted."""
    from dbp.clock import SystemClock
    from dbp.errors import RequestError
    from dbp.ports import NewJob, Rate
    from dbp.store.documents import open_store

    store = open_store(database, SystemClock(), busy_seconds=30)
    _pause("ready")
    accepted = 0
    for _ in range(10):
        try:
            store.jobs.submit(
                NewJob("refresh", {}, requested_by=owner, rate=Rate(5, 300)), queue_size=99
            )
        except RequestError:
            continue
        else:
            accepted += 1
    store.close()
    _say(str(accepted))


def steps(database: Path, effects: Path, owner: str) -> None:
    """Do one job, with a pause at each point where we may be killed."""
    from dbp.clock import SystemClock
    from dbp.store.documents import open_store

    store = open_store(database, SystemClock())
    jobs = store.jobs
    _pause("before claim")
    job = jobs.claim(("a",), owner, lease_seconds=600, ageing_seconds=60)
    assert job is not None
    _pause("claimed")
    _done(effects, f"{job.arguments['n']} {job.lease}")
    _pause("worked")
    with store._database.write():
        _pause("writing")
    written = store._database.write

    def torn() -> object:
        found = written()
        connection = found.__enter__()
        leave = found.__exit__

        class Torn:
            def __enter__(self) -> object:
                return connection

            def __exit__(self, *error: object) -> object:
                # All is written, nothing committed.
                _pause("written")
                return leave(*error)

        return Torn()

    store._database.write = torn  # type: ignore[assignment,method-assign]
    jobs.complete(job.lease, {"by": owner})
    _pause("done")
    store._database.write = written  # type: ignore[method-assign]
    store.close()


def frozen(database: Path, effects: Path, owner: str) -> None:
    """Run a job in a runner until it is told to stop; say what became of it."""
    from dbp.clock import SystemClock
    from dbp.jobs import JobRunner, Lane
    from dbp.ports import JobCancelledError, JobContext, Json, LeaseLostError
    from dbp.runtime import start_thread
    from dbp.settings.background import Jobs
    from dbp.store.documents import open_store
    from dbp.upkeep import Upkeep

    clock = SystemClock()
    store = open_store(database, clock)
    upkeep = Upkeep(clock)
    ended = threading.Event()

    def handler(context: JobContext) -> Json:
        told = threading.Event()
        context.on_cancel(told.set)
        _say(f"working {context.job.lease}")
        told.wait()
        late: list[Callable[[], object]] = [
            lambda: context.progress(9, 10, "late"),
            lambda: store.jobs.complete(context.job.lease, {"by": "the frozen one"}),
            lambda: store.jobs.hand_back(context.job.lease),
        ]
        refused = []
        for write in late:
            try:
                write()
            except (LeaseLostError, JobCancelledError) as error:
                refused.append(error.code)
        _done(effects, " ".join(refused))
        ended.set()
        return {"by": "the frozen one"}

    runner = JobRunner(
        store.jobs,
        clock,
        upkeep,
        owner=owner,
        lanes=[Lane("main", ["a"], 1)],
        settings=Jobs(),
        spawn=start_thread,
        changed=lambda _: None,
        lease=0.9,
    )
    runner.register({"a": handler})
    start_thread("pump", upkeep.pump)
    runner.start()
    ended.wait()
    runner.stop()
    runner.join(5)
    upkeep.stop()
    store.close()
    _say("ended")


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parents[2] / "server"))
    mode, database_, effects_, owner_ = sys.argv[1:]
    modes = {"race": race, "ask": ask, "steps": steps, "frozen": frozen}
    modes[mode](Path(database_), Path(effects_), owner_)
