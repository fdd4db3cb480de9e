"""Responses that are no success: what the service, or whoever answered in its place, means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from dbp.extract.bedrock.errors import BedrockError, credential_hint, one_line

_CHECK_ACCESS = (
    "check llm.model and llm.region, that the model is enabled for your account there, and that "
    "you may call bedrock:InvokeModel"
)
_BY_NAME = {
    "no_credentials": (
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    ),
    "throttled": (
        "LimitExceededException",
        "ServiceQuotaExceededException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    ),
    "unavailable": (
        "InternalServerException",
        "ModelErrorException",
        "ModelNotReadyException",
        "ModelTimeoutException",
        "ServiceUnavailableException",
    ),
}
_CODES = {name: code for code, names in _BY_NAME.items() for name in names}
_STATUSES: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "denied",
    HTTPStatus.FORBIDDEN: "denied",
    HTTPStatus.NOT_FOUND: "denied",
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: "offline",
    HTTPStatus.REQUEST_TIMEOUT: "unavailable",
    HTTPStatus.FAILED_DEPENDENCY: "unavailable",
    HTTPStatus.TOO_MANY_REQUESTS: "throttled",
}
_NO_SUCH_MODEL = re.compile(
    r"model identifier|on-demand throughput|inference profile|end of its life|legacy|"
    r"operation not allowed|not supported in this region",
    re.IGNORECASE,
)
_HINTS = {
    "denied": _CHECK_ACCESS,
    "offline": "a proxy or a login page of the network stands between; check HTTPS_PROXY",
}


def of_response(status: int, headers: Mapping[str, str], body: bytes) -> BedrockError:
    """Explain a response that is no success; header names are in lower case."""
    name, message = _said(headers, body)
    shown = name or f"HTTP {status}"
    text = f"Bedrock: {message} ({shown})" if message else f"Bedrock answered {shown}"
    code = _code_of(status, name, message)
    hint = credential_hint(name, message) if code == "no_credentials" else _HINTS.get(code, "")
    return BedrockError(text, code=code, hint=hint, again=code in ("throttled", "unavailable"))


def _code_of(status: int, name: str, message: str) -> str:
    denied = status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    if denied and "api key" in message.lower():
        return "no_credentials"
    code = _CODES.get(name) or _STATUSES.get(status)
    if code is not None:
        return code
    if status < HTTPStatus.BAD_REQUEST:  # a redirection, or a success without an answer
        return "offline"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "unavailable"
    return "denied" if _NO_SUCH_MODEL.search(message) else "bad_request"


def _said(headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """Read an error's name and message, as AWS writes them in JSON; empty when it does not."""
    try:
        parsed = json.loads(body[:100_000])
    except (ValueError, RecursionError):
        parsed = None
    said: Mapping[str, Any] = parsed if isinstance(parsed, dict) else {}
    name = headers.get("x-amzn-errortype") or said.get("__type") or said.get("code") or ""
    message = said.get("message") or said.get("Message") or ""
    # The name can have a namespace before it and a URL behind it.
    bare = re.sub(r"[^A-Za-z0-9]", "", str(name).split(":")[0].rpartition("#")[2])
    return bare[:80], one_line(message) if isinstance(message, str) else ""
