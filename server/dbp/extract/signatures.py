"""Signatures that take more than their names say: then no parameter can be said not to exist.

Asked only of functions whose parameters are documented.
"""

from __future__ import annotations

import re

from tree_sitter import Node

_MORE = re.compile(rb"\.\.\.|[(,]\s{0,99}(?:[{\[]|\*{1,2}\w+\s{0,99}[,)])|\bvararg\b|\bparams\b")
"""`...`, `*args` (never C's `char *x`), Kotlin's and C#'s words, values taken apart."""

_MACRO = re.compile(rb"[A-Z][A-Z0-9_]{2,60}\s{0,9}\(")
"""`SYSCALL_DEFINE2(…)`: what it makes of its words is not to be seen."""

_MOST_DECLARATORS = 10
_SIGNATURE = 4000
"""Bytes of a signature that are looked at."""


def takes_more(node: Node, text: bytes, after: int, body: Node | None) -> bool:
    """Tell whether a definition, whose name ends `after` this byte, takes more than it names.

    It has a word for any number of values, a parameter without a name, or is a macro's making.
    `text` is the whole file.
    """
    end = min(body.start_byte if body else node.end_byte, after + _SIGNATURE)
    if _MORE.search(text, after, end) or _MACRO.match(text, node.start_byte, end):
        return True
    declarator: Node | None = node
    for _ in range(_MOST_DECLARATORS):
        if declarator is None:
            break
        parameters = declarator.child_by_field_name("parameters")
        if parameters is not None:
            return any(map(_is_unnamed, parameters.named_children))
        declarator = declarator.child_by_field_name("declarator")
    return False


def _is_unnamed(parameter: Node) -> bool:
    """Tell whether a parameter of C has a type alone."""
    if parameter.type != "parameter_declaration" or parameter.text == b"void":
        return False
    declarator = parameter.child_by_field_name("declarator")
    return declarator is None or declarator.type.startswith("abstract_")
