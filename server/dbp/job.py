"""The nouns of jobs: what a job is, which moves it may make, and when it is tried again. Pure.

A job is work a person would call one: a scan, a refresh, a check, maintenance. What is done with a
single file is none; that is the pipeline's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from dbp.clock import iso

Json = dict[str, Any]


class JobStatus(StrEnum):
    """Where a job stands. Waiting for a retry is `queued` with a time ahead."""

    QUEUED = "queued"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})


class JobPriority(IntEnum):
    """Which waiting job is taken first; a waiting one rises a class after each ageing time."""

    HIGH = 0
    NORMAL = 1
    LOW = 2

    @property
    def label(self) -> str:
        """As it is written in JSON."""
        return self.name.lower()


class JobMove(StrEnum):
    """What happens to a job; each is a row of its history. The comment names the move."""

    SUBMITTED = "submitted"  # nothing → queued
    CLAIMED = "claimed"  # queued → processing
    COMPLETED = "completed"  # processing → completed
    FAILED = "failed"  # processing → failed: no retry is left, or none would help
    RETRIED = "retried"  # processing → queued: it failed, and is tried again later
    RESCUED = "rescued"  # processing → queued: its owner is gone
    INTERRUPTED = "interrupted"  # processing → failed: its owner is gone, and no retry is left
    HANDED_BACK = "handed_back"  # processing → queued: its owner stops; no attempt is counted
    CANCELLED = "cancelled"  # queued or processing → cancelled
    RESTARTED = "restarted"  # failed → queued: a person wants it tried again


MOVES: dict[JobMove, tuple[frozenset[JobStatus], JobStatus]] = {
    JobMove.CLAIMED: (frozenset({JobStatus.QUEUED}), JobStatus.PROCESSING),
    JobMove.COMPLETED: (frozenset({JobStatus.PROCESSING}), JobStatus.COMPLETED),
    JobMove.FAILED: (frozenset({JobStatus.PROCESSING}), JobStatus.FAILED),
    JobMove.RETRIED: (frozenset({JobStatus.PROCESSING}), JobStatus.QUEUED),
    JobMove.RESCUED: (frozenset({JobStatus.PROCESSING}), JobStatus.QUEUED),
    JobMove.INTERRUPTED: (frozenset({JobStatus.PROCESSING}), JobStatus.FAILED),
    JobMove.HANDED_BACK: (frozenset({JobStatus.PROCESSING}), JobStatus.QUEUED),
    JobMove.CANCELLED: (frozenset({JobStatus.QUEUED, JobStatus.PROCESSING}), JobStatus.CANCELLED),
    JobMove.RESTARTED: (frozenset({JobStatus.FAILED}), JobStatus.QUEUED),
}
"""Every legal move: from which statuses, to which. A new job is `queued`. Nothing else is allowed;
the database refuses it, too."""

LEGAL: frozenset[tuple[JobStatus, JobStatus]] = frozenset(
    (source, target) for sources, target in MOVES.values() for source in sources
)


class JobProgress(NamedTuple):
    """How far a job is. `percent` never falls while it runs; `step` is for people."""

    percent: int = 0
    step: str = ""
    done: int = 0
    total: int = 0


class JobError(NamedTuple):
    """Why a job failed: a stable code, a message, and what to do."""

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One job. Times are seconds since the epoch, UTC; `arguments` and `result` are plain JSON."""

    id: str
    type: str
    status: JobStatus = JobStatus.QUEUED
    priority: JobPriority = JobPriority.NORMAL
    arguments: Json = field(default_factory=dict)
    progress: JobProgress = field(default_factory=JobProgress)
    created_at: float = 0.0
    # When it may run; None: at once.
    scheduled_for: float | None = None
    # When its present or last attempt began.
    started_at: float | None = None
    # When it became final.
    completed_at: float | None = None
    # Attempts that failed and were or are repeated.
    retry_count: int = 0
    max_retries: int = 3
    result: Json | None = None
    error: JobError | None = None
    # Who asked: the user and the program.
    requested_by: str = ""
    # Equal keys of one type are one job while it waits or runs.
    key: str = ""
    # Names who works on it and which attempt: what another one writes is refused.
    lease: str = ""
    # How many times it was begun, by whomever.
    attempt: int = 0

    @property
    def of_person(self) -> bool:
        """Whether a person asked for it: they are named with the program they used."""
        return "/" in self.requested_by


def job_json(job: Job) -> Json:
    """Render a job (doc/protocol.md, section 5)."""
    progress = job.progress
    return {
        "id": job.id,
        "type": job.type,
        "status": job.status.value,
        "priority": job.priority.label,
        "arguments": job.arguments,
        "progress": progress._asdict(),
        "createdAt": iso(job.created_at),
        "scheduledFor": iso(job.scheduled_for),
        "startedAt": iso(job.started_at),
        "completedAt": iso(job.completed_at),
        "retryCount": job.retry_count,
        "maxRetries": job.max_retries,
        "result": job.result,
        "error": job.error._asdict() if job.error else None,
        "requestedBy": job.requested_by,
    }


_WITHIN = {
    JobStatus.PROCESSING: 0,
    JobStatus.FAILED: 1,
    JobStatus.QUEUED: 2,
    JobStatus.CANCELLED: 3,
    JobStatus.COMPLETED: 3,
}
"""What can follow what until a job is begun the next time."""


def is_older(job: Job, than: Job) -> bool:
    """Tell whether this was read of a job before that was; news of a job may overtake each other.

    Values read at the same stage are not told apart.
    """
    return _stage(job) < _stage(than)


def _stage(job: Job) -> tuple[int, int, int]:
    return job.attempt, _WITHIN[job.status], job.progress.percent


_BEFORE = {
    JobStatus.QUEUED: JobStatus.PROCESSING,
    JobStatus.PROCESSING: JobStatus.QUEUED,
    JobStatus.COMPLETED: JobStatus.PROCESSING,
    JobStatus.FAILED: JobStatus.PROCESSING,
    JobStatus.CANCELLED: JobStatus.QUEUED,
}


def way(old: Job | None, new: Job) -> list[Job]:
    """List what a job was from one look to the next, in order; `new` is the last of them.

    Who looks now and then misses stages, but there is only one shortest way between two. Nothing
    comes after the end, of a failed job only its being tried again.
    """
    if old is None:
        last = None
    elif (old.status, old.attempt) == (new.status, new.attempt):
        return [new]
    elif old.status in {JobStatus.COMPLETED, JobStatus.CANCELLED}:
        return []
    else:
        last = old.status
    stages, first = [new], new.status
    while not ((last, first) in LEGAL or (last is None and first is JobStatus.QUEUED)):
        first = _BEFORE[first]
        stages.insert(0, _at(new, first))
    return stages


def _at(job: Job, status: JobStatus) -> Job:
    """Give a job as it was when it had this status, as far as that is known."""
    began = job.started_at if status is JobStatus.PROCESSING else None
    return replace(
        job,
        status=status,
        progress=JobProgress(),
        started_at=began,
        completed_at=None,
        result=None,
        error=None,
        lease="",
    )


class RetryPolicy(NamedTuple):
    """How often and how soon a failed job is tried again."""

    max_retries: int = 3
    base: float = 2.0
    longest: float = 300.0


def retry_delay(policy: RetryPolicy, failures: int) -> float:
    """Give the pause before the next attempt after so many failures: 2, 4, 8 … s, capped."""
    # Beyond 2^60 the cap holds anyway, and no power may become infinite.
    return min(policy.longest, policy.base * 2.0 ** min(max(failures, 1) - 1, 60))


def next_retry(policy: RetryPolicy, retry_count: int, *, lasting: bool) -> float | None:
    """Decide after a failure: seconds until the next attempt, or None for no further one.

    `retry_count` counts the retries made so far; a `lasting` error is the same next time.
    """
    if lasting or retry_count >= policy.max_retries:
        return None
    return retry_delay(policy, retry_count + 1)
