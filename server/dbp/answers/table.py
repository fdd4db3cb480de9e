"""Which request is answered by whom, and the answers that need no room of their own."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from dbp.desk import Desk, key_of
from dbp.errors import RequestError, StoreError
from dbp.forwarding import Reply
from dbp.model import Cause, Change, Priority
from dbp.ports import Json
from dbp.report import files_json
from dbp.settings import effective_json

MAX_PAGE = 10_000
"""Files in one answer of `dbp/files`: more would be a message editors choke on."""


def answer(desk: Desk, method: str, params: Json, reply: Reply) -> None:
    """Answer a request. Raises the `DbpError` that is its answer."""
    handler = _HANDLERS.get(method)
    if handler is None:
        raise RequestError(f"unknown request {method!r}", code="bad_params")
    desk.usage.count(method.removeprefix("dbp/"))
    handler(desk, params, reply)


def _status(desk: Desk, _params: Json, reply: Reply) -> None:
    reply(desk.status())


def _config(desk: Desk, _params: Json, reply: Reply) -> None:
    reply(effective_json(desk.effective))


def _files(desk: Desk, params: Json, reply: Reply) -> None:
    assert desk.store is not None  # noqa: S101  # nothing is answered before the folder is open
    limit = params.get("limit", 100)
    query, cursor = params.get("query") or "", params.get("cursor")
    if not isinstance(limit, int) or not 1 <= limit <= MAX_PAGE:
        raise RequestError(f"limit must be a number from 1 to {MAX_PAGE}", code="bad_params")
    if not isinstance(query, str) or not isinstance(cursor, str | None):
        raise RequestError("query and cursor must be strings", code="bad_params")
    reply(files_json(desk.store.files(query, limit, cursor), desk.root.uri_of))


def _settle(desk: Desk, params: Json, reply: Reply) -> None:
    engine = desk.leading()

    def settled() -> None:
        if engine.stopped:
            # It ended without doing it: the next one answers, or it is said why there is none.
            desk.ask("dbp/settle", params, reply)
            return
        try:
            reply({"settled": True, "revision": desk.store.version() if desk.store else 0})
        except StoreError as error:
            reply(error)

    flush, enrich = bool(params.get("flush")), bool(params.get("enrich"))
    engine.settle(settled, flush=flush, enrich=enrich)


def _process_file(desk: Desk, params: Json, reply: Reply) -> None:
    engine, path = desk.leading(), key_of(desk.root, params)
    force = bool(params.get("force"))

    def look() -> None:
        try:
            reason = engine.scanner.why_excluded(path)
        except OSError as error:
            reply(RequestError(f"{path} cannot be looked at: {error.strerror}", code="failed"))
            return
        if reason is not None:
            reply({"queued": False, "reason": reason})
            return
        engine.buffer.offer(Change(path, Cause.REQUEST, Priority.FORCED, force=force))
        if force and engine.flow is not None:
            from dbp.enrichment.failures import BY_HAND

            engine.flow.ask(path, BY_HAND)
        reply({"queued": True, "reason": "forced" if force else "requested"})

    engine.run_soon("process file", look)


def _clear_queue(desk: Desk, _params: Json, reply: Reply) -> None:
    reply({"removed": desk.leading().buffer.clear()})


def _trust_changed(desk: Desk, _params: Json, reply: Reply) -> None:
    """Another process changed the user's consent: look at it again."""
    if (flow := desk.leading().flow) is not None:
        flow.consent_changed()
    reply({})


def _accept(desk: Desk, params: Json, reply: Reply) -> None:
    """Somebody says that documentation is still right though its code changed."""
    engine, path = desk.leading(), key_of(desk.root, params)
    names = params.get("names") or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise RequestError("names must be a list of strings", code="bad_params")

    def accept() -> None:
        try:
            engine.accept(path, names)
            reply({"accepted": True})
        except StoreError as error:
            reply(error)

    engine.run_soon("accept documentation", accept)


def _start(desk: Desk, _params: Json, reply: Reply) -> None:
    desk.leading().resume()
    reply(desk.status())


def _stop(desk: Desk, _params: Json, reply: Reply) -> None:
    desk.leading().pause()
    reply(desk.status())


def _of(module: str) -> Callable[[str], Callable[[Desk, Json, Reply], None]]:
    """Make answers that stand in a module of their own, loaded when one is first asked for."""

    def make(name: str) -> Callable[[Desk, Json, Reply], None]:
        def handler(desk: Desk, params: Json, reply: Reply) -> None:
            getattr(importlib.import_module(f"dbp.answers.{module}"), name)(desk, params, reply)

        return handler

    return make


_jobs = _of("jobs")
_plans = _of("plans")
_figures = _of("health")
_projects = _of("projects")
_services = _of("services")
_graph = _of("graph")
_search = _of("search")
_coverage = _of("coverage")

_HANDLERS: dict[str, Callable[[Desk, Json, Reply], None]] = {
    "dbp/status": _status,
    "dbp/config": _config,
    "dbp/health": _figures("health"),
    "dbp/metrics": _figures("metrics"),
    "dbp/files": _files,
    "dbp/settle": _settle,
    "dbp/processFile": _process_file,
    "dbp/clearQueue": _clear_queue,
    "dbp/trustChanged": _trust_changed,
    "dbp/accept": _accept,
    "dbp/scan": _jobs("scan"),
    "dbp/refresh": _jobs("refresh"),
    "dbp/refreshHistory": _jobs("refresh_history"),
    "dbp/jobs/submit": _jobs("submit"),
    "dbp/jobs/list": _jobs("listed"),
    "dbp/jobs/get": _jobs("get"),
    "dbp/jobs/queueStatus": _jobs("queue_status"),
    "dbp/jobs/retry": _jobs("retry"),
    "dbp/jobs/cancel": _jobs("cancel"),
    "dbp/jobs/cleanup": _jobs("cleanup"),
    "dbp/projects/add": _projects("add"),
    "dbp/projects/list": _projects("listed"),
    "dbp/projects/remove": _projects("remove"),
    "dbp/services/status": _services("status"),
    "dbp/services/configure": _services("configure"),
    "dbp/services/trigger": _services("trigger"),
    "dbp/sync": _services("sync"),
    "dbp/optimize": _services("optimize"),
    "dbp/clearIndex": _services("clear_index"),
    "dbp/references": _graph("references"),
    "dbp/cycles": _graph("cycles"),
    "dbp/impact": _graph("impact"),
    "dbp/search": _search("search"),
    "dbp/coverage": _coverage("coverage"),
    "dbp/plan": _plans("plan"),
    "dbp/skills": _plans("skills"),
    "dbp/scheduler/start": _start,
    "dbp/scheduler/stop": _stop,
}
