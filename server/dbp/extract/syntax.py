"""Symbols from a tree-sitter syntax tree.

One walk with a cursor over the parts of the tree that may hold definitions, bounded in depth and in
nodes. Never a query (they explode on deep chains), never `str(node)` (it overflows the stack),
never `.parent` (it walks from the root).
"""

from __future__ import annotations

import importlib
import time
from dataclasses import dataclass, field
from functools import cache

from tree_sitter import Language as TreeSitterLanguage, Node, Parser, Tree

from dbp.extract.docs import from_comment, from_docstring
from dbp.extract.grammars.shape import Described, Grammar
from dbp.extract.grammars.table import GRAMMARS
from dbp.extract.text import Source
from dbp.languages import Language
from dbp.model import Doc, Problem, Symbol

MAX_DEPTH = 400
"""Deeper than any code a person wrote; a chain of `#elif` is the deepest honest thing."""

MAX_SYMBOL_DEPTH = 60
MAX_NODES = 400_000
"""About half a second of walking."""

MAX_SYMBOLS = 20_000
PARSE_SECONDS = 1.0
"""Processor time for one text, and as much again for every `BYTES_A_SECOND` of it; giving up can
take as long again. Honest files take a tenth of it, hostile ones any amount."""

BYTES_A_SECOND = 4_000_000
"""Two thirds of what was measured for honest code."""

SMALL_BYTES = 512
"""15 kB of `x=>` took 44 s to parse as C: only very little is surely quick."""

_CHUNK = 65_536
_OWNERS = frozenset({"class", "struct", "union", "interface", "trait", "enum"})
_EMPTY = Doc()


def read_symbols(source: Source, language: Language) -> tuple[list[Symbol], list[Problem]]:
    """Parse a text and read its symbols; problems say where the walk was cut."""
    tree = _parse(_parser(language.name, *(language.grammar or ("", ""))), source.utf8)
    if tree is None:
        return [], [Problem("truncated", "parsing takes too long; there are no symbols")]
    walk = _Walk(source, GRAMMARS[language.name])
    walk.run(tree)
    return walk.root.children, [Problem("truncated", text) for text in sorted(walk.cuts)]


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
    end = time.process_time() + PARSE_SECONDS + len(text) / BYTES_A_SECOND

    def read(offset: int, _point: object) -> bytes:
        return text[offset : offset + _CHUNK]

    def over(_offset: int, _has_error: bool) -> bool:  # noqa: FBT001 - tree-sitter calls it
        return time.process_time() > end

    try:
        return parser.parse(read, progress_callback=over)
    except ValueError:
        parser.reset()  # or it would go on with this text in the next file
        return None


@dataclass(slots=True)
class _Open:
    """A symbol or scope whose inside is being walked; `depth` is the cursor's."""

    depth: int
    path: str
    kind: str
    described: Described | None = None
    node: Node | None = None
    doc: Doc = _EMPTY
    children: list[Symbol] = field(default_factory=list)


@dataclass(slots=True)
class _Comment:
    """The comment lines that may speak of the next definition."""

    start: int
    end: int
    last_row: int


class _Walk:
    """One walk over one tree."""

    def __init__(self, source: Source, grammar: Grammar) -> None:
        self.source = source
        self.grammar = grammar
        self.root = _Open(-1, "", "")
        self.open = [self.root]
        self.comment: _Comment | None = None
        self.cuts: set[str] = set()
        self.symbols = 0

    def run(self, tree: Tree) -> None:
        """Visit nodes in source order, parents first; close what the cursor left behind."""
        cursor = tree.walk()
        depth = 0
        for _ in range(MAX_NODES):
            node = cursor.node
            if node is not None and self._enter(node, depth) and cursor.goto_first_child():
                depth += 1
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    self._leave(0)
                    return
                depth -= 1
            self._leave(depth)
        self.cuts.add(f"the syntax tree has more than {MAX_NODES} parts worth looking at")
        self._leave(0)

    def _enter(self, node: Node, depth: int) -> bool:
        """Look at a node; tell whether to look inside it."""
        grammar, kind = self.grammar, node.type
        if kind in grammar.comments:
            self._remember(node)
            return False
        if kind in grammar.definitions and node.is_named:
            return self._define(node, depth) and self._within(depth)
        if kind in grammar.scopes:
            path = grammar.scope(node)
            above = self.open[-1].path
            self.open.append(
                _Open(depth, f"{above}.{path}" if above and path else above or path, "class")
            )
            self.comment = None
            return self._within(depth)
        if kind in grammar.wrappers:
            return self._within(depth)
        if self.comment is not None and node.is_named:
            if kind in grammar.attributes:
                self._carry(node)
            else:
                self.comment = None
        if kind in grammar.containers:
            return self._within(depth)
        return False

    def _within(self, depth: int) -> bool:
        if depth < MAX_DEPTH and len(self.open) <= MAX_SYMBOL_DEPTH and self.symbols < MAX_SYMBOLS:
            return True
        self.cuts.add("the file nests too deeply or holds too many symbols")
        return False

    def _define(self, node: Node, depth: int) -> bool:
        grammar = self.grammar
        around = self.open[-1]
        body = node.type == "compound_statement"
        described = None
        if (
            not body or around.depth != depth - 1
        ):  # the body of what was just opened is no other one
            described = grammar.describe(node, grammar.definitions[node.type])
        if described is None or not described.name:  # a body is looked into where braces got lost
            return not body or node.has_error or around.kind in _OWNERS
        path = ".".join(filter(None, (around.path, described.owner, described.name)))
        kind = described.kind
        if kind == "function" and around.kind in _OWNERS:
            kind = "method"
        elif kind == "method" and not described.owner and around.kind not in _OWNERS:
            kind = "function" if around.kind in ("", "function") else "method"
        self.open.append(_Open(depth, path, kind, described, node, self._doc(node)))
        self.comment = None
        self.symbols += 1
        return True

    def _leave(self, depth: int) -> None:
        """Finish the symbols that do not reach down to the cursor's next node."""
        while len(self.open) > 1 and self.open[-1].depth >= depth:
            done = self.open.pop()
            siblings = self.open[-1].children
            if done.described is None or done.node is None:
                siblings.extend(done.children)
                continue
            name, first = done.described.name_node, done.described.first or done.node
            siblings.append(
                Symbol(
                    name=done.described.name,
                    qualified_name=done.path,
                    kind=done.kind,
                    range=self.source.range(first.start_byte, done.node.end_byte),
                    selection_range=self.source.range(name.start_byte, name.end_byte),
                    parameters=done.described.parameters,
                    doc=done.doc,
                    children=tuple(done.children),
                )
            )
            self.comment = None

    # ── doc comments ──

    def _remember(self, node: Node) -> None:
        """Keep a comment, joined to the one right above it; one behind code is about that code."""
        row, column = node.start_point
        last_row, last_column = node.end_point
        last_row -= last_column == 0 and last_row > row  # Rust's doc comments hold their line end
        before = self.comment
        if before is not None and row - before.last_row <= 1:
            before.end, before.last_row = node.end_byte, last_row
        elif self.source.utf8[node.start_byte - column : node.start_byte].strip():
            self.comment = None
        else:
            self.comment = _Comment(node.start_byte, node.end_byte, last_row)

    def _carry(self, node: Node) -> None:
        """Let a doc comment reach over an attribute or decorator."""
        if self.comment is not None and node.start_point.row - self.comment.last_row <= 1:
            self.comment.last_row = node.end_point.row

    def _doc(self, node: Node) -> Doc:
        docstring = self.grammar.docstring(node)
        if docstring is not None:
            return from_docstring(docstring)
        comment = self.comment
        if comment is None or node.start_point.row - comment.last_row > 1:
            return _EMPTY
        return from_comment(self.source.slice(comment.start, comment.end))
