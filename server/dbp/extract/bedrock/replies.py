"""What came back from Converse: strictly read, never trusted.

botocore's own reading takes anything for a success, so the bytes are read here. Of the answer's
text everything is forgiven that models do around JSON: fences, prose before and behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dbp.extract.bedrock.errors import BedrockError, bad_answer
from dbp.meaning import Usage

_MOST_TOKENS = 10_000_000
"""No answer took more; a larger number is no count of tokens."""

_STARTS = 200
"""Braces of a text that are tried as the begin of its object; bounds the work on a hostile one."""


class Reply(NamedTuple):
    """A response that has the form of one. `message` is the model's, `stop` why it stopped."""

    message: Mapping[str, Any]
    stop: str
    usage: Usage


def read_reply(body: bytes) -> Reply:
    """Read a response of status 200. Raises `BedrockError` (`invalid_response`)."""
    response = _loads(body)
    output = response.get("output") if isinstance(response, dict) else None
    message = output.get("message") if isinstance(output, dict) else None
    stop = response.get("stopReason") if isinstance(response, dict) else None
    if not isinstance(message, dict) or not isinstance(stop, str):
        raise bad_answer("what came is no answer of Bedrock")
    return Reply(message, stop, _usage(response.get("usage")))


def answer_of(reply: Reply) -> dict[str, Any]:
    """Give the object the model answered with. Raises `BedrockError`."""
    refusal = _STOPS.get(reply.stop)
    if refusal is not None:
        code, message, hint = refusal
        raise BedrockError(message, code=code, hint=hint, again=code == "invalid_response")
    found = _find(reply.message)
    if found is None:
        raise bad_answer("the model did not answer with an object")
    return found


_STOPS = {
    "max_tokens": (
        "max_tokens",
        "the answer did not fit into its tokens",
        "raise llm.max_tokens",
    ),
    "content_filtered": ("content_filtered", "the service filtered the answer", ""),
    "guardrail_intervened": ("guardrail", "a guardrail of your account stopped the answer", ""),
    "model_context_window_exceeded": (
        "bad_request",
        "the request does not fit into the model",
        "lower llm.max_input_tokens",
    ),
    "malformed_model_output": ("invalid_response", "the model's answer has no valid form", ""),
    "malformed_tool_use": ("invalid_response", "the model's answer has no valid form", ""),
}


def _usage(said: Any) -> Usage:
    """Read the tokens; what is missing or no number counts as none."""
    counts = said if isinstance(said, dict) else {}

    def count(name: str) -> int:
        value = counts.get(name)
        return value if type(value) is int and 0 <= value <= _MOST_TOKENS else 0

    return Usage(
        count("inputTokens"),
        count("outputTokens"),
        count("cacheReadInputTokens"),
        count("cacheWriteInputTokens"),
    )


def _find(message: Mapping[str, Any]) -> dict[str, Any] | None:
    content = message.get("content")
    listed = content if isinstance(content, list) else []
    blocks = [block for block in listed if isinstance(block, dict)]
    for block in blocks:
        use = block.get("toolUse")
        given = use.get("input") if isinstance(use, dict) else None
        if isinstance(given, dict):
            return given
        if isinstance(given, str) and (found := find_object(given)) is not None:
            return found
    texts = [block["text"] for block in blocks if isinstance(block.get("text"), str)]
    return find_object("\n".join(texts))


def find_object(text: str) -> dict[str, Any] | None:
    """Find the first JSON object in a text that is not empty; None when there is none."""
    for start in _starts(text):
        try:
            found, _ = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and found:
            return found
    return None


def _starts(text: str) -> Iterator[int]:
    """Give the places where an object can begin, fenced ones first."""
    fenced = [match.end() - 1 for match in re.finditer(r"```[A-Za-z]{0,10}\s{0,10}\{", text)]
    yield from fenced[:_STARTS]
    start = text.find("{")
    for _ in range(_STARTS):
        if start < 0:
            return
        yield start
        start = text.find("{", start + 1)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _loads(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
