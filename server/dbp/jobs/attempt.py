"""One attempt at a job: the handler is run, and what it does becomes what is written of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial

from dbp.errors import DbpError, RequestError
from dbp.job import Job, JobError
from dbp.jobs.context import Context, Stop
from dbp.ports import JobCancelledError, JobHandler, JobStore, LeaseLostError

log = logging.getLogger(__name__)

Ending = Callable[[], object]
"""Writes how a job ended."""


def attempt(context: Context, store: JobStore, handlers: Mapping[str, JobHandler]) -> Ending | None:
    """Run the handler of a job; nothing it raises comes out. None: there is nothing to write."""
    job = context.job
    try:
        context.check()
        result = _handler(handlers, job.type)(context)
        context.flush()
    except JobCancelledError as error:
        log.info("job %s stopped: %s", job.id, error)
        if context.stop is None:
            # The handler itself says so: a person answered a question with no.
            return partial(store.cancel, job.id, lease=job.lease)
        return _stopped(context, store)
    except LeaseLostError as error:
        log.warning("%s", error)
        return None
    except BaseException as error:  # noqa: BLE001 - a handler that exits ends its job, no thread
        if context.stop is not None:
            # Whatever it says, it was made to stop.
            log.info("job %s stopped: %r", job.id, error)
            return _stopped(context, store)
        why, lasting = _failure(job, error)
        return partial(store.fail, job.lease, why, lasting=lasting)
    return partial(store.complete, job.lease, result)


def _handler(handlers: Mapping[str, JobHandler], kind: str) -> JobHandler:
    handler = handlers.get(kind)
    if handler is None:
        raise RequestError(
            f"nobody here does {kind}",
            hint="another version of dbp submitted it",
            lasting=True,
        )
    return handler


def _stopped(context: Context, store: JobStore) -> Ending | None:
    """Whoever cancelled it or has it now wrote so already."""
    if context.stop is Stop.ENDING:
        return partial(store.hand_back, context.job.lease)
    return None


def _failure(job: Job, error: BaseException) -> tuple[JobError, bool]:
    """Say why a handler failed, and whether it would again."""
    if isinstance(error, DbpError):
        return JobError(error.code, error.message, error.hint), bool(error.data.get("lasting"))
    log.error("job %s (%s) failed", job.id, job.type, exc_info=error)
    return JobError("defect", f"internal error: {type(error).__name__}", "see the log"), False
