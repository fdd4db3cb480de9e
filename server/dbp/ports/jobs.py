"""The port to jobs: the table they are kept in, and what the one who does a job is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from dbp.errors import DbpError
from dbp.job import Job, JobError, JobPriority, JobProgress, JobStatus, RetryPolicy

Json = dict[str, Any]


class JobCancelledError(DbpError):
    """The job is wanted no more, or its worker has to stop: leave at once, clean up behind you."""

    code = "cancelled"


class LeaseLostError(DbpError):
    """Somebody else has the job now: whatever is written about it is refused."""

    code = "lease_lost"


class Rate(NamedTuple):
    """So many in so many seconds."""

    times: int
    seconds: float


@dataclass(frozen=True, slots=True)
class NewJob:
    """What is submitted. `key` joins equal jobs that wait or run; empty joins nothing.

    `delay` is in seconds. `rate` limits how often `requested_by` may submit for `action` (default:
    the type). `policy` says how it is tried again.
    """

    type: str
    arguments: Json
    priority: JobPriority = JobPriority.NORMAL
    key: str = ""
    delay: float = 0.0
    requested_by: str = ""
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    action: str = ""
    rate: Rate | None = None


class Submitted(NamedTuple):
    """The job that will do it, and whether it was there already."""

    job: Job
    deduplicated: bool


class JobEventRow(NamedTuple):
    """One row of a job's history; `at` in seconds since the epoch."""

    at: float
    move: str
    status: str
    retry_count: int
    detail: str


class JobFigures(NamedTuple):
    """What finished jobs of one type say; durations in seconds, errors by code."""

    completed: int
    failed: int
    cancelled: int
    retried: int
    errors_last_hour: int
    durations: tuple[float, ...]
    last_at: float | None
    errors: Mapping[str, int]


class JobStore(Protocol):
    """The table of jobs. Every method is one transaction, blocks, and raises `StoreError`.

    Several processes may use it at once. Times ahead and leases are compared by the monotonic clock
    of the machine as long as it has not been started anew, so that a stepped clock moves none.
    """

    def submit(self, new: NewJob, *, queue_size: int) -> Submitted:
        """Add a job, or join the equal one that waits or runs.

        A running one that is joined looks once more before it ends. Raises `RequestError`:
        `queue_full`, `rate_limited` (`retryAfter` seconds in its data).
        """

    def claim(
        self,
        types: Sequence[str],
        owner: str,
        *,
        lease_seconds: float,
        ageing_seconds: float,
        oldest: bool = False,
        least: JobPriority = JobPriority.LOW,
    ) -> Job | None:
        """Take the next job of these types that is due, of at least this priority.

        The highest class first, each class by age; with `oldest` whatever waits longest. Jobs
        whose lease ran out are rescued first. `owner` names this process.
        """

    def renew(self, leases: Sequence[str], lease_seconds: float) -> Sequence[str]:
        """Make leases last from now on; return those that are lost or whose job is cancelled."""

    def progress(self, lease: str, progress: JobProgress) -> None:
        """Store how far a job is. Raises `LeaseLostError`."""

    def complete(self, lease: str, result: Json) -> bool:
        """Store the result; False when the job was joined meanwhile and has to look once more.

        Raises `LeaseLostError`.
        """

    def fail(self, lease: str, error: JobError, *, lasting: bool = False) -> Job:
        """Store a failure: queued again while retries are left. Raises `LeaseLostError`."""

    def hand_back(self, lease: str) -> None:
        """Queue a job again without counting an attempt."""

    def cancel(self, job_id: str, *, lease: str | None = None) -> Job:
        """Cancel a job that waits or runs. Raises `RequestError`: `not_found`, `invalid_state`.

        With a `lease` only as long as it is held: else raises `LeaseLostError`.
        """

    def retry(self, job_id: str, *, force: bool = False, queue_size: int) -> Job:
        """Queue a failed job again.

        Raises `RequestError`: `not_found`, `invalid_state`, `queue_full`.
        """

    def rescue(self, *, everybody_but: str | None = None) -> Sequence[Job]:
        """Take jobs away from owners whose lease ran out, or who are not this one."""

    def next_due(self) -> float | None:
        """Say in how many seconds the next job with a time ahead may run; None: there is none."""

    def get(self, job_id: str) -> Job | None:
        """Fetch a job. Quick."""

    def list(
        self,
        *,
        types: Sequence[str] = (),
        statuses: Sequence[JobStatus] = (),
        limit: int = 100,
        cursor: str | None = None,
        action: str = "",
    ) -> tuple[Sequence[Job], str | None]:
        """List jobs, newest first, and where to go on. One query."""

    def events(self, job_id: str) -> Sequence[JobEventRow]:
        """List what happened to a job, oldest first."""

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Count jobs by type and status."""

    def figures(self, types: Sequence[str], last: int = 100) -> Mapping[str, JobFigures]:
        """Sum up what jobs of each type did."""

    def running_since(self) -> Sequence[tuple[Job, float]]:
        """List the jobs in work, each with the seconds its attempt has taken."""

    def cleanup(self, older_than: float, limit: int = 200) -> int:
        """Forget final jobs that ended before this moment, at most `limit`; return how many."""


class JobContext(Protocol):
    """What the one who does a job is given. Any thread."""

    @property
    def job(self) -> Job:
        """The job as it was claimed."""

    def check(self) -> None:
        """Raise `JobCancelledError` when it is to stop: call it between slices of the work."""

    def progress(self, done: int, total: int, step: str = "") -> None:
        """Say how far it is; stored and shown at most a few times a second. Checks, too."""

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """Call this, from any thread, when the job is to stop: wakes what blocks."""


JobHandler = Callable[[JobContext], Json]
"""Does a job and returns its result. Raises `DbpError`: its code, message and hint are the job's
error; with `data["lasting"]` no retry helps. Anything else is a defect and is tried again."""
