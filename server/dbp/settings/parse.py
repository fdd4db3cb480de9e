"""From what a person or an editor wrote to pairs of key and value; nothing is judged here.

Accepted are nested tables, dotted keys, and mixtures of both.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dbp.settings.catalogue import SECTIONS, Setting, find

_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})


def pairs(data: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Flatten to dotted keys, as deep as settings go. A null stands for "not set".

    Unknown keys come out at the depth where they stop being known, a section that is not a table
    with its own name.
    """
    for name, value in data.items():
        key = f"{prefix}{name}"
        if value is None:
            continue
        if key in SECTIONS and isinstance(value, Mapping):
            yield from pairs(value, f"{key}.")
            continue
        found = find(key)
        if found and found[0].kind == "mapping" and not found[1] and isinstance(value, Mapping):
            for entry, one in value.items():
                if one is not None:
                    yield f"{found[0].key}.{entry}", one
        else:
            yield (found[0].key if found and not found[1] else key), value


def editor_pairs(data: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """As `pairs`; the editor's own `dbp` may stand around them or before each."""
    for name, value in data.items():
        if name == "dbp" and isinstance(value, Mapping):
            yield from pairs(value)
        else:
            yield from pairs({str(name).removeprefix("dbp."): value})


def from_text(setting: Setting, text: str) -> Any:
    """Read what an environment variable or the command line says, by the kind of the setting.

    What cannot be read is returned as it is: the check refuses it and says what it must be.
    """
    text = text.strip()
    match setting.kind:
        case "boolean":
            lower = text.lower()
            return lower in _TRUE if lower in _TRUE | _FALSE else text
        case "integer":
            return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else text
        case "number":
            with contextlib.suppress(ValueError):
                return float(text)
        case "list":
            return _json(text) if text.startswith("[") else _items(text)
        case "mapping":
            return _json(text) if text.startswith("{") else _entries(text)
        case _:
            pass
    return text


def _items(text: str) -> list[str]:
    return [item for part in text.split(",") if (item := part.strip())]


def _entries(text: str) -> Any:
    entries = [item.partition("=") for item in _items(text)]
    if not all(equals for _, equals, _ in entries):
        return text
    return {name.strip(): value.strip() for name, _, value in entries}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
