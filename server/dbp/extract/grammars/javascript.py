"""JavaScript and TypeScript: functions are named by what holds them."""

from __future__ import annotations

from dataclasses import replace

from tree_sitter import Node

from dbp.extract import imports
from dbp.extract.grammars.shape import (
    Around,
    Described,
    Exports,
    Grammar,
    by_name,
    first_named,
    named,
    parameters_of,
    text_of,
    types,
    unquoted,
    words,
)

_FUNCTIONS = types("function_expression arrow_function generator_function function")
_NAMELESS = _FUNCTIONS | {"class"}
_HOLDERS = {
    "variable_declarator": ("name", "value"),
    "pair": ("key", "value"),
    "assignment_expression": ("left", "right"),
    "field_definition": ("property", "value"),
    "public_field_definition": ("name", "value"),
}
_METHOD_HOLDERS = types("field_definition public_field_definition")
_SIGNATURES = types("property_signature construct_signature")
_CASTS = types("as_expression satisfies_expression parenthesized_expression")
_MAX_CASTS = 3


def describe(node: Node, kind: str) -> Described | None:
    """Describe a declaration, or a function or class that something names."""
    if node.type in _HOLDERS:
        return _held(node, kind)
    if node.type == "export_statement":
        return _default(node)
    return _signature(node, kind) if node.type in _SIGNATURES else named(node, kind)


def _held(node: Node, kind: str) -> Described | None:
    """Read `name = function …`, `name: class …` and the like."""
    name, value = (node.child_by_field_name(field) for field in _HOLDERS[node.type])
    for _ in range(_MAX_CASTS):
        if value is not None and value.type in _CASTS:
            value = first_named(value)
    if name is None or value is None or value.type not in _NAMELESS:
        return None
    if value.type == "class":
        kind = "class"
    elif node.type in _METHOD_HOLDERS:
        kind = "method"
    parameters = value.child_by_field_name("parameters") or value.child_by_field_name("parameter")
    owner, _, last = text_of(name).strip("\"'").rpartition(".")
    owner = owner.removeprefix("module.exports").removeprefix("exports").removeprefix("this")
    owner = owner.replace(".prototype", "").strip(".")
    if not last or any(map(str.isspace, last)):
        return None
    leaf = unquoted(name.child_by_field_name("property") or name)
    owner = owner if _plain(owner) else ""
    return Described(last, leaf, kind, parameters_of(parameters), owner, holder=value)


def _signature(node: Node, kind: str) -> Described | None:
    """Read `name: (a: string) => void`, a method in all but spelling, and `new()`."""
    if node.type == "construct_signature":
        word = next((child for child in node.children if child.type == "new"), None)
        parameters = parameters_of(node.child_by_field_name("parameters"))
        return word and Described("new", word, kind, parameters)
    name, annotation = node.child_by_field_name("name"), node.child_by_field_name("type")
    of_type = first_named(annotation)
    if name is None or of_type is None or of_type.type != "function_type":
        return None
    parameters = parameters_of(of_type.child_by_field_name("parameters"))
    return Described(text_of(name).strip("\"'"), unquoted(name), kind, parameters)


def _plain(owner: str) -> bool:
    return all(
        part.isidentifier() or part.replace("$", "_").isidentifier() for part in owner.split(".")
    )


def _default(node: Node) -> Described | None:
    """Name `export default function () {}` what importers see: `default`."""
    value, keyword = (
        node.child_by_field_name("value"),
        node.child(1) if node.child_count > 1 else None,
    )
    if value is None or keyword is None or value.type not in _NAMELESS:
        return None
    kind = "class" if value.type == "class" else "function"
    parameters = value.child_by_field_name("parameters") or value.child_by_field_name("parameter")
    return Described("default", keyword, kind, parameters_of(parameters), holder=value)


def exports(root: Node) -> Exports:
    """Read what a file exports by name: `export { a, b as c }` and `export default a`."""
    module, names = False, set()
    for node in root.children:
        if node.type == "import_statement":
            module = True
        elif node.type == "export_statement":
            module = True
            value = node.child_by_field_name("value")
            if value is not None and value.type == "identifier":
                names.add(text_of(value))
            for clause in node.named_children if value is None else ():
                if clause.type == "export_clause":
                    found = (item.child_by_field_name("name") for item in clause.named_children)
                    names.update(text_of(name) for name in found if name is not None)
    return Exports(module, frozenset(names))


def _public(node: Node, described: Described, around: Around) -> bool:
    """Tell by `export` at the top of a module and in a namespace, by words in a class."""
    if described.name.startswith("#") or not by_name(node, described, around):
        return False
    if around.kind in ("class", "interface", "enum"):
        return not words(node, "accessibility_modifier") & {"private", "protected"}
    outside = around.node
    if outside is None or outside.type != "internal_module":
        return around.exported or (outside is not None and outside.type == "module")
    word = outside.prev_sibling
    return around.exported or (word is not None and word.type == "declare")


_DEFINITIONS = {
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "class_declaration": "class",
    "method_definition": "method",
    "function_expression": "function",
    "class": "class",
    "export_statement": "function",
    **dict.fromkeys(_HOLDERS, "function"),
}
_CONTAINERS = (
    "program class_body statement_block if_statement else_clause for_statement for_in_statement"
    " while_statement try_statement catch_clause finally_clause switch_statement switch_body"
    " switch_case switch_default labeled_statement"
    " arrow_function function generator_function"
    " call_expression arguments parenthesized_expression object array return_statement"
    " member_expression unary_expression new_expression sequence_expression ERROR"
    " as_expression satisfies_expression await_expression"
)
_WRAPPERS = "lexical_declaration variable_declaration expression_statement"

JAVASCRIPT = Grammar(
    definitions=_DEFINITIONS,
    containers=types(_CONTAINERS),
    wrappers=types(_WRAPPERS),
    attributes=types("decorator"),
    hidden=types("function_expression arrow_function generator_function function"),
    describe=describe,
    public=_public,
    exports=exports,
    imports={"import_statement": imports.javascript, "export_statement": imports.javascript},
    calls=(b"require(", b"import("),
    call_imports={
        "variable_declarator": imports.javascript_declared,
        "call_expression": imports.javascript_call,
    },
)
TYPESCRIPT = replace(
    JAVASCRIPT,
    definitions={
        **_DEFINITIONS,
        "abstract_class_declaration": "class",
        "interface_declaration": "interface",
        "type_alias_declaration": "type",
        "enum_declaration": "enum",
        "internal_module": "namespace",
        "module": "module",
        "function_signature": "function",
        "method_signature": "method",
        "abstract_method_signature": "method",
        "property_signature": "method",
        "construct_signature": "method",
    },
    containers=types(_CONTAINERS + " interface_body object_type"),
    wrappers=types(_WRAPPERS + " ambient_declaration"),
)
