"""JSON-RPC as the specification has it, with pygls as registrar.

Promises: every request gets exactly one answer; the order of the life cycle is kept; nothing a
client sends raises out of here, and none of its content is logged; a handler that raises, recurses
or exits fails its own request only. Params of methods that LSP does not know (`dbp/*`) arrive as
plain JSON values. Everything here runs on the loop thread.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import logging
from collections.abc import Callable, Hashable
from concurrent.futures import Future, InvalidStateError
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, Never, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams, JsonRpcMethodNotFound
from pygls.protocol import LanguageServerProtocol

from dbp.errors import DbpError
from dbp.lsp import protocol_errors as errors
from dbp.lsp.execution import Execution, Handler, start
from dbp.lsp.outgoing import FrameWriter

if TYPE_CHECKING:
    from cattrs import Converter

    from dbp.lsp.base import Server

log = logging.getLogger(__name__)

MessageId = int | str


class State(Enum):
    """Where the session stands."""

    NEW = "new"
    READY = "ready"
    SHUTDOWN = "shutdown"


class RpcProtocol(LanguageServerProtocol):
    """Reads, orders, dispatches and answers; `Protocol` adds what LSP's own methods do."""

    _server: Server

    def __init__(self, server: Server, converter: Converter) -> None:
        self.state = State.NEW
        self.outgoing: FrameWriter | None = None
        self._running: dict[MessageId, Execution] = {}
        self._unanswered: set[Execution] = set()  # running notifications: the loop holds no task
        self._refusals = 0
        super().__init__(server, converter)

    # ── what comes in ──────────────────────────────────────────────────────────────────────────

    def receive(self, body: bytes) -> None:
        """Handle one message as it came off the wire."""
        try:
            message = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
        except (ValueError, RecursionError):
            self.refuse(errors.PARSE_ERROR, "the message is not JSON in UTF-8")
            return
        self.handle_message(message)

    def handle_message(self, message: Any) -> None:
        """Handle one parsed message."""
        if not isinstance(message, dict):
            self.refuse(errors.INVALID_REQUEST, "a message must be one object; LSP has no batches")
            return
        method, message_id = message.get("method"), message.get("id")
        if "id" in message and not _is_id(message_id):
            if "error" not in message:  # a client's error about a message it could not read
                self.refuse(errors.INVALID_REQUEST, "an id must be a string or an integer")
        elif "method" not in message and ("result" in message or "error" in message):
            self._take_response(message)
        elif not isinstance(method, str) or message.get("jsonrpc") != self.VERSION:
            self.refuse(errors.INVALID_REQUEST, "this is not a JSON-RPC 2.0 message", message_id)
        elif message_id is None:
            self._take_notification(method, message.get("params"))
        else:
            self._take_request(message_id, method, message.get("params"))

    def _take_request(self, message_id: MessageId, method: str, params: Any) -> None:
        problem = self._gate(method)
        if problem is None and message_id in self._running:
            problem = errors.error(errors.INVALID_REQUEST, "a request with this id is running")
        if problem is None:
            try:
                handler = self._get_handler(method)
                structured = self._structure_params(method, params)
            except JsonRpcMethodNotFound:
                problem = errors.error(errors.METHOD_NOT_FOUND, f"unknown method {method[:100]}")
            except Exception as raised:  # noqa: BLE001 - cattrs raises many kinds, all mean this
                problem = errors.invalid_params(raised)
            else:
                run = partial(self._run_request, message_id, method, handler, structured)
                contextvars.copy_context().run(run)
                return
        self.answer_error(message_id, problem)

    def _gate(self, method: str) -> dict[str, Any] | None:
        """Say why a request may not come now."""
        if method == types.INITIALIZE and self.state is not State.NEW:
            return errors.error(errors.INVALID_REQUEST, "initialize may come once only")
        if self.state is State.NEW and method != types.INITIALIZE:
            return errors.error(errors.NOT_INITIALIZED, "the first request must be initialize")
        if self.state is State.SHUTDOWN:
            return errors.error(errors.INVALID_REQUEST, "the server was asked to shut down")
        return None

    def _run_request(
        self, message_id: MessageId, method: str, handler: Handler, params: Any
    ) -> None:
        self._ctx_msg_id.set(message_id)
        execution = start(handler, (params,))
        self._running[message_id] = execution
        execution.add_done_callback(partial(self._finish_request, message_id, method))

    def _finish_request(self, message_id: MessageId, method: str, execution: Execution) -> None:
        raised = None if execution.cancelled() else execution.exception()
        if self._running.get(message_id) is not execution:
            return  # it was cancelled, and answered then
        del self._running[message_id]
        if execution.cancelled():
            self.answer_error(message_id, errors.error(errors.CANCELLED, "cancelled"))
        elif raised is not None:
            self.answer_error(message_id, errors.error_of(raised, method))
        else:
            self.answer(message_id, execution.result())

    def cancel(self, message_id: Any) -> None:
        """Answer a running request with "cancelled" and stop it; other ids are ignored."""
        execution = self._running.pop(message_id, None) if _is_id(message_id) else None
        if execution is not None:
            self.answer_error(message_id, errors.error(errors.CANCELLED, "cancelled"))
            execution.cancel()

    def cancel_all(self) -> None:
        """Cancel every running request but the one that asks, and every notification."""
        for message_id in [running for running in self._running if running != self.msg_id]:
            self.cancel(message_id)
        for execution in list(self._unanswered):
            execution.cancel()

    def _take_notification(self, method: str, params: Any) -> None:
        if self.state is not State.READY and method != types.EXIT:
            return
        if method == types.CANCEL_REQUEST:
            self.cancel(params.get("id") if isinstance(params, dict) else None)
            return
        try:
            handler = self._get_handler(method)
            structured = self._structure_params(method, params)
        except JsonRpcMethodNotFound:
            log.debug("a notification of an unknown method was ignored")
        except Exception:  # noqa: BLE001 - cattrs raises many kinds, all mean this
            log.info("a %s with params of the wrong shape was ignored", method)
            self.bad_notification(method, params)
        else:
            execution = contextvars.copy_context().run(start, handler, (structured,))
            self._unanswered.add(execution)
            execution.add_done_callback(partial(self._finish_notification, method))

    def bad_notification(self, method: str, params: Any) -> None:
        """Hear of a notification whose params could not be understood."""

    def _finish_notification(self, method: str, execution: Execution) -> None:
        self._unanswered.discard(execution)
        raised = None if execution.cancelled() else execution.exception()
        if isinstance(raised, DbpError):
            log.warning("%s: %s", method, raised)
        elif raised is not None:
            errors.log_defect(raised, method)

    def _structure_params(self, method: str, params: Any) -> Any:
        known = types.METHOD_TO_TYPES.get(method)
        if known is None:
            if params is not None and not isinstance(params, dict | list):
                raise ValueError("params must be an object or an array")
            return params
        shape = known[2]
        if shape is None:
            return None
        return self._converter.structure({} if params is None else params, cast("type[Any]", shape))

    def _take_response(self, message: dict[str, Any]) -> None:
        message_id = message.get("id")
        if message_id not in self._result_types:
            return  # nobody asked, or nobody waits any more
        shape = self._result_types.pop(message_id)
        future = self._request_futures.pop(message_id, None)
        if future is None:
            return
        raised: Exception | None = None
        result: Any = None
        try:
            if (problem := message.get("error")) is not None:
                raised = JsonRpcException.from_error(
                    self._converter.structure(problem, types.ResponseError)
                )
            elif shape is None:
                result = message.get("result")
            else:
                result = self._converter.structure({"result": None, **message}, shape).result
        except Exception:  # noqa: BLE001 - cattrs raises many kinds, all mean this
            raised = JsonRpcInvalidParams("the client's answer has the wrong shape")
        with contextlib.suppress(InvalidStateError):  # cancelled meanwhile
            if raised is None:
                future.set_result(result)
            else:
                future.set_exception(raised)

    # ── what goes out ──────────────────────────────────────────────────────────────────────────

    def answer(self, message_id: MessageId | None, result: Any) -> None:
        """Answer a request with a result; one that JSON cannot carry becomes an error."""
        message = {"jsonrpc": self.VERSION, "id": message_id, "result": result}
        try:
            body = self._encode(message)
        except Exception as raised:  # noqa: BLE001 - whatever it is, the client waits for an answer
            self.answer_error(message_id, errors.error_of(raised, "the result of a request"))
        else:
            self._post(body)

    def answer_error(self, message_id: MessageId | None, error: dict[str, Any]) -> None:
        """Answer a request with an error."""
        message = {"jsonrpc": self.VERSION, "id": message_id, "error": error}
        try:
            body = self._encode(message)
        except Exception as raised:  # noqa: BLE001 - data JSON cannot carry: answer without it
            errors.log_defect(raised, "the data of an error")
            message["error"] = {"code": error["code"], "message": str(error["message"])}
            body = self._encode(message)
        self._post(body)

    def refuse(self, code: int, reason: str, message_id: MessageId | None = None) -> None:
        """Answer a message that is none; the log gets lines 1, 2, 4, 8 … of a flood."""
        self._refusals += 1
        if self._refusals & (self._refusals - 1) == 0:
            log.warning("a message was refused (%d so far): %s", self._refusals, reason)
        self.answer_error(message_id, errors.error(code, reason))

    def notify(self, method: str, params: Any | None = None) -> None:
        """Send a notification; one that supersedes a waiting one takes its place."""
        message = {"jsonrpc": self.VERSION, "method": method, "params": params}
        if params is None:
            del message["params"]
        self._send_data(message, _superseding(method, params))

    def send_request(
        self,
        method: str,
        params: Any | None = None,
        callback: Callable[[Any], None] | None = None,
        msg_id: MessageId | None = None,
    ) -> Future[Any]:
        """Send a request; `callback` gets its result, and nothing when there is none."""
        future = super().send_request(method, params, None, msg_id)
        if callback is not None:
            future.add_done_callback(partial(_call_back, callback, method))
        return future

    def _send_data(self, data: Any, key: Hashable = None) -> None:
        try:
            body = self._encode(data)
        except Exception as raised:  # noqa: BLE001 - a defect of ours; the session goes on
            errors.log_defect(raised, "a message to the client")
        else:
            self._post(body, key)

    def _post(self, body: bytes, key: Hashable = None) -> None:
        if self.outgoing is not None:
            self.outgoing.write(body, key)

    def _encode(self, message: Any) -> bytes:
        text = json.dumps(
            message, default=self._serialize_message, allow_nan=False, separators=(",", ":")
        )
        return text.encode("ascii")

    def _serialize_message(self, data: Any) -> Any:
        if hasattr(data, "__attrs_attrs__"):
            return self._converter.unstructure(data)
        if isinstance(data, Enum):
            return data.value
        raise TypeError(f"JSON cannot carry a {type(data).__name__}")


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _is_id(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool)


def _call_back(callback: Callable[[Any], None], method: str, future: Future[Any]) -> None:
    if future.cancelled():
        return
    if (raised := future.exception()) is not None:
        log.info("the client refused %s: %s", method, type(raised).__name__)
        return
    try:
        callback(future.result())
    except Exception as defect:  # noqa: BLE001 - one of the few catch sites: logged as a defect
        errors.log_defect(defect, f"the callback of {method}")


def _superseding(method: str, params: Any) -> Hashable:
    """Name what a notification is the latest state of, or None when each one counts."""
    if method == types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS:
        return (method, _field(params, "uri"))
    if method == "dbp/statusChanged":
        return (method, _field(params, "workspaceFolder"))
    if method == types.PROGRESS and _field(_field(params, "value"), "kind") == "report":
        return (method, _field(params, "token"))
    return None


def _field(value: Any, name: str) -> Any:
    found = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
    return found if isinstance(found, Hashable) or name == "value" else None
