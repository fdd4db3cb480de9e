"""The answers about services: `dbp/services/*`, `dbp/sync`, `dbp/optimize`, `dbp/clearIndex`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbp.desk import Desk
from dbp.errors import RequestError
from dbp.forwarding import Reply
from dbp.job import JobPriority
from dbp.ports import Json, Submitted
from dbp.runtime import answer_on_thread
from dbp.services import ServiceManager

_PRIORITIES = {priority.label: priority for priority in JobPriority}
_ABOUT = frozenset({"service", "enabled", "workspaceFolder", "uri", "settings", "requestedBy"})
"""What `dbp/services/configure` takes besides settings."""


def status(desk: Desk, _params: Json, reply: Reply) -> None:
    """Say where every service stands."""

    def run(services: ServiceManager) -> Json:
        state = "running" if services.running else "stopped"
        return {"state": state, "services": services.described()}

    _leading(desk, run, reply)


def configure(desk: Desk, params: Json, reply: Reply) -> None:
    """Switch a service, or change its settings until the leading process ends."""
    name, enabled = _text(params, "service"), params.get("enabled")
    if not isinstance(enabled, bool | None):
        raise RequestError("enabled must be true or false")
    nested = params.get("settings") or {}
    if not isinstance(nested, dict):
        raise RequestError("settings must be an object")
    if "enabled" in nested:
        raise RequestError("enabled is no setting of a service", hint="it stands beside settings")
    values = {key: value for key, value in params.items() if key not in _ABOUT} | nested

    def run(services: ServiceManager) -> Json:
        return {"service": name, **services.configure(name, enabled=enabled, **values)}

    _leading(desk, run, reply)


def trigger(desk: Desk, params: Json, reply: Reply) -> None:
    """Submit an operation of a service."""
    name, operation = _text(params, "service"), _text(params, "operation", "")
    priority = params.get("priority", JobPriority.NORMAL.label)
    if not isinstance(priority, str) or priority not in _PRIORITIES:
        raise RequestError(
            f"there is no priority {priority!r}", hint=f"one of {', '.join(_PRIORITIES)}"
        )
    target, chosen = _target(desk, params), _PRIORITIES[priority]
    _submit(desk, params, reply, (name, operation), target=target, priority=chosen)


def sync(desk: Desk, params: Json, reply: Reply) -> None:
    """Bring disk, record, memory and search index in step; `full` reads every file again."""
    target = _target(desk, params)
    operation = "full_resync" if params.get("full") else "sync_file" if target else "reconcile"
    target = "" if params.get("full") else target
    _submit(desk, params, reply, ("sync", operation), target=target)


def clear_index(desk: Desk, params: Json, reply: Reply) -> None:
    """Throw the record away and read everything again: for whoever distrusts it."""
    store = desk.store
    assert store is not None  # noqa: S101  # nothing is answered before the folder is open
    by = _requester(desk, params)

    def run(services: ServiceManager) -> Json:
        removed = sum(store.counts().values())
        submitted = services.trigger("sync", "clear_index", priority=JobPriority.HIGH, by=by)
        return {"removed": removed, **_submitted(services, "sync", submitted)}

    _leading(desk, run, reply)


def _requester(desk: Desk, params: Json) -> str:
    """Name in whose name something is asked for."""
    requester = params.get("requestedBy")
    return requester if isinstance(requester, str) else desk.requester


def _submitted(services: ServiceManager, name: str, submitted: Submitted) -> Json:
    return {
        "jobId": submitted.job.id,
        "deduplicated": submitted.deduplicated,
        "status": submitted.job.status.value,
        "held": services.held(name),
    }


def optimize(desk: Desk, params: Json, reply: Reply) -> None:
    """Tidy the database."""
    operation = _text(params, "operation", "optimize_indices")
    _submit(desk, params, reply, ("index_optimization", operation))


def _submit(
    desk: Desk,
    params: Json,
    reply: Reply,
    operation: tuple[str, str],
    *,
    target: str = "",
    priority: JobPriority = JobPriority.NORMAL,
) -> None:
    name, what = operation
    by = _requester(desk, params)

    def run(services: ServiceManager) -> Json:
        submitted = services.trigger(name, what, target, priority=priority, by=by)
        return _submitted(services, name, submitted)

    _leading(desk, run, reply)


def _leading(desk: Desk, run: Callable[[ServiceManager], Json], reply: Reply) -> None:
    """Answer from a thread of its own: it asks the database."""
    services = desk.leading().services
    answer_on_thread("services request", lambda: run(services), reply)


def _target(desk: Desk, params: Json) -> str:
    """Read `uri`, or `target`: a path below the folder or a `file:` URI."""
    uri, target = params.get("uri"), params.get("target")
    if isinstance(target, str) and target.startswith("file:"):
        uri = target
    if isinstance(uri, str):
        return desk.root.key_of_uri(uri)
    if isinstance(target, str) and target:
        return desk.root.key(desk.root.absolute(target))
    if target not in (None, "") or uri is not None:
        raise RequestError("uri and target must be strings")
    return ""


def _text(params: Json, name: str, default: str | None = None) -> str:
    found: Any = params.get(name, default)
    if not isinstance(found, str):
        raise RequestError(f"{name} must be a string")
    return found
