"""Whatever several owners do, in whatever order and however time passes: the table stays whole."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from job_values import LEASE, again, moves, rows

from dbp.clock import TurnableClock
from dbp.errors import RequestError
from dbp.job import FINAL, Job, JobError, JobPriority, JobProgress, JobStatus, RetryPolicy
from dbp.ports import LeaseLostError, NewJob
from dbp.store.documents import open_store

KINDS = st.sampled_from(["a", "b"])
KEYS = st.sampled_from(["", "k", "l"])
OWNERS = st.sampled_from(["one", "two", "three"])
QUEUE = 5


class _Jobs(RuleBasedStateMachine):
    """Three owners on one table, and what each of them believes to hold."""

    @initialize()
    def begin(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.clock = TurnableClock()
        self.store = open_store(Path(self._folder.name) / "index.db", self.clock)
        self.jobs = self.store.jobs
        # In the order of submission: the names differ each time.
        self.submitted: dict[str, None] = {}
        self.forced: Counter[str] = Counter()
        # Every lease ever given: whether it still holds, its end, and its last percentage.
        self.leases: dict[str, Job] = {}
        self.percent: dict[str, int] = {}
        self.rerun: set[str] = set()

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self._folder.cleanup()

    # ── what is done ───────────────────────────────────────────────────────────────────────────

    @rule(
        kind=KINDS,
        key=KEYS,
        priority=st.sampled_from(JobPriority),
        delay=st.sampled_from([0.0, 0.0, 5.0, 100.0]),
        retries=st.integers(0, 2),
    )
    def submit(
        self, kind: str, key: str, priority: JobPriority, delay: float, retries: int
    ) -> None:
        new = NewJob(kind, {}, priority, key, delay, policy=RetryPolicy(retries))
        live = {
            job.id
            for job in self.jobs.list()[0]
            if key and (job.type, job.key) == (kind, key) and job.status not in FINAL
        }
        waiting = sum(each.get("queued", 0) for each in self.jobs.counts().values())
        try:
            found = self.jobs.submit(new, queue_size=QUEUE)
        except RequestError:
            assert waiting >= QUEUE
            assert not live
            return
        assert found.deduplicated == bool(live)
        if live:
            assert found.job.id in live
            assert found.job.priority <= priority
            if found.job.status is JobStatus.PROCESSING:
                self.rerun.add(found.job.lease)
        else:
            assert waiting < QUEUE
            self.submitted[found.job.id] = None

    @rule(
        kinds=st.sets(KINDS, min_size=1),
        owner=OWNERS,
        oldest=st.booleans(),
        least=st.sampled_from(JobPriority),
    )
    def claim(self, kinds: set[str], owner: str, oldest: bool, least: JobPriority) -> None:  # noqa: FBT001 - a drawn value
        found = self.jobs.claim(
            sorted(kinds),
            owner,
            lease_seconds=LEASE,
            ageing_seconds=30,
            oldest=oldest,
            least=least,
        )
        if found is None:
            queued, _ = self.jobs.list(types=sorted(kinds), statuses=[JobStatus.QUEUED])
            now = self.clock.now()
            ready = [job for job in queued if (job.scheduled_for or 0) <= now]
            assert not [job for job in ready if job.priority <= least]
            return
        assert found.lease not in self.leases, "no lease is given twice"
        assert found.type in kinds
        assert found.priority <= least
        assert (found.scheduled_for or 0) <= self.clock.now()
        assert found.progress == JobProgress()
        self.leases[found.lease] = found
        self.percent[found.lease] = 0

    def holds(self, lease: str) -> bool:
        return again(self.jobs, self.leases[lease]).lease == lease

    def lease_of(self, data: Any) -> str:
        return str(data.draw(st.sampled_from(list(self.leases))))

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), percent=st.integers(-5, 200))
    def progress(self, data: Any, percent: int) -> None:
        lease = self.lease_of(data)
        held = self.holds(lease)
        try:
            self.jobs.progress(lease, JobProgress(percent, "step", percent, 100))
        except LeaseLostError:
            assert not held
            return
        assert held
        now = again(self.jobs, self.leases[lease]).progress.percent
        assert now == max(self.percent[lease], min(100, max(0, percent)))
        self.percent[lease] = now

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def complete(self, data: Any) -> None:
        lease = self.lease_of(data)
        held, rerun = self.holds(lease), lease in self.rerun
        try:
            done = self.jobs.complete(lease, {"by": lease})
        except LeaseLostError:
            assert not held
            return
        assert held
        assert done is not rerun
        self.rerun.discard(lease)
        job = again(self.jobs, self.leases[lease])
        if done:
            assert (job.status, job.result, job.error) == ("completed", {"by": lease}, None)
        else:
            assert job.status is JobStatus.PROCESSING

    @precondition(lambda self: self.leases)
    @rule(data=st.data(), lasting=st.booleans())
    def fail(self, data: Any, lasting: bool) -> None:  # noqa: FBT001 - a drawn value
        lease = self.lease_of(data)
        held = self.holds(lease)
        before = again(self.jobs, self.leases[lease])
        try:
            job = self.jobs.fail(lease, JobError("e", "m"), lasting=lasting)
        except LeaseLostError:
            assert not held
            return
        assert held
        left = before.retry_count < before.max_retries and not lasting
        assert job.status is (JobStatus.QUEUED if left else JobStatus.FAILED)
        assert job.retry_count == before.retry_count + left
        if left:
            assert job.scheduled_for == self.clock.now() + 2.0 ** min(job.retry_count, 9)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def hand_back(self, data: Any) -> None:
        lease = self.lease_of(data)
        held = self.holds(lease)
        before = again(self.jobs, self.leases[lease])
        try:
            self.jobs.hand_back(lease)
        except LeaseLostError:
            assert not held
            return
        job = again(self.jobs, before)
        assert held
        assert (job.status, job.retry_count) == (JobStatus.QUEUED, before.retry_count)

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def renew(self, data: Any) -> None:
        leases = data.draw(st.lists(st.sampled_from(list(self.leases)), unique=True))
        held = {lease for lease in leases if self.holds(lease)}
        assert set(self.jobs.renew(leases, LEASE)) == set(leases) - held

    @precondition(lambda self: self.submitted)
    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        job_id = data.draw(st.sampled_from(list(self.submitted)))
        before = self.jobs.get(job_id)
        assert before is not None
        try:
            assert self.jobs.cancel(job_id).status is JobStatus.CANCELLED
        except RequestError:
            assert before.status in FINAL
        else:
            assert before.status not in FINAL

    @precondition(lambda self: self.submitted)
    @rule(data=st.data(), force=st.booleans())
    def retry(self, data: Any, force: bool) -> None:  # noqa: FBT001 - a drawn value
        job_id = data.draw(st.sampled_from(list(self.submitted)))
        before = self.jobs.get(job_id)
        assert before is not None
        try:
            job = self.jobs.retry(job_id, force=force, queue_size=QUEUE)
        except RequestError:
            return
        assert before.status is JobStatus.FAILED
        assert (job.started_at, job.completed_at, job.result, job.error) == (None,) * 4
        assert job.progress == JobProgress()
        self.forced[job_id] += force

    @rule()
    def rescue(self) -> None:
        self.jobs.rescue()

    @rule(owner=OWNERS)
    def take_over(self, owner: str) -> None:
        self.jobs.rescue(everybody_but=owner)
        running = [job for job, _ in self.jobs.running_since()]
        assert {job.lease.rpartition(":")[2] for job in running} <= {owner}

    @rule(seconds=st.sampled_from([0.0, 1.0, 2.0, 7.0, 59.0, 61.0, 400.0]))
    def wait(self, seconds: float) -> None:
        self.clock.turn(seconds)

    # ── what always holds ──────────────────────────────────────────────────────────────────────

    @invariant()
    def nothing_is_lost_and_nothing_is_there_twice(self) -> None:
        if not hasattr(self, "store"):
            return
        listed, more = self.jobs.list()
        assert more is None
        assert {job.id for job in listed} == set(self.submitted)
        for status in (JobStatus.QUEUED, JobStatus.PROCESSING):
            keys = [(job.type, job.key) for job in listed if job.status is status and job.key]
            assert len(keys) == len(set(keys))
        assert Counter((job.type, job.status.value) for job in listed) == {
            (kind, status): count
            for kind, each in self.jobs.counts().items()
            for status, count in each.items()
        }
        for job in listed:
            assert job.retry_count <= job.max_retries + self.forced[job.id]
            assert bool(job.lease) == (job.status is JobStatus.PROCESSING)
            assert (job.completed_at is not None) == (job.status in FINAL)
            if job.status is JobStatus.QUEUED:
                assert job.started_at is None
            last = moves(self.jobs, job)[-1]
            assert self.jobs.events(job.id)[-1].status == job.status, last

    @invariant()
    def each_lease_has_one_job(self) -> None:
        if not hasattr(self, "store"):
            return
        live = [job.lease for job in self.jobs.list()[0] if job.lease]
        assert len(live) == len(set(live))
        assert set(live) <= set(self.leases)

    @invariant()
    def history_has_a_row_for_each_move(self) -> None:
        if not hasattr(self, "store"):
            return
        [[claims]] = rows(self.store, "SELECT count(*) FROM jobevent WHERE move = 'claimed'")
        assert claims == len(self.leases)
        [[fences]] = rows(self.store, "SELECT coalesce(sum(fence), 0) FROM job")
        assert fences == claims


TestJobs = _Jobs.TestCase
TestJobs.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
