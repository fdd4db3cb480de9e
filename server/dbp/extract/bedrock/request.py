"""From a question to the parameters of Converse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dbp.extract.bedrock.families import Traits
from dbp.ports.model import Question

TOOL = "record_documentation"
"""The one tool, which exists for the schema of its input: the model is made to call it."""

_PURPOSE = "Record what the file says about itself."
_CACHE_POINT = {"cachePoint": {"type": "default"}}

_STRICT = frozenset(
    {
        "$ref",
        "$defs",
        "additionalProperties",
        "anyOf",
        "const",
        "description",
        "enum",
        "items",
        "properties",
        "required",
        "title",
        "type",
    }
)
"""Keywords an output format may have; with any other the service refuses the request."""


def parameters(
    model: str, question: Question, traits: Traits, temperature: float, tier: str
) -> dict[str, Any]:
    """Build the parameters of `converse`; equal questions give equal ones.

    A cache point stands behind the system text and behind the guide: what precedes it is the same
    for every file of a project. What is empty is left out, for the service refuses empty texts.
    """
    point = [_CACHE_POINT] if traits.cache else []
    guide = [{"text": question.guide}, *point] if question.guide.strip() else []
    inference: dict[str, Any] = {"maxTokens": question.max_tokens}
    if traits.temperature:
        inference["temperature"] = temperature
    made: dict[str, Any] = {
        "modelId": model,
        "messages": [{"role": "user", "content": [*guide, {"text": question.content}]}],
        "inferenceConfig": inference,
    }
    if question.system.strip():
        made["system"] = [{"text": question.system}, *point]
    if traits.native:
        made["outputConfig"] = _output_format(question.schema)
    else:
        made["toolConfig"] = _tool(question.schema, traits.choice)
    if tier != "default":
        made["serviceTier"] = {"type": tier}
    return made


def _tool(schema: Mapping[str, Any], choice: str) -> dict[str, Any]:
    spec = {"name": TOOL, "description": _PURPOSE, "inputSchema": {"json": dict(schema)}}
    made: dict[str, Any] = {"tools": [{"toolSpec": spec}]}
    if choice == "tool":
        made["toolChoice"] = {"tool": {"name": TOOL}}
    elif choice == "any":
        made["toolChoice"] = {"any": {}}
    return made


def _output_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    text = json.dumps(_strict(schema), sort_keys=True, separators=(",", ":"))
    structure = {"jsonSchema": {"schema": text, "name": TOOL, "description": _PURPOSE}}
    return {"textFormat": {"type": "json_schema", "structure": structure}}


def _strict(schema: Any) -> Any:
    """Reduce a schema to the subset an output format takes: closed objects, no bounds.

    The bounds are not lost: `check` holds every answer against them.
    """
    if not isinstance(schema, Mapping):
        return schema
    made: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs"):
            made[keyword] = {name: _strict(part) for name, part in value.items()}
        elif keyword in ("items", "anyOf"):
            made[keyword] = (
                [_strict(part) for part in value] if isinstance(value, list) else _strict(value)
            )
        elif keyword in _STRICT:
            made[keyword] = value
    if made.get("type") == "object" or "properties" in made:
        made["additionalProperties"] = False
    return made
