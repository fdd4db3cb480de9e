"""Symbols and imports of a text, by its language's tree-sitter grammar.

This module parses, within a budget; `dbp.extract.walk` reads the tree.
"""

from __future__ import annotations

import importlib
import re
import time
from functools import cache
from typing import NamedTuple

from tree_sitter import Language as TreeSitterLanguage, Parser, Tree

from dbp.extract.grammars.shape import MAX_NAME_BYTES
from dbp.extract.grammars.table import GRAMMARS
from dbp.extract.macros import without_macros
from dbp.extract.repairs import repaired
from dbp.extract.text import Source
from dbp.extract.walk import Walk
from dbp.languages import Language
from dbp.model import Problem, Reference, Symbol

PARSE_SECONDS = 1.0
"""Processor time for one text, and as much again for every `BYTES_A_SECOND` of it; giving up can
take as long again. Honest files take a tenth of it, hostile ones any amount."""

BYTES_A_SECOND = 4_000_000
"""Two thirds of what was measured for honest code."""

SMALL_BYTES = 512
"""15 kB of `x=>` took 44 s to parse as C: only very little is surely quick."""

_CHUNK = 65_536
_CPLUSPLUS = re.compile(
    rb"^(?:[ \t]*+(?:public|private|protected)[ \t]*+:[ \t]*+\r?$|namespace\b[ \t]*+[\w:]*+\s*+\{"
    rb"|template[ \t]*+<|(?:class|struct)\s++[\w \t]{1,200}+:\s*+(?:public|private)\b)",
    re.MULTILINE,
)
"""What stands in C++ at the beginning of a line and never in C."""

_LONE_RETURN = re.compile(rb"\r(?!\n)")


class Syntax(NamedTuple):
    """What one walk over a syntax tree finds; problems say where it was cut."""

    symbols: list[Symbol]
    references: list[Reference]
    problems: list[Problem]


def read_symbols(source: Source, language: Language) -> tuple[list[Symbol], list[Problem]]:
    """Parse a text and read its symbols, without fingerprints."""
    found = read_syntax(source, language, fingerprint=False)
    return found.symbols, found.problems


def read_syntax(source: Source, language: Language, *, fingerprint: bool = True) -> Syntax:
    """Parse a text and read its symbols and imports (spelled as `dbp.extract.imports` says).

    Symbols with a doc comment get their fingerprints, unless told otherwise.
    """
    text = source.utf8
    if b"\r" in text:  # the grammars know no other line end than LF; offsets stay
        text = _LONE_RETURN.sub(b"\n", text)
    name, grammar = language.name, language.grammar or ("", "")
    if name == "c" and _CPLUSPLUS.search(text):  # a header's name does not say
        name, grammar = "cpp", ("tree_sitter_cpp", "language")
    tree = _parse(_parser(name, *grammar), without_macros(text) if name == "cpp" else text)
    if tree is not None and name == "typescript" and tree.root_node.has_error:
        mended = repaired(text)
        tree = _parse(_parser(name, *grammar), mended) if mended != text else tree
    if tree is None:
        cut = Problem("truncated", "parsing takes too long; there are no symbols")
        return Syntax([], [], [cut])
    walk = Walk(source, text, GRAMMARS[name], language.name if fingerprint else "")
    walk.run(tree)
    cuts = [Problem("truncated", cut) for cut in sorted(walk.cuts)]
    return Syntax(walk.root.children, walk.references, cuts)


@cache
def _parser(_language: str, module: str, function: str) -> Parser:
    pointer = getattr(importlib.import_module(module), function)()
    return Parser(TreeSitterLanguage(pointer))


def _parse(parser: Parser, text: bytes) -> Tree | None:
    """Parse within the budget; None beyond it.

    The callback is only honoured for text that is read through a function, and costs a tenth, so
    small texts go without. Where even it is not called, the pool's deadline ends the process.
    """
    if len(text) < SMALL_BYTES:
        return parser.parse(text)
    seconds = PARSE_SECONDS + len(text) / BYTES_A_SECOND
    end, soonest = time.process_time() + seconds, time.perf_counter() + seconds
    chunk = _CHUNK

    def read(offset: int, _point: object) -> bytes:
        return text[offset : offset + chunk]

    def over(_offset: int, _has_error: bool) -> bool:  # noqa: FBT001 - tree-sitter calls it
        # The second clock is a system call, and no processor time passes quicker than time.
        return time.perf_counter() > soonest and time.process_time() > end

    try:
        tree = parser.parse(read, progress_callback=over)
    except ValueError:
        parser.reset()  # or it would go on with this text in the next file
        return None
    chunk = MAX_NAME_BYTES  # from now on it is called for the text of names
    return tree
