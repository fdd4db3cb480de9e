"""What an error looks like on the wire.

Expected errors keep their code, message and hint. A defect shows a short id and nothing of itself:
its traceback, and the paths in it, are in the log under that id.
"""

from __future__ import annotations

import logging
import uuid
from typing import Any

from lsprotocol.types import ErrorCodes, LSPErrorCodes
from pygls.exceptions import JsonRpcException

from dbp.errors import DbpError

log = logging.getLogger(__name__)

PARSE_ERROR = int(ErrorCodes.ParseError)
INVALID_REQUEST = int(ErrorCodes.InvalidRequest)
METHOD_NOT_FOUND = int(ErrorCodes.MethodNotFound)
INVALID_PARAMS = int(ErrorCodes.InvalidParams)
INTERNAL_ERROR = int(ErrorCodes.InternalError)
NOT_INITIALIZED = int(ErrorCodes.ServerNotInitialized)
CANCELLED = int(LSPErrorCodes.RequestCancelled)
REQUEST_FAILED = int(LSPErrorCodes.RequestFailed)

_CODES = {
    "bad_params": INVALID_PARAMS,
    "outside_workspace": INVALID_PARAMS,
    "internal": INTERNAL_ERROR,
}
_DETAIL = 300  # characters of a validation message: enough to name the field


class HandlerExitError(Exception):
    """A handler tried to end the process."""


def error(code: int, message: str, data: Any = None) -> dict[str, Any]:
    """Build a JSON-RPC error object."""
    built: dict[str, Any] = {"code": code, "message": message}
    if data is not None:
        built["data"] = data
    return built


def error_of(raised: BaseException, method: str) -> dict[str, Any]:
    """Build the error a request is answered with when its handler raised; logs a defect."""
    if isinstance(raised, DbpError):
        code = _CODES.get(raised.code, REQUEST_FAILED)
        return error(
            code, raised.message, {**raised.data, "code": raised.code, "hint": raised.hint}
        )
    if isinstance(raised, JsonRpcException) and raised.code != INTERNAL_ERROR:
        return error(raised.code, raised.message, raised.data)
    name = log_defect(raised, method)
    return error(
        INTERNAL_ERROR,
        f"internal error {name}",
        {"code": "internal", "id": name, "hint": "the server's log tells more under this id"},
    )


def log_defect(raised: BaseException, where: str) -> str:
    """Log a defect with its traceback and return the short id it can be found by."""
    name = uuid.uuid4().hex[:8]
    log.error("defect %s in %s", name, where, exc_info=raised)
    return name


def invalid_params(raised: BaseException) -> dict[str, Any]:
    """Build the error for params that do not have the method's shape, naming the fields."""
    from cattrs import transform_error

    try:
        detail = "; ".join(transform_error(raised, path="params"))
    except Exception:  # noqa: BLE001 - the message is a courtesy, the answer is not
        detail = ""
    message = f"invalid params: {detail}"[:_DETAIL] if detail else "invalid params"
    return error(INVALID_PARAMS, message, {"code": "bad_params"})
