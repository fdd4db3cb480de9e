"""The shape of a language's entry, and the reading of names and parameters most of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tree_sitter import Node

MAX_PARAMETERS = 200
MAX_NAME_BYTES = 500
"""Longer names are a parser's misunderstanding."""

_MAX_NESTING = 12
_MAX_MODIFIERS = 20

_NAME_FIELDS = ("name", "pattern", "declarator", "left")
_TRANSPARENT = frozenset(
    {
        "rest_pattern", "object_pattern", "array_pattern", "tuple_pattern", "reference_declarator",
        "parenthesized_declarator", "self_parameter", "list_splat_pattern",
        "dictionary_splat_pattern", "typed_parameter", "spread_parameter", "mut_pattern",
        "ref_pattern", "reference_pattern", "pair_pattern", "parenthesized_parameters",
        "destructured_parameter", "captured_pattern", "variadic_declarator",
    }
)  # fmt: skip
_IDENTIFIERS = frozenset(
    {
        "identifier", "field_identifier", "property_identifier", "self",
        "shorthand_property_identifier_pattern", "variable_name", "implicit_parameter",
    }
)  # fmt: skip


class Described(NamedTuple):
    """A definition as its language reads it.

    `owner` qualifies the name beyond its surroundings; `first` is where it begins when that is
    before its own node; `holder` is the node below it whose `body` field is its body, when that is
    not its own.
    """

    name: str
    name_node: Node
    kind: str
    parameters: tuple[str, ...] = ()
    owner: str = ""
    first: Node | None = None
    holder: Node | None = None


class Around(NamedTuple):
    """What stands around a definition: the symbol or scope it is written in.

    `label` is what the last access label there said (`private:`), None before the first.
    `exported` tells whether an export statement there holds the definition or names it.
    """

    kind: str
    node: Node | None
    label: bool | None = None
    exported: bool = True


class Import(NamedTuple):
    """One import as it is written; `node` is where its target stands."""

    target: str
    node: Node
    names: tuple[str, ...] = ()
    deferred: bool = False


Describe = Callable[[Node, str], Described | None]
"""Reads a definition node of a kind; None when it is no definition after all."""

Public = Callable[[Node, Described, Around], bool]
"""Tells whether a definition may be used from outside, as far as itself says."""

Imports = Callable[[Node], Iterable[Import]]
"""Reads the imports of one statement."""


class Label(NamedTuple):
    """A word about access: of what follows, or of the definitions named."""

    public: bool
    names: frozenset[str] = frozenset()


class Exports(NamedTuple):
    """What a file lets out by name; a file that is no module lets out all of its top level."""

    module: bool = False
    names: frozenset[str] = frozenset()


def no_scope(_node: Node) -> str:
    """Qualify nothing."""
    return ""


def no_doc(_node: Node) -> Node | None:
    """Find no docstring: the language has none."""
    return None


def by_name(_node: Node, described: Described, _around: Around) -> bool:
    """Hide what begins with an underscore: the language has no other word for it."""
    return not described.name.startswith("_") or described.name.endswith("__")


def words(node: Node | None, *kinds: str) -> frozenset[str]:
    """Collect the modifiers in front of a definition, which stand in children of these types."""
    found: set[str] = set()
    for child in node.children[:_MAX_MODIFIERS] if node is not None else ():
        if child.type in kinds:
            found.update(text_of(child).split())
    return frozenset(found)


def field_body(node: Node) -> Node | None:
    """Find a definition's body where most grammars have it."""
    return node.child_by_field_name("body")


@dataclass(frozen=True, eq=False)
class Grammar:
    """One language's tables over its grammar's node types.

    `containers` are looked into, `wrappers` too, and a doc comment above them belongs to what they
    hold. `scopes` qualify what is inside without being a symbol; `hidden` ones let nothing out.
    `prototypes` are declarations that are symbols when a doc comment stands above them. `labels`
    say of all definitions after them, or of the named ones, whether they are public. `exports`
    reads off the root of a tree what a module lets out by name; None where names say nothing.
    `broken` are looked into only where a syntax error is inside: functions hide there when braces
    got lost. `heads` are what is left of a function whose body could not be read.
    `local` asks for the types written in function bodies too.
    `call_imports` are looked for only where one of `calls` stands in the text.
    """

    definitions: Mapping[str, str]
    containers: frozenset[str] = frozenset()
    wrappers: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    comments: frozenset[str] = field(default_factory=lambda: frozenset({"comment"}))
    scopes: frozenset[str] = frozenset()
    scope: Callable[[Node], str] = no_scope
    describe: Describe = field(default_factory=lambda: named)
    docstring: Callable[[Node], Node | None] = no_doc
    hidden: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()
    local: bool = False
    prototypes: frozenset[str] = frozenset()
    imports: Mapping[str, Imports] = field(default_factory=dict)
    calls: tuple[bytes, ...] = ()
    call_imports: Mapping[str, Imports] = field(default_factory=dict)
    labels: Mapping[str, Callable[[Node], Label | None]] = field(default_factory=dict)
    public: Public = by_name
    body: Callable[[Node], Node | None] = field_body
    exports: Callable[[Node], Exports] | None = None


def types(words: str) -> frozenset[str]:
    """Spell a set of node types as one string."""
    return frozenset(words.split())


def text_of(node: Node) -> str:
    """Read a short node's text; never called on anything large."""
    if node.end_byte - node.start_byte > MAX_NAME_BYTES:
        return ""
    return (node.text or b"").decode("utf-8", "replace")


def first_named(node: Node | None) -> Node | None:
    """Fetch a node's first named child; `named_child(0)` raises when there is none."""
    return node.named_child(0) if node is not None and node.named_child_count else None


def named(node: Node, kind: str) -> Described | None:
    """Describe a definition whose grammar has `name` and `parameters` fields: most of them."""
    name = node.child_by_field_name("name")
    if name is None:
        return None
    parameters = node.child_by_field_name("parameters")
    return Described(dotted(text_of(name)), unquoted(name), kind, parameters_of(parameters))


def unquoted(name: Node) -> Node:
    """Find the name itself where it stands in quotes."""
    return (first_named(name) or name) if name.type == "string" else name


def dotted(name: str) -> str:
    """Join the parts of a qualified name the way every language here is shown."""
    if "\\" in name or "::" in name:
        name = name.replace("::", ".").replace("\\", ".").strip(".")
    return name.strip("\"'") if name[:1] in "\"'" else name


def parameters_of(node: Node | None) -> tuple[str, ...]:
    """List the names of parameters as they are written, without types and defaults."""
    if node is None:
        return ()
    if node.type in _IDENTIFIERS:  # x => …
        return (text_of(node),)
    names: list[str] = []
    for child in node.named_children:
        names.extend(_names(child, 0))
        if len(names) > MAX_PARAMETERS:
            break
    return tuple(names[:MAX_PARAMETERS])


def _names(node: Node, nesting: int) -> Iterator[str]:
    if node.type in _IDENTIFIERS:
        yield text_of(node)
        return
    if nesting > _MAX_NESTING:
        return
    for field_name in _NAME_FIELDS:
        if found := node.children_by_field_name(field_name):
            for child in found:
                yield from _names(child, nesting + 1)
            return
    if node.type in _TRANSPARENT:
        for child in node.named_children:
            yield from _names(child, nesting + 1)
