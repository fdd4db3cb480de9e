"""One walk over a syntax tree: symbols, their doc comments and fingerprints, and imports.

With a cursor, over the parts of the tree that may hold definitions, bounded in depth and in nodes.
Never a query (they explode on deep chains), never `str(node)` (it overflows the stack), never
`.parent` (it walks from the root).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache

from tree_sitter import Language as TreeSitterLanguage, Node, Tree

from dbp.extract.docs import from_comment, from_docstring
from dbp.extract.grammars.shape import Around, Described, Exports, Grammar, Imports
from dbp.extract.signatures import takes_more
from dbp.extract.text import Source
from dbp.model import Doc, Reference, Symbol

MAX_WISH = 300
"""Bytes; a longer comment says more than a wish."""

_WISH = re.compile(rb"[\s/*#!;-]*+dbp:\s{0,9}ignore(?:-file)?\s{0,9}(?:\[[^\]\r\n]*+\])?[\s*/-]*+")

MAX_DEPTH = 400
"""Deeper than any code a person wrote; a chain of `#elif` is the deepest honest thing."""

MAX_SYMBOL_DEPTH = 60
MAX_NODES = 400_000
"""About half a second of walking."""

MAX_SYMBOLS = 20_000
MAX_IMPORTS = 5000
_OWNERS = frozenset({"class", "struct", "union", "interface", "trait", "enum"})
_CALLABLE = frozenset({"function", "method"})
_EMPTY = Doc()
_DOC_MARKS = (b"/**", b"/*!", b"///", b"//!")
_BLANKS = 200
"""Bytes that are looked at for the brace behind a function's head."""

_ERROR = 65_535
"""tree-sitter's number for the node of what it could not parse."""

# What a kind of node is to the walk.
_COMMENT, _DEFINE, _SCOPE, _WRAP, _CONTAIN, _ATTRIBUTE = (1 << bit for bit in range(6))
_IMPORT, _LABEL, _PROTOTYPE, _HIDDEN, _BROKEN, _HEAD = (1 << bit for bit in range(6, 12))
_ASIDE = _IMPORT | _LABEL | _PROTOTYPE | _HEAD


@cache
def roles(language: TreeSitterLanguage, grammar: Grammar, *, calls: bool) -> dict[int, int]:
    """Say by its number what each kind of named node is to the walk: numbers are read quickly."""
    tables = (
        (_COMMENT, grammar.comments),
        (_DEFINE, grammar.definitions),
        (_SCOPE, grammar.scopes),
        (_WRAP, grammar.wrappers),
        (_CONTAIN, grammar.containers),
        (_ATTRIBUTE, grammar.attributes),
        (_IMPORT, grammar.imports),
        (_IMPORT, grammar.call_imports if calls else ()),
        (_LABEL, grammar.labels),
        (_PROTOTYPE, grammar.prototypes),
        (_HIDDEN, grammar.hidden),
        (_BROKEN, grammar.broken),
        (_HEAD, grammar.heads),
    )
    found = {_ERROR: sum(bit for bit, kinds in tables if "ERROR" in kinds)}
    for number in range(language.node_kind_count):
        name = language.node_kind_for_id(number)
        if name is not None and language.node_kind_is_named(number):
            found[number] = sum({bit for bit, kinds in tables if name in kinds})
    return found


@dataclass(slots=True)
class _Open:
    """A symbol or scope whose inside is being walked; `depth` is the cursor's.

    `cuts` are the spans that are no part of its code: the bodies of what is written in it. `sound`
    tells a body whose braces match.
    """

    depth: int
    path: str
    kind: str
    node: Node | None = None
    described: Described | None = None
    public: bool = True
    doc: Doc = _EMPTY
    doc_hash: str = ""
    sound: bool = False
    label: bool | None = None
    named: dict[str, bool] = field(default_factory=dict)
    children: list[Symbol] = field(default_factory=list)
    cuts: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Comment:
    """The comment lines that may speak of the next definition."""

    start: int
    end: int
    last_row: int


class Walk:
    """One walk over one tree; `language` is empty when no fingerprints are wanted."""

    def __init__(self, source: Source, text: bytes, grammar: Grammar, language: str) -> None:
        self.source = source
        self.text = text
        self.grammar = grammar
        self.language = language
        self.root = _Open(-1, "", "")
        self.open = [self.root]
        self.comment: _Comment | None = None
        self.references: list[Reference] = []
        self.cuts: set[str] = set()
        self.symbols = 0
        self.exports = Exports()
        self.exported = (-1, -1)
        self.imports: dict[str, Imports] = dict(grammar.imports)
        self.imported = -1

    def run(self, tree: Tree) -> None:
        """Visit nodes in source order, parents first; close what the cursor left behind."""
        grammar = self.grammar
        calls = any(word in self.text for word in grammar.calls)
        if calls:
            self.imports |= grammar.call_imports
        if grammar.exports is not None:
            self.exports = grammar.exports(tree.root_node)
        role_of = roles(tree.language, grammar, calls=calls).get
        cursor = tree.walk()
        depth = 0
        for _ in range(MAX_NODES):
            node = cursor.node
            role = role_of(node.kind_id) if node is not None else None
            if (
                role is not None  # a word or a sign holds nothing
                and node is not None
                and self._enter(node, role, depth)
                and cursor.goto_first_child()
            ):
                depth += 1
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    self._leave(0)
                    return
                depth -= 1
            if self.open[-1].depth >= depth:
                self._leave(depth)
        self.cuts.add(f"the syntax tree has more than {MAX_NODES} parts worth looking at")
        self._leave(0)

    def _enter(self, node: Node, role: int, depth: int) -> bool:
        """Look at a node; tell whether to look inside it."""
        if role & _COMMENT:
            self._remember(node)
            return False
        if role & _ASIDE and self._aside(node, role, depth):
            return self._within(depth)
        if role & _DEFINE:
            return self._define(node, role, depth) and self._within(depth)
        if role & _SCOPE:
            self._scope(node, depth, self.grammar.scope(node))
            return self._within(depth)
        if self.comment is not None and not role & _WRAP:
            if role & _ATTRIBUTE:
                self._carry(node)
            else:
                self.comment = None
        if role & _HIDDEN:
            self._hide(node, depth)
        inside = role & (_WRAP | _CONTAIN) or (role & _BROKEN and node.has_error)
        return bool(inside) and self._within(depth)

    def _within(self, depth: int) -> bool:
        if depth < MAX_DEPTH and len(self.open) <= MAX_SYMBOL_DEPTH and self.symbols < MAX_SYMBOLS:
            return True
        self.cuts.add("the file nests too deeply or holds too many symbols")
        return False

    def _aside(self, node: Node, role: int, depth: int) -> bool:
        """Read what stands beside definitions; tell whether the node became one all the same."""
        if role & _IMPORT:
            self._import(node)
        if role & _LABEL and (label := self.grammar.labels[node.type](node)) is not None:
            around = self.open[-1]
            if label.names:
                around.named.update(dict.fromkeys(label.names, label.public))
            else:
                around.label = label.public
        if role & _HEAD:
            opened = self.text[node.end_byte : node.end_byte + _BLANKS].lstrip()[:1] == b"{"
            alone = self.open[-1].depth != depth - 1  # and not part of a whole definition
            return opened and alone and self._open(node, depth, "function")
        if not role & _PROTOTYPE or self.comment is None or self.open[-1].kind in _CALLABLE:
            return False
        marked = self.text.startswith(_DOC_MARKS, self.comment.start)
        return marked and self._near(node) and self._open(node, depth, "function")

    def _import(self, node: Node) -> None:
        for found in self.imports[node.type](node):
            start = found.node.start_byte
            if start == self.imported or not found.target or len(self.references) >= MAX_IMPORTS:
                continue
            self.imported = start
            quote = self.text[start : start + 1] in (b"'", b'"')  # no grammar has a node inside
            place = self.source.range(start + quote, found.node.end_byte - quote)
            inside = any(item.kind in _CALLABLE and item.described for item in self.open)
            role = "deferred" if inside or found.deferred else ""
            self.references.append(Reference("import", found.target, place, found.names, role))

    # ── definitions ──

    def _define(self, node: Node, role: int, depth: int) -> bool:
        kind = node.type
        if kind == "export_statement":
            self.exported = (node.start_byte, node.end_byte)
        if kind == "compound_statement":
            return self._block(node, depth)
        if self._open(node, depth, self.grammar.definitions[kind]):
            return True
        if path := self.grammar.scope(node):
            self._scope(node, depth, path)
        elif role & _HIDDEN:
            self._hide(node, depth)
        return True

    def _block(self, node: Node, depth: int) -> bool:
        """Look into the body of what was just opened, or read a block that is a macro's body.

        Functions hide in the body of another one where braces got lost, and only there.
        """
        around = self.open[-1]
        if around.depth == depth - 1:
            around.sound = not node.has_error and around.kind in _CALLABLE
            return self.grammar.local or not around.sound
        if around.sound:
            return self.grammar.local
        return self._open(node, depth, "function") or node.has_error or around.kind in _OWNERS

    def _open(self, node: Node, depth: int, kind: str) -> bool:
        """Open a symbol, if the node is a definition after all."""
        described = self.grammar.describe(node, kind)
        if described is None or not described.name:
            return False
        around, kind = self.open[-1], described.kind
        if kind == "function" and around.kind in _OWNERS:
            kind = "method"
        elif kind == "method" and not described.owner and around.kind not in _OWNERS:
            kind = "function" if around.kind in ("", "function") else "method"
        path = ".".join(filter(None, (around.path, described.owner, described.name)))
        doc, doc_hash = self._doc(node)
        public = self._public(node, described)
        self.open.append(_Open(depth, path, kind, node, described, public, doc, doc_hash))
        self.comment = None
        self.symbols += 1
        return True

    def _scope(self, node: Node, depth: int, path: str) -> None:
        above = self.open[-1]
        path = f"{above.path}.{path}" if above.path and path else above.path or path
        self.open.append(_Open(depth, path, "class", node, public=above.public))
        self.comment = None

    def _hide(self, node: Node, depth: int) -> None:
        """Go into what has no name and lets no name out."""
        above = self.open[-1]
        self.open.append(_Open(depth, above.path, above.kind, node, public=False))

    def _public(self, node: Node, described: Described) -> bool:
        """Tell whether others may use a definition: it and all around it must say so."""
        around = self.open[-1]
        if not around.public or around.kind in _CALLABLE:
            return False
        said = around.named.get(described.name)
        if said is not None:
            return said
        exported = self.grammar.exports is None or self._is_exported(node, described, around)
        return self.grammar.public(
            node, described, Around(around.kind, around.node, around.label, exported)
        )

    def _is_exported(self, node: Node, described: Described, around: _Open) -> bool:
        """Tell whether an export statement in the same place holds a definition, or names it."""
        (start, end), outside = self.exported, around.node
        if start <= node.start_byte < end and (outside is None or start >= outside.start_byte):
            return True
        named = not self.exports.module or described.name in self.exports.names
        return outside is None and named

    def _leave(self, depth: int) -> None:
        """Finish the symbols that do not reach down to the cursor's next node."""
        while len(self.open) > 1 and self.open[-1].depth >= depth:
            done = self.open.pop()
            around = self.open[-1]
            if done.named:
                done.children = [_renamed(child, done.named) for child in done.children]
            if done.described is None or done.node is None:
                around.children.extend(done.children)
                around.cuts.extend(done.cuts)
                continue
            around.children.append(self._symbol(done, done.described, done.node))
            self.comment = None
            if self.language and around is not self.root:
                self._cut(done, done.described.holder or done.node, around)

    def _symbol(self, done: _Open, described: Described, node: Node) -> Symbol:
        name = described.name_node
        start = (described.first or node).start_byte
        return Symbol(
            name=described.name,
            qualified_name=done.path,
            kind=done.kind,
            range=self.source.range(start, node.end_byte),
            selection_range=self.source.range(name.start_byte, name.end_byte),
            parameters=described.parameters,
            doc=done.doc,
            children=tuple(done.children),
            public=done.public,
            doc_hash=done.doc_hash,
            code_hash=self._code_hash(done, start, node.end_byte) if done.doc_hash else "",
            takes_more=bool(done.doc.parameters)
            and takes_more(
                node, self.text, name.end_byte, self.grammar.body(described.holder or node)
            ),
        )

    # ── fingerprints ──

    def _cut(self, done: _Open, holder: Node, around: _Open) -> None:
        """Take a body out of the code around it.

        What a class says of itself does not speak of how its methods work. A function's doc does
        speak of functions inside it, unless those speak for themselves.
        """
        body = None
        if around.kind not in _CALLABLE or done.doc_hash:
            body = self.grammar.body(holder)
        if body is not None:
            around.cuts.append((body.start_byte, body.end_byte))
        else:
            around.cuts.extend(done.cuts)

    def _code_hash(self, done: _Open, start: int, end: int) -> str:
        from dbp.extract.fingerprint import code_fingerprint

        pieces = []
        for cut_start, cut_end in done.cuts:
            pieces.append(self.text[start:cut_start])
            start = cut_end
        pieces.append(self.text[start:end])
        return code_fingerprint(b" ".join(pieces), self.language)

    # ── doc comments ──

    def _remember(self, node: Node) -> None:
        """Keep a comment, joined to the one right above it; one behind code is about that code."""
        if self._is_wish(node):
            self._carry(node)  # it speaks to us, and not of what follows
            return
        row, column = node.start_point
        last_row, last_column = node.end_point
        last_row -= last_column == 0 and last_row > row  # Rust's doc comments hold their line end
        before = self.comment
        if before is not None and row - before.last_row <= 1:
            before.end, before.last_row = node.end_byte, last_row
        elif self.text[node.start_byte - column : node.start_byte].strip():
            self.comment = None
        else:
            self.comment = _Comment(node.start_byte, node.end_byte, last_row)

    def _is_wish(self, node: Node) -> bool:
        """Tell a comment that only asks for silence (`dbp: ignore[…]`)."""
        start, end = node.start_byte, node.end_byte
        return end - start < MAX_WISH and _WISH.fullmatch(self.text, start, end) is not None

    def _carry(self, node: Node) -> None:
        """Let a doc comment reach over an attribute or decorator."""
        if self.comment is not None and node.start_point.row - self.comment.last_row <= 1:
            self.comment.last_row = node.end_point.row

    def _near(self, node: Node) -> bool:
        return self.comment is not None and node.start_point.row - self.comment.last_row <= 1

    def _doc(self, node: Node) -> tuple[Doc, str]:
        """Read what is written about a definition, and the fingerprint of the words."""
        docstring = self.grammar.docstring(node)
        if docstring is not None:
            start, end = docstring.start_byte, docstring.end_byte
            parts = (part for part in docstring.named_children if part.type == "string_content")
            text = "".join(self.source.slice(part.start_byte, part.end_byte) for part in parts)
            doc = from_docstring(text, self.source.range(start, end))
        elif self.comment is not None and self._near(node):
            start, end = self.comment.start, self.comment.end
            text = self.source.slice(start, end)
            doc = from_comment(text, self.source.range(start, end))
        else:
            return _EMPTY, ""
        if not self.language or doc.range is None:
            return doc, ""
        from dbp.extract.fingerprint import doc_fingerprint

        return doc, doc_fingerprint(text)


def _renamed(symbol: Symbol, named: dict[str, bool]) -> Symbol:
    """Let a later word about access (`private :x`) speak of an earlier definition."""
    said = named.get(symbol.name)
    return symbol if said is None or said == symbol.public else replace(symbol, public=said)
