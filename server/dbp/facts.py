"""What of an extraction is needed for questions about a whole workspace: small, and kept apart.

A content's *facts* are its references, for the graph, its marks, for staleness, how many tasks it
has, for progress, and its tally, for coverage. They are stored beside the payload, so that the
graph of a workspace is built without decoding every extraction, and what became stale by an edit is
known without reading the old content again.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from dbp.checked import a_list, a_number, a_text, a_tuple, an_object
from dbp.hashing import short_hash
from dbp.model import Extraction, Header, Symbol, Task

_SCHEME = "1"
_PYTHON = f"{_SCHEME}-{sys.version_info[0]}.{sys.version_info[1]}"


def scheme_of(language: str) -> str:
    """Name how fingerprints are made; those of two schemes cannot be compared.

    Those of Python code come from its own parser, whose trees differ from version to version.
    """
    return _PYTHON if language == "python" else _SCHEME


HEADER_MARK = "[header]"
HISTORY_MARK = "[history]"
"""The marks of a header and of its change history: no symbol has a bracket in its name."""

MAX_BYTES = 8 * 1024 * 1024


class Mark(NamedTuple):
    """One documented thing: `name` is a symbol's qualified name or one of the two above.

    `doc` and `code` are fingerprints of what is written about it and of what that is about. A
    second symbol of the same name is called `name~2`.
    """

    name: str
    doc: str
    code: str


class Link(NamedTuple):
    """A reference without columns; fields as in `model.Reference`."""

    kind: str
    target: str
    line: int
    role: str = ""
    names: tuple[str, ...] = ()


class Tally(NamedTuple):
    """What is counted of a content (see `dbp.analysis.coverage`).

    `stated`: it says what it is for. `expected` says why a file of this content should: because it
    defines things (1) or is long (2); its name may excuse it. `symbols` are the public ones that
    should be described, `wishes` the comments that wish findings away.
    """

    stated: int = 0
    expected: int = 0
    symbols: int = 0
    documented: int = 0
    wishes: int = 0


NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one content; `scheme` is that of its marks.

    `tasks` counts those that are done, and all but the dropped ones.
    """

    links: tuple[Link, ...] = ()
    marks: tuple[Mark, ...] = ()
    scheme: str = _SCHEME
    tasks: tuple[int, int] = (0, 0)
    tally: Tally = NOTHING


def facts_of(extraction: Extraction) -> Facts:
    """Take the facts out of an extraction."""
    links = tuple(
        Link(item.kind, item.target, item.range.start_line, item.role, item.names)
        for item in extraction.references
    )
    marks = [*_header_marks(extraction), *_symbol_marks(extraction.symbols)]
    return Facts(links, tuple(marks), scheme_of(extraction.language), count_tasks(extraction.tasks))


def count_tasks(tasks: Iterable[Task]) -> tuple[int, int]:
    """Count the tasks that are done, and all but the dropped ones."""
    states = [task.state for task in tasks]
    return states.count("done"), len(states) - states.count("dropped")


def _header_marks(extraction: Extraction) -> Iterator[Mark]:
    header, code = extraction.header, extraction.code_hash
    if header is None or not code:
        return
    yield Mark(HEADER_MARK, short_hash(_said(header).encode()), code)
    if header.change_history:
        entries = [(e.timestamp, e.summary, e.author, e.details) for e in header.change_history]
        yield Mark(HISTORY_MARK, short_hash(repr(entries).encode()), code)


def _said(header: Header) -> str:
    depends = [(item.kind, item.target) for item in header.dependencies]
    said = (header.intent, header.design_principles, header.constraints, depends)
    return repr((*said, header.reference_documentation))


def _symbol_marks(symbols: Iterable[Symbol]) -> Iterator[Mark]:
    for name, symbol in named_marks(symbols):
        if symbol.doc_hash and symbol.code_hash:
            yield Mark(name, symbol.doc_hash, symbol.code_hash)


def named_marks(symbols: Iterable[Symbol]) -> Iterator[tuple[str, Symbol]]:
    """Yield all symbols, each with the name its mark has or would have."""
    seen: dict[str, int] = {}
    for symbol in walk(symbols):
        name = symbol.qualified_name
        seen[name] = count = seen.get(name, 0) + 1
        yield f"{name}~{count}" if count > 1 else name, symbol


def walk(symbols: Iterable[Symbol]) -> Iterator[Symbol]:
    """Yield symbols and all below them, in source order."""
    for symbol in symbols:
        yield symbol
        yield from walk(symbol.children)


def encode_facts(facts: Facts) -> bytes:
    """Pack facts; empty for none."""
    if facts == Facts(scheme=facts.scheme):
        return b""
    links = [
        [
            link.kind,
            link.target,
            link.line,
            *([link.role, *link.names] if link[3:] != ("", ()) else ()),
        ]
        for link in facts.links
    ]
    data: dict[str, Any] = {"l": links, "m": facts.marks, "s": facts.scheme}
    if facts.tasks != (0, 0):
        data["t"] = facts.tasks
    if facts.tally != NOTHING:
        data["c"] = facts.tally
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode("ascii"), 1)


def decode_facts(data: bytes) -> Facts:
    """Unpack what `encode_facts` packed. Raises `ValueError` for anything else."""
    if not data:
        return Facts()
    try:
        inflater = zlib.decompressobj()
        raw = inflater.decompress(data, MAX_BYTES)
        if not inflater.eof:
            raise ValueError("the facts are cut short or too large")
        fields = an_object(json.loads(raw))
    except (zlib.error, RecursionError) as error:
        raise ValueError(f"the facts are damaged: {type(error).__name__}") from error
    done, total = a_tuple(fields.get("t", (0, 0)), a_number)
    stated, expected, symbols, documented, wishes = a_tuple(fields.get("c", NOTHING), a_number)
    return Facts(
        a_tuple(fields.get("l"), _link),
        a_tuple(fields.get("m"), _mark),
        a_text(fields.get("s")),
        (done, total),
        Tally(stated, expected, symbols, documented, wishes),
    )


def _link(data: object) -> Link:
    kind, target, line, *more = a_list(data)
    role, *names = more or [""]
    return Link(a_text(kind), a_text(target), a_number(line), a_text(role), a_tuple(names, a_text))


def _mark(data: object) -> Mark:
    name, doc, code = a_list(data)
    return Mark(a_text(name), a_text(doc), a_text(code))
