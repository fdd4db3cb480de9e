"""The form of an answer: pydantic models to check it, and the JSON schema a tool is offered.

The field names are those of the metadata files that GenAI tools write. A null or a missing part is
nothing said, one text may stand for a list of one, unknown keys are ignored; every other deviation
is an error. No text is longer than `MAX_TEXT` behind this module, no list than `MAX_ITEMS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictInt, ValidationError

from dbp.ports.model import BadAnswerError

SCHEMA_VERSION = 1
"""Raised with every change of the form; what was said in another form is asked again."""

MAX_TEXT = 3000
"""Characters that are read of a text; none that was asked for is a tenth as long."""

MAX_ITEMS = 500
"""Entries that are read of a list: more than units fit into a question."""


def _text(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("a text was expected")  # noqa: TRY004 - pydantic catches ValueError
    return value[: MAX_TEXT + 1]


def _one(value: object) -> str:
    return _text(value) or ""


def _list(value: object) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, (str, dict)):
        return [value]
    if not isinstance(value, list):
        raise ValueError("a list was expected")  # noqa: TRY004 - pydantic catches ValueError
    return [item for item in value[:MAX_ITEMS] if item is not None]


def _object(value: object) -> object:
    return {} if value is None else value


Text = Annotated[str | None, BeforeValidator(_text)]
Name = Annotated[str, BeforeValidator(_one)]
Texts = Annotated[list[Name], BeforeValidator(_list)]


class _Part(BaseModel):
    """A part of an answer: immutable, unknown keys left out."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class HistoryPart(_Part):
    """One entry of a change history."""

    timestamp: Text = None
    summary: Text = None
    details: Texts = []


class HeaderSections(_Part):
    """What is said of the file as a whole."""

    intent: Text = None
    designPrinciples: Texts = []  # noqa: N815 - the wire's own name, as below
    constraints: Texts = []
    referenceDocumentation: Texts = []  # noqa: N815
    changeHistory: Annotated[list[HistoryPart], BeforeValidator(_list)] = []  # noqa: N815


class DocSections(_Part):
    """What is said of one symbol."""

    intent: Text = None
    designPrinciples: Texts = []  # noqa: N815
    implementationDetails: Text = None  # noqa: N815
    designDecisions: Text = None  # noqa: N815


class LineRange(_Part):
    """Lines from 1, both ends inside."""

    start: StrictInt
    end: StrictInt


class FunctionPart(_Part):
    """What is said of a function or method."""

    name: Name = ""
    docSections: Annotated[DocSections, BeforeValidator(_object)] = DocSections()  # noqa: N815
    parameters: Texts = []
    lineRange: LineRange | None = None  # noqa: N815


class ClassPart(FunctionPart):
    """What is said of a class and its methods."""

    methods: Annotated[list[FunctionPart], BeforeValidator(_list)] = []


class AnswerPart(_Part):
    """A whole answer."""

    headerSections: HeaderSections | None = None  # noqa: N815
    functions: Annotated[list[FunctionPart], BeforeValidator(_list)] = []
    classes: Annotated[list[ClassPart], BeforeValidator(_list)] = []


def parse(answer: object) -> AnswerPart:
    """Check the form of an answer. Raises `BadAnswerError`."""
    try:
        return AnswerPart.model_validate(answer)
    except (ValidationError, RecursionError) as error:
        raise BadAnswerError(f"not the form asked for: {_where(error)}") from None


def _where(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return "nested too deeply"
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    # Places in an answer are numbers and our own field names; never the answer's words.
    return ".".join(map(str, first["loc"])) or "no object"


@cache
def tool_schema() -> Mapping[str, Any]:
    """Give the JSON schema of an answer, without references or anything a model need not know."""
    text = {"type": "string"}
    texts = {"type": "array", "items": text}

    def record(required: tuple[str, ...] = (), **properties: object) -> dict[str, Any]:
        asked = {"required": list(required)} if required else {}
        return {"type": "object", "properties": properties, **asked}

    def array(item: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": "array", "items": item}

    docs = record(
        intent=text, designPrinciples=texts, implementationDetails=text, designDecisions=text
    )
    number = {"type": "integer"}
    function = {
        "name": text,
        "docSections": docs,
        "parameters": texts,
        "lineRange": record(start=number, end=number),
    }
    named = ("name", "docSections")
    return record(
        headerSections=record(
            intent=text,
            designPrinciples=texts,
            constraints=texts,
            referenceDocumentation=texts,
            changeHistory=array(record(timestamp=text, summary=text, details=texts)),
        ),
        functions=array(record(named, **function)),
        classes=array(record(named, **function, methods=array(record(named, **function)))),
    )
