"""Requests between processes of one workspace: who follows asks, who leads answers.

A request travels as a file in the bell folder, its reply as another. What is still unanswered when
the asker takes the lead itself is given back, to be answered at home.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from dbp.errors import DbpError, RequestError, defect
from dbp.ports import Bell, Json

log = logging.getLogger(__name__)

Reply = Callable[[Any], None]
"""Takes the JSON result of a request, or the `DbpError` it failed with. From any thread."""

Request = tuple[str, Json, Reply]

FORWARDED = frozenset(
    {
        "dbp/settle",
        "dbp/processFile",
        "dbp/clearQueue",
        "dbp/scan",
        "dbp/scheduler/start",
        "dbp/scheduler/stop",
        "dbp/trustChanged",
        "dbp/accept",
        "dbp/refresh",
        "dbp/jobs/submit",
        "dbp/jobs/retry",
        "dbp/jobs/cancel",
        "dbp/jobs/cleanup",
        "dbp/services/status",
        "dbp/services/configure",
        "dbp/services/trigger",
        "dbp/sync",
        "dbp/optimize",
        "dbp/clearIndex",
    }
)
"""What only the leader can do."""

SERVED = FORWARDED | {"dbp/status", "dbp/metrics", "dbp/health"}
"""What a leader answers for other processes."""


class Ear:
    """Hears the bell where no watcher does so for this process. Thread-safe."""

    def __init__(self, bell: Bell, on_name: Callable[[str], None]) -> None:
        self._bell = bell
        self._on_name = on_name
        self._lock = threading.Lock()
        self._stop: Callable[[], None] | None = None

    def listen(self, *, wanted: bool) -> None:
        """Listen from now on, or no more; nothing happens where that is so already."""
        with self._lock:
            if wanted == (self._stop is not None):
                return
            stop, self._stop = self._stop, self._bell.listen(self._on_name) if wanted else None
        if stop is not None:
            stop()


class Forwarding:
    """The requests this process has sent and not had answered. Thread-safe."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._lock = threading.Lock()
        self._sent: dict[str, Request] = {}

    def send(self, method: str, params: Json, reply: Reply) -> None:
        """Ask the leader."""
        with self._lock:
            # The reply may come before `ring` returns: it waits for this lock.
            request_id = self._bell.ring({"method": method, "params": params})
            self._sent[request_id] = (method, params, reply)

    def hear(self, name: str) -> None:
        """A reply file appeared: pass it on if it is for us."""
        request_id = name.partition(".")[0]
        with self._lock:
            request = self._sent.pop(request_id, None)
        if request is not None:
            message = self._bell.read(name) or {}
            request[2](_from_wire(message.get("reply")))

    def take_back(self) -> list[Request]:
        """Give back what is unanswered."""
        with self._lock:
            unanswered = list(self._sent.values())
            self._sent.clear()
        return unanswered

    def serve(
        self, request_id: str, message: Json, handle: Callable[[str, Json, Reply], None]
    ) -> None:
        """Answer a request that another process left, through `handle`."""
        method, params = message.get("method"), message.get("params") or {}

        def answer(result: Any) -> None:
            self._bell.answer(request_id, {"reply": _to_wire(result)})

        if not (method in SERVED and isinstance(params, dict)):
            answer(RequestError(f"{method!r} is not forwarded", code="bad_params"))
            return
        try:
            handle(str(method), params, answer)
        except Exception as error:
            # Whoever asked would wait for ever.
            log.exception("answering %s for another process failed", method)
            answer(defect(error))


def _to_wire(result: Any) -> Json:
    if isinstance(result, DbpError):
        error = {"code": result.code, "message": result.message, "hint": result.hint}
        return {"error": {**error, "data": result.data}}
    return {"result": result}


def _from_wire(reply: Any) -> Any:
    if isinstance(reply, dict) and isinstance(reply.get("error"), dict):
        error = reply["error"]
        found = RequestError(
            str(error.get("message")), hint=str(error.get("hint")), code=str(error.get("code"))
        )
        data = error.get("data")
        found.data.update(data if isinstance(data, dict) else {})
        return found
    return reply.get("result") if isinstance(reply, dict) else None
