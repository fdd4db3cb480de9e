"""The settings as a flat table by dotted key, derived from the declaration, and how one is checked.

A *mapping* setting (`diagnostics.severity`) is open at the end: each of its entries is addressed as
`<key>.<entry>` and checked, layered and reported alone.
"""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from dbp.settings.declaration import Settings, Severity
from dbp.settings.monitor import MOST_OF_ONE_PLACE

Kind = Literal["boolean", "integer", "number", "string", "choice", "list", "mapping"]
_WORDS: Mapping[Kind, str] = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
}


class Refused(ValueError):  # noqa: N818 - it is not raised to anybody outside this room
    """A value that is not allowed; the text says what must be."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: everything its declaration says."""

    key: str
    section: str
    name: str
    kind: Kind
    default: Any
    doc: str
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    expects: str
    scope: str
    restart: bool
    user_only: bool
    narrows: bool
    old_names: tuple[str, ...]
    old_values: Mapping[str, str]
    environment: tuple[str, ...]
    model: type[BaseModel]

    @property
    def range(self) -> str:
        """What a value must be, in words."""
        if self.expects:
            return self.expects
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        word = _WORDS[self.kind]
        return word if self.minimum is None else f"{word} {self.bounds}"

    @property
    def bounds(self) -> str:
        """The numbers alone."""
        return f"from {self.minimum} to {self.maximum}"

    def check(self, value: Any) -> Any:
        """Return the value as the settings hold it. Raises `Refused`, saying what must be."""
        if self.narrows and isinstance(value, list | tuple) and len(value) > MOST_OF_ONE_PLACE:
            raise Refused(self.range)
        if self.kind == "integer" and isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON from Lua and JavaScript knows one kind of number only
        elif self.kind == "list" and isinstance(value, list):
            value = tuple(value)
        elif self.kind == "choice" and isinstance(value, str):
            value = self.old_values.get(value, value)
        try:
            checked = self.model.model_validate({self.name: value})
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_context=False):
                if detail["loc"][:1] == (self.name,):
                    number = detail["type"] in {"greater_than_equal", "less_than_equal"}
                    raise Refused(self.bounds if number else self.range) from None
            return value  # only a rule across keys failed; that is judged with all keys at hand
        return getattr(checked, self.name)


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    simple: dict[Any, Kind] = {bool: "boolean", int: "integer", float: "number", str: "string"}
    if annotation in simple:
        return simple[annotation], ()
    origin = get_origin(annotation)
    if origin is Literal:
        return "choice", get_args(annotation)
    if origin is tuple:
        return "list", ()
    return "mapping", get_args(Severity)


def _setting(section: str, name: str, field: FieldInfo, model: type[BaseModel]) -> Setting:
    kind, choices = _kind(field.annotation)
    known = field.json_schema_extra
    extra: dict[str, Any] = dict(known) if isinstance(known, dict) else {}
    key = f"{section}.{name}" if section else name
    variable = "DBP_" + key.replace(".", "_").upper()
    olds = tuple(f"{section}.{old}" for old in extra["old_names"])
    return Setting(
        key=key,
        section=section,
        name=name,
        kind=kind,
        default=field.default,
        doc=field.description or "",
        choices=choices,
        model=model,
        **{
            **extra,
            "old_names": olds,
            "environment": (
                variable,
                *("DBP_" + old.replace(".", "_").upper() for old in olds),
                *extra["environment"],
            ),
        },
    )


def _sections() -> dict[str, type[BaseModel]]:
    fields = Settings.model_fields.items()
    return {
        name: field.annotation
        for name, field in fields
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


def _all() -> Iterator[Setting]:
    for name, field in Settings.model_fields.items():
        if name not in SECTIONS:
            yield _setting("", name, field, Settings)
    for section, model in SECTIONS.items():
        for name, field in model.model_fields.items():
            yield _setting(section, name, field, model)


SECTIONS: Mapping[str, type[BaseModel]] = types.MappingProxyType(_sections())
SETTINGS: Mapping[str, Setting] = types.MappingProxyType({one.key: one for one in _all()})
OLD_NAMES: Mapping[str, str] = types.MappingProxyType(
    {old: one.key for one in SETTINGS.values() for old in one.old_names}
)
MAPPINGS: tuple[str, ...] = tuple(one.key for one in SETTINGS.values() if one.kind == "mapping")


def find(key: str) -> tuple[Setting, str] | None:
    """Find the setting a key addresses, and the entry if it is one of a mapping's."""
    key = OLD_NAMES.get(key, key)
    if key in SETTINGS:
        return SETTINGS[key], ""
    for mapping in MAPPINGS:
        if key.startswith(mapping + "."):
            return SETTINGS[mapping], key[len(mapping) + 1 :]
    return None


def nearest(key: str) -> str:
    """Find the key a person most likely meant, or an empty text."""
    known = [*SETTINGS, *SECTIONS]
    found = difflib.get_close_matches(key[:100], known, n=1, cutoff=0.6)
    if not found:  # the right name in the wrong section, or without one
        tail = key.rpartition(".")[2]
        found = [one.key for one in SETTINGS.values() if one.name == tail][:1]
    return found[0] if found else ""


def shown(value: Any) -> str:
    """Write a value for a message: as JSON, on one line, short."""
    try:
        text = json.dumps(value, default=str)
    except (ValueError, RecursionError):  # a number with thousands of digits, a deep nest
        return f"this {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004 - fits a line
