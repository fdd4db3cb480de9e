"""What clients are told of jobs: in order, not too often, and the end always."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given, strategies as st

from dbp.job import LEGAL, Job, JobProgress, JobStatus, is_older, way
from dbp.jobs.ends import Ends
from dbp.jobs.news import JobNews
from dbp.lsp.job_notices import PROGRESS_SECONDS, JobNotices

QUEUED, PROCESSING = JobStatus.QUEUED, JobStatus.PROCESSING


def history(choices: Sequence[int]) -> list[Job]:
    """Make the life of a job: every value it ever had."""
    job = Job("id", "scan", requested_by="ann/test")
    found = [job]
    for choice in choices:
        targets = sorted(target for source, target in LEGAL if source is job.status)
        if not targets:
            break
        status = targets[choice % len(targets)]
        attempt = job.attempt + (status is PROCESSING)
        job = replace(job, status=status, attempt=attempt, progress=JobProgress())
        found.append(job)
        if status is PROCESSING:
            for percent in range(0, choice % 40, 10):
                job = replace(job, progress=JobProgress(percent, "looking", percent, 100))
                found.append(job)
    return found


@given(st.lists(st.integers(0, 100), max_size=12), st.randoms(use_true_random=False))
def test_whatever_overtakes_what_only_legal_moves_are_seen(choices: list[int], chance: Any) -> None:
    """Row G25."""
    life = history(choices)
    told: list[Job] = []
    known: Job | None = None
    for job in chance.sample(life, len(life)):
        if known is None or (job != known and not is_older(job, known)):
            told += way(known, job)
            known = job
    statuses = [job.status for job in told]
    assert statuses[0] is QUEUED
    moves = [(a, b) for a, b in pairwise(told) if a.status is not b.status]
    assert {(a.status, b.status) for a, b in moves} <= LEGAL
    assert told[-1] == known
    assert (known is not None and known.attempt) == life[-1].attempt


@given(st.lists(st.integers(0, 100), max_size=12))
def test_who_looks_now_and_then_sees_legal_moves(choices: list[int]) -> None:
    life = history(choices)
    told: list[Job] = []
    last: Job | None = None
    for job in life[::3]:
        told += way(last, job) if last != job else []
        last = job
    pairs = [(a.status, b.status) for a, b in pairwise(told) if a.status is not b.status]
    assert set(pairs) <= LEGAL


def test_nothing_comes_after_the_end() -> None:
    done = Job("id", "scan", status=JobStatus.COMPLETED, attempt=1)
    assert way(done, replace(done, status=JobStatus.CANCELLED)) == []


# ── notices ────────────────────────────────────────────────────────────────────────────────────


class Client:
    """A server with nothing but a wire."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, dict[str, Any]]] = []
        self.protocol = self
        self.client_capabilities = SimpleNamespace(window=None)

    def notify(self, _method: str, params: dict[str, Any]) -> None:
        """Keep what is sent, and when."""
        self.sent.append((asyncio.get_running_loop().time(), params))


class Turned(asyncio.SelectorEventLoop):
    """A loop whose clock is turned by hand."""

    now = 1000.0

    def time(self) -> float:
        """Tell what the hand says."""
        return self.now

    def turn(self, seconds: float, call: Callable[[], object] = lambda: None) -> None:
        """Let time go by, then call something on the loop."""
        self.now += seconds

        async def step() -> None:
            call()

        self.run_until_complete(step())  # what is due by now is done in the same round


@dataclass(eq=False)
class Folder:
    """A workspace that is only named."""

    root = SimpleNamespace(uri="file:///f")


def test_progress_is_told_four_times_a_second_and_the_last_of_it_always() -> None:
    client, folder, loop = Client(), cast("Any", Folder()), Turned()
    notices = JobNotices(cast("Any", client))

    def tell(job: Job) -> None:
        loop.turn(0.005, lambda: notices.changed(folder, job, wanted=True))

    job = Job("id", "scan", requested_by="ann/test")
    tell(job)
    job = replace(job, status=PROCESSING, attempt=1)
    tell(job)
    for percent in range(100):
        job = replace(job, progress=JobProgress(percent, "looking", percent, 100))
        tell(job)
        tell(replace(job, progress=JobProgress()))
    loop.turn(2 * PROGRESS_SECONDS)
    assert client.sent[-1][1]["progress"]["percent"] == 99
    tell(replace(job, status=JobStatus.COMPLETED))
    tell(job)
    loop.close()
    times = [at for at, params in client.sent if params["status"] == "processing"]
    assert 4 <= len(times) <= 6
    assert all(b - a > PROGRESS_SECONDS * 0.9 for a, b in pairwise(times))
    assert [params["status"] for _, params in client.sent][-1] == "completed"
    percents = [params["progress"]["percent"] for _, params in client.sent[:-1]]
    assert percents == sorted(percents)


# ── other processes ────────────────────────────────────────────────────────────────────────────


class Table:
    """A table of jobs, newest first."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def list(self, *, limit: int = 100, **_filters: Any) -> tuple[list[Job], None]:
        """Give the newest."""
        return self.jobs[:limit], None

    def get(self, job_id: str) -> Job | None:
        """Fetch one."""
        return next((job for job in self.jobs if job.id == job_id), None)


def test_a_follower_hears_of_what_changed_since_its_last_look() -> None:
    table, heard = Table(), list[Job]()
    news = JobNews(heard.append)
    old = Job("old", "scan", status=JobStatus.COMPLETED)
    running = Job("running", "scan", status=PROCESSING, attempt=1)
    table.jobs = [running, old]
    news.look(cast("Any", table))
    assert heard == [running], "what ended before is no news"
    news.look(cast("Any", table))
    assert heard == [running]
    done = replace(running, status=JobStatus.COMPLETED)
    table.jobs = [*(Job(str(n), "scan", status=JobStatus.COMPLETED) for n in range(200)), done]
    news.look(cast("Any", table))
    assert heard[1] == done or done in heard, "however many came after it"


def test_who_waits_for_jobs_is_called_when_all_are_at_rest() -> None:
    ends, called = Ends(), list[str]()
    first, second = (Job(name, "scan", status=PROCESSING) for name in "ab")
    ends.wait(list, lambda: called.append("nothing to wait for"))
    ends.wait(lambda: [first, second], lambda: called.append("both"))
    ends.changed(replace(first, status=JobStatus.COMPLETED))
    assert called == ["nothing to wait for"]
    ends.changed(replace(second, status=QUEUED, scheduled_for=1.0))
    assert called == ["nothing to wait for", "both"]
    looks = iter([[first], []])
    ends.wait(lambda: next(looks), lambda: called.append("ended while we asked"))
    ends.wait(lambda: [first], lambda: called.append("given up"))
    ends.give_up()
    assert called[2:] == ["ended while we asked", "given up"]
