"""`SqliteJobs`: the table of jobs behind `dbp.ports.JobStore`.

Each method is one transaction, so that any number of processes may share the table: of those that
claim a job one gets it, and what is written under a lease that was lost changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NoReturn
from uuid import uuid4

from sqlalchemy import Connection

from dbp.clock import Clock
from dbp.errors import RequestError
from dbp.job import (
    FINAL,
    Job,
    JobError,
    JobMove,
    JobPriority,
    JobProgress,
    JobStatus,
    RetryPolicy,
    next_retry,
)
from dbp.ports import Json, LeaseLostError, NewJob, Submitted
from dbp.store import job_sql as sql
from dbp.store.boot import boot_id
from dbp.store.columns import clean
from dbp.store.connections import Database
from dbp.store.job_reads import JobReads, job_of
from dbp.store.rates import Use, count

MAX_JSON = 1_000_000
"""Characters of arguments or of a result: a job carries what to do, not the material."""

_MAX_TEXT = 2000
_MAX_KEY = 500
# Whoever reads it may stand deep in calls already.
_MAX_DEPTH = 100
_MOST = (1 << 63) - 1
# No window of a rate limit is longer than the setting allows: 9,999,999 s.
_KEPT_USES = 10_000_000.0


class SqliteJobs(JobReads):
    """The table of jobs of one workspace."""

    def __init__(self, database: Database, clock: Clock, boot: str = "") -> None:
        super().__init__(database, clock, boot or boot_id())

    # ── in ─────────────────────────────────────────────────────────────────────────────────────

    def submit(self, new: NewJob, *, queue_size: int) -> Submitted:
        """Add a job, or join the equal one that waits or runs."""
        row = self._row(new)
        with self._database.write() as connection:
            if new.rate is not None:
                use = Use(new.requested_by, new.action or new.type, new.rate)
                count(connection, sql.RATES, use, self._clock, self._boot)
            if new.key:
                same = _equal(connection, new.type, row["key"])
                if same is not None:
                    return Submitted(self._join(connection, same, new), deduplicated=True)
            self._refuse_when_full(connection, queue_size)
            added = connection.execute(sql.ADD, row).one()
            self._note(connection, added, JobMove.SUBMITTED, new.requested_by)
            return Submitted(job_of(added), deduplicated=False)

    def _row(self, new: NewJob) -> dict[str, Any]:
        now, tick = self._clock.now(), self._clock.monotonic()
        later = new.delay > 0
        return {
            "id": str(uuid4()),
            "type": new.type,
            "status": JobStatus.QUEUED.value,
            "priority": int(new.priority),
            "arguments": packed(new.arguments),
            "created_at": now,
            "waiting_since": now,
            "waiting_tick": tick,
            "scheduled_for": now + new.delay if later else None,
            "due": tick + new.delay if later else None,
            "retry_count": 0,
            "max_retries": new.policy.max_retries,
            "retry_base": new.policy.base,
            "retry_longest": new.policy.longest,
            "requested_by": new.requested_by[:_MAX_TEXT],
            "action": new.action or new.type,
            "key": stored_key(new.key),
            "boot": self._boot,
            **sql.NEW_JOB,
        }

    @staticmethod
    def _join(connection: Connection, same: Any, new: NewJob) -> Job:
        """Let somebody else's equal job do it: sooner if need be, and once more if it runs.

        A pause after a failure stays what it is.
        """
        joined = {
            "job": same.id,
            "wanted": int(new.priority),
            "at_once": new.delay <= 0 and same.retry_count == 0,
        }
        return job_of(connection.execute(sql.JOIN, joined).one())

    @staticmethod
    def _refuse_when_full(connection: Connection, queue_size: int) -> None:
        waiting = int(connection.execute(sql.WAITING, {"most": queue_size}).scalar_one())
        if waiting >= queue_size:
            raise RequestError(
                f"{waiting} jobs wait already, jobs.queue_size allows no more",
                hint="wait, cancel some with dbp jobs cancel, or raise the setting",
                code="queue_full",
            )

    # ── work ───────────────────────────────────────────────────────────────────────────────────

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
        """Take the next job of these types that is due, of at least this priority."""
        times = self._times()
        chosen = {
            **times,
            "types": json.dumps(list(types)),
            "least": int(least),
            "oldest": oldest,
            "ageing": float(ageing_seconds),
            "owner": clean(owner),
            "ends": times["tick"] + lease_seconds,
        }
        with self._database.write() as connection:
            self._do_chores(connection, times)
            row = connection.execute(sql.CLAIM, chosen).first()
            if row is None:
                return None
            self._note(connection, row, JobMove.CLAIMED, owner)
            return job_of(row)

    def _do_chores(self, connection: Connection, times: Mapping[str, Any]) -> None:
        """Take jobs from the dead, and let those be ready whose time has come."""
        dead, old, ripe = connection.execute(sql.CHORES, times).one()
        if dead:
            self._rescue(connection, sql.EXPIRED, times)
        if old:
            connection.execute(sql.ADOPT, times)
        if old or ripe:
            connection.execute(sql.RIPEN, times)

    def renew(self, leases: Sequence[str], lease_seconds: float) -> Sequence[str]:
        """Make leases last from now on; return those that are lost or whose job is cancelled."""
        if not leases:
            return []
        ends = self._clock.monotonic() + lease_seconds
        with self._database.write() as connection:
            renewed = connection.execute(
                sql.RENEW, {"leases": list(leases), "ends": ends, "this_boot": self._boot}
            ).scalars()
            held = set(renewed)
        return [lease for lease in leases if lease not in held]

    def progress(self, lease: str, progress: JobProgress) -> None:
        """Store how far a job is; its percentage never falls."""
        values = {
            "percent": min(100, max(0, progress.percent)),
            "step": clean(progress.step[:_MAX_TEXT]),
            "done": min(_MOST, max(0, progress.done)),
            "total": min(_MOST, max(0, progress.total)),
            "leased": clean(lease),
        }
        with self._database.write() as connection:
            if connection.execute(sql.PROGRESS, values).rowcount == 0:
                _lost(lease)

    def complete(self, lease: str, result: Json) -> bool:
        """Store the result; False when the job was joined meanwhile and has to look once more."""
        values = {"result": packed(result), "percent": 100, **_NO_ERROR, **self._ended()}
        # Whoever completes it knows of every join by then.
        del values["rerun"]
        with self._database.write() as connection:
            row = self._moved(connection, JobMove.COMPLETED, lease, values)
            if row is None:
                if connection.execute(sql.LOOK_AGAIN, {"leased": clean(lease)}).rowcount:
                    return False
                _lost(lease)
            self._note(connection, row, JobMove.COMPLETED, "")
            return True

    def fail(self, lease: str, error: JobError, *, lasting: bool = False) -> Job:
        """Store a failure: queued again while retries are left."""
        with self._database.write() as connection:
            found = connection.execute(sql.LEASED, {"leased": lease}).first()
            if found is None:
                _lost(lease)
            policy = RetryPolicy(found.max_retries, found.retry_base, found.retry_longest)
            wait = next_retry(policy, found.retry_count, lasting=lasting)
            why = {
                "error_code": error.code[:_MAX_TEXT],
                "error_message": error.message[:_MAX_TEXT],
                "error_hint": error.hint[:_MAX_TEXT],
            }
            if wait is None:
                row = self._move(connection, JobMove.FAILED, lease, {**why, **self._ended()})
            else:
                again = {**why, **self._waits(wait), "retry_count": found.retry_count + 1}
                row = self._move(connection, JobMove.RETRIED, lease, again, f"in {wait:g} s")
            return job_of(row)

    def hand_back(self, lease: str) -> None:
        """Queue a job again without counting an attempt."""
        with self._database.write() as connection:
            self._move(connection, JobMove.HANDED_BACK, lease, self._waits(0))

    # ── from outside ───────────────────────────────────────────────────────────────────────────

    def cancel(self, job_id: str, *, lease: str | None = None) -> Job:
        """Cancel a job that waits or runs."""
        with self._database.write() as connection:
            job = self._existing(connection, job_id)
            if lease not in {None, job.lease}:
                _lost(lease or job_id)
            if job.status in FINAL:
                raise RequestError(
                    f"job {job_id} is {job.status} already: there is nothing to cancel",
                    code="invalid_state",
                )
            return job_of(self._move_any(connection, JobMove.CANCELLED, job_id, self._ended()))

    def retry(self, job_id: str, *, force: bool = False, queue_size: int) -> Job:
        """Queue a failed job again, as new as it was but for its count of retries."""
        with self._database.write() as connection:
            job = self._existing(connection, job_id)
            if job.status is not JobStatus.FAILED:
                raise RequestError(
                    f"job {job_id} is {job.status}: only a failed one can be tried again",
                    code="invalid_state",
                )
            if job.retry_count >= job.max_retries and not force:
                raise RequestError(
                    f"job {job_id} was tried again {job.retry_count} times, which is all it may",
                    hint="force tries it once more",
                    code="invalid_state",
                )
            same = _equal(connection, job.type, job.key or None)
            if same is not None:
                raise RequestError(
                    f"job {same.id} does the same and is {same.status}",
                    code="invalid_state",
                    jobId=same.id,
                )
            self._refuse_when_full(connection, queue_size)
            fresh = {
                "retry_count": job.retry_count + 1,
                "result": None,
                "completed_at": None,
                "percent": 0,
                "step": "",
                "done": 0,
                "total": 0,
                **_NO_ERROR,
                **self._waits(0),
            }
            return job_of(self._move_any(connection, JobMove.RESTARTED, job_id, fresh))

    def rescue(self, *, everybody_but: str | None = None) -> Sequence[Job]:
        """Take jobs away from owners whose lease ran out, or who are not this one."""
        with self._database.write() as connection:
            if everybody_but is None:
                return self._rescue(connection, sql.EXPIRED, self._times())
            return self._rescue(connection, sql.OF_OTHERS, {"owner": everybody_but})

    def cleanup(self, older_than: float, limit: int = 200) -> int:
        """Forget final jobs that ended before this moment, at most `limit`; return how many."""
        with self._database.write() as connection:
            gone = connection.execute(sql.CLEAN_UP, {"before": older_than, "limit": limit})
            connection.execute(sql.FORGET_OLD_USES, {"before": self._clock.now() - _KEPT_USES})
            return int(gone.rowcount)

    # ── moves ──────────────────────────────────────────────────────────────────────────────────

    def _rescue(
        self, connection: Connection, which: Any, parameters: Mapping[str, Any]
    ) -> list[Job]:
        rescued = []
        for found in connection.execute(which, parameters).all():
            if found.retry_count >= found.max_retries:
                why = {
                    "error_code": "interrupted",
                    "error_message": "whoever worked on it ended without a word",
                    "error_hint": "dbp jobs retry --force tries it once more",
                }
                move, values = JobMove.INTERRUPTED, {**why, **self._ended()}
            else:
                again = {**self._waits(0), "retry_count": found.retry_count + 1}
                move, values = JobMove.RESCUED, again
            row = self._move(connection, move, found.lease, values, found.owner)
            rescued.append(job_of(row))
        return rescued

    def _move(
        self,
        connection: Connection,
        move: JobMove,
        lease: str,
        values: Mapping[str, Any],
        detail: str = "",
    ) -> Any:
        """Move the job that is held under a lease. Raises `LeaseLostError`."""
        row = self._moved(connection, move, lease, values)
        if row is None:
            _lost(lease)
        self._note(connection, row, move, detail)
        return row

    @staticmethod
    def _moved(connection: Connection, move: JobMove, lease: str, values: Mapping[str, Any]) -> Any:
        parameters = {"leased": lease, **_new(values)}
        return connection.execute(sql.moved(move, values), parameters).first()

    def _move_any(
        self, connection: Connection, move: JobMove, job_id: str, values: Mapping[str, Any]
    ) -> Any:
        """Move a job whoever holds it; the caller has looked whether it may."""
        row = connection.execute(sql.moved_any(move, values), {"job": job_id, **_new(values)}).one()
        self._note(connection, row, move, "")
        return row

    def _note(self, connection: Connection, row: Any, move: JobMove, detail: str) -> None:
        now, said = self._clock.now(), clean(detail[:_MAX_TEXT])
        values = (row.number, row.type, now, move.value, row.status, row.retry_count, said)
        connection.exec_driver_sql(sql.NOTE, values)

    def _times(self) -> dict[str, Any]:
        return {
            "now": self._clock.now(),
            "tick": self._clock.monotonic(),
            "this_boot": self._boot,
        }

    def _waits(self, delay: float) -> dict[str, Any]:
        """Give what a job is that waits again."""
        now, tick = self._clock.now(), self._clock.monotonic()
        return {
            "waiting_since": now,
            "waiting_tick": tick,
            "scheduled_for": now + delay if delay else None,
            "due": tick + delay if delay else None,
            "boot": self._boot,
            "started_at": None,
            "started_tick": None,
            "seconds": None,
            **_NOBODY,
        }

    def _ended(self) -> dict[str, Any]:
        return {
            "completed_at": self._clock.now(),
            "ended_tick": self._clock.monotonic(),
            "boot": self._boot,
            **_NOBODY,
        }

    @staticmethod
    def _existing(connection: Connection, job_id: str) -> Job:
        row = connection.execute(sql.BY_ID, {"job": job_id}).first()
        if row is None:
            raise RequestError(
                f"there is no job {job_id!r}", hint="dbp jobs list shows all", code="not_found"
            )
        return job_of(row)


_NOBODY: dict[str, Any] = {"lease": "", "owner": "", "lease_ends": None, "rerun": False}
_NO_ERROR: dict[str, Any] = {"error_code": None, "error_message": None, "error_hint": None}


def _equal(connection: Connection, kind: str, key: str | None) -> Any:
    """Find the job with a key that waits or runs."""
    if key is None:
        return None
    return connection.execute(sql.SAME, {"type": kind, "key": key}).first()


def stored_key(key: str) -> str | None:
    """Give the key as it is stored: short, and no two keys alike. None joins nothing."""
    if key and (len(key) > _MAX_KEY or clean(key) != key):
        return f"sha256 {sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return key or None


def _new(values: Mapping[str, Any]) -> dict[str, Any]:
    """Name the values as the statements of `job_sql` bind them."""
    return {f"new_{name}": value for name, value in values.items()}


def packed(value: Json) -> str:
    """Write plain JSON in ASCII. Raises `RequestError` for what is none, or too much."""
    if not isinstance(value, dict):
        raise RequestError("what a job carries must be a JSON object")
    try:
        text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise RequestError(f"what a job carries must be plain JSON: {error}") from error
    if len(text) > MAX_JSON:
        raise RequestError(f"a job carries at most {MAX_JSON:,} characters of JSON")
    if text.count("[") + text.count("{") > _MAX_DEPTH and _deeper(value, _MAX_DEPTH):
        raise RequestError(f"what a job carries is nested at most {_MAX_DEPTH} deep")
    return text


def _deeper(value: Any, levels: int) -> bool:
    """Tell whether lists and objects are nested deeper than so many levels."""
    row = [value]
    for _ in range(levels + 1):
        parts = [each.values() if isinstance(each, dict) else each for each in row]
        row = [each for part in parts for each in part if isinstance(each, dict | list | tuple)]
        if not row:
            return False
    return True


def _lost(lease: str) -> NoReturn:
    raise LeaseLostError(f"job {lease.partition(':')[0]} is somebody else's by now")
