"""Python that its own parser refuses, Ruby, shell and PHP."""

from __future__ import annotations

from tree_sitter import Node

from dbp.extract import imports
from dbp.extract.grammars.shape import (
    Around,
    Described,
    Grammar,
    Label,
    by_name,
    first_named,
    named,
    text_of,
    types,
    words,
)

# ── Python ─────────────────────────────────────────────────────────────────────────────────────

_DOCSTRING = ("expression_statement", "string")


def _python_docstring(node: Node) -> Node | None:
    body = node.child_by_field_name("body")
    first = first_named(body)
    string = first_named(first)
    if string is None or first is None or (first.type, string.type) != _DOCSTRING:
        return None
    return string


PYTHON = Grammar(
    definitions={"function_definition": "function", "class_definition": "class"},
    containers=types(
        "module block if_statement elif_clause else_clause for_statement while_statement"
        " with_statement try_statement except_clause except_group_clause finally_clause"
        " match_statement"
        " case_clause ERROR"
    ),
    wrappers=types("decorated_definition"),
    attributes=types("decorator"),
    docstring=_python_docstring,
)

# ── Ruby ───────────────────────────────────────────────────────────────────────────────────────

_ACCESS = {
    "private": False,
    "protected": False,
    "public": True,
    "private_class_method": False,
    "public_class_method": True,
}


def _ruby(node: Node, kind: str) -> Described | None:
    if node.type != "assignment":
        return named(node, kind)
    name, value = node.child_by_field_name("left"), node.child_by_field_name("right")
    if name is None or value is None or (name.type, value.type) != ("constant", "call"):
        return None  # only `Point = Struct.new(:x) do … end` names a class
    made, how = value.child_by_field_name("receiver"), value.child_by_field_name("method")
    if made is None or how is None or text_of(how) not in ("new", "define"):
        return None
    if text_of(made) not in ("Struct", "Class", "Module", "Data"):
        return None
    return Described(text_of(name), name, "module" if text_of(made) == "Module" else "class")


def _ruby_label(node: Node) -> Label | None:
    """Read `private` alone, or with the names it speaks of."""
    if node.type == "identifier":
        said = _ACCESS.get(text_of(node))
        return None if said is None else Label(said)
    word, arguments = node.child_by_field_name("method"), node.child_by_field_name("arguments")
    said = _ACCESS.get(text_of(word)) if word is not None else None
    if said is None or arguments is None or node.child_by_field_name("receiver") is not None:
        return None
    names = set()
    for item in arguments.named_children:
        name = item.child_by_field_name("name") if "method" in item.type else item
        names.add(text_of(name).lstrip(":") if name is not None else "")
    return Label(said, frozenset(names))


def _ruby_public(node: Node, described: Described, around: Around) -> bool:
    hidden = around.label is False and node.type == "method"
    return not hidden and by_name(node, described, around)


RUBY = Grammar(
    definitions={
        "module": "module",
        "class": "class",
        "method": "method",
        "singleton_method": "method",
        "assignment": "class",
    },
    containers=types(
        "program singleton_class begin_block if unless then else elsif begin rescue ensure"
        " do_block block argument_list ERROR"
    ),
    wrappers=types("call body_statement"),  # a comment above the first method stands outside
    describe=_ruby,
    public=_ruby_public,
    labels={"identifier": _ruby_label, "call": _ruby_label},
    imports={"call": imports.ruby},
)

# ── shell ──────────────────────────────────────────────────────────────────────────────────────

SHELL = Grammar(
    definitions={"function_definition": "function"},
    containers=types(
        "program compound_statement if_statement elif_clause else_clause while_statement"
        " for_statement do_group case_statement case_item subshell list ERROR"
    ),
    imports={"command": imports.shell},
)

# ── PHP ────────────────────────────────────────────────────────────────────────────────────────


def _php_public(node: Node, described: Described, _around: Around) -> bool:
    """Tell by the words, and by the name where it is no magic one."""
    if words(node, "visibility_modifier") & {"private", "protected"}:
        return False
    return not described.name.startswith("_") or described.name.startswith("__")


PHP = Grammar(
    definitions={
        "function_definition": "function",
        "class_declaration": "class",
        "interface_declaration": "interface",
        "trait_declaration": "trait",
        "enum_declaration": "enum",
        "method_declaration": "method",
        "namespace_definition": "namespace",
    },
    containers=types(
        "program declaration_list enum_declaration_list compound_statement if_statement else_clause"
        " else_if_clause colon_block ERROR"
    ),
    attributes=types("attribute_list"),
    public=_php_public,
    imports={
        "namespace_use_declaration": imports.php_use,
        "expression_statement": imports.php,
        "return_statement": imports.php,
    },
)
