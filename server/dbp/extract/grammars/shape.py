"""The shape of a language's entry, and the reading of names and parameters most of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tree_sitter import Node

MAX_PARAMETERS = 200
MAX_NAME_BYTES = 500
"""Longer names are a parser's misunderstanding."""

_MAX_NESTING = 12

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
        "identifier", "field_identifier", "property_identifier", "self", "this",
        "shorthand_property_identifier_pattern", "variable_name", "implicit_parameter",
    }
)  # fmt: skip


class Described(NamedTuple):
    """A definition as its language reads it.

    `owner` qualifies the name beyond its surroundings; `first` is where it begins when that is
    before its own node.
    """

    name: str
    name_node: Node
    kind: str
    parameters: tuple[str, ...] = ()
    owner: str = ""
    first: Node | None = None


Describe = Callable[[Node, str], Described | None]
"""Reads a definition node of a kind; None when it is no definition after all."""


def no_scope(_node: Node) -> str:
    """Qualify nothing."""
    return ""


def no_doc(_node: Node) -> str | None:
    """Find no docstring: the language has none."""
    return None


@dataclass(frozen=True)
class Grammar:
    """One language's tables over its grammar's node types.

    `containers` are looked into, `wrappers` too, and a doc comment above them belongs to what they
    hold. `broken` are looked into only when they hold a syntax error, which is where unbalanced
    braces hide whole functions. `scopes` qualify what is inside without being a symbol.
    """

    definitions: Mapping[str, str]
    containers: frozenset[str] = frozenset()
    wrappers: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    comments: frozenset[str] = field(default_factory=lambda: frozenset({"comment"}))
    scopes: frozenset[str] = frozenset()
    scope: Callable[[Node], str] = no_scope
    describe: Describe = field(default_factory=lambda: named)
    docstring: Callable[[Node], str | None] = no_doc


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
    return Described(dotted(text_of(name)), name, kind, parameters_of(parameters))


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
