"""JavaScript and TypeScript: functions are named by what holds them."""

from __future__ import annotations

from tree_sitter import Node

from dbp.extract.grammars.shape import Described, Grammar, named, parameters_of, text_of, types

_FUNCTIONS = types("function_expression arrow_function generator_function function")
_HOLDERS = {
    "variable_declarator": ("name", "value"),
    "pair": ("key", "value"),
    "assignment_expression": ("left", "right"),
    "field_definition": ("property", "value"),
    "public_field_definition": ("name", "value"),
}
_METHOD_HOLDERS = types("field_definition public_field_definition")


def describe(node: Node, kind: str) -> Described | None:
    """Describe a declaration, or a function or class that something names."""
    fields = _HOLDERS.get(node.type)
    if node.type == "export_statement":
        return _default(node)
    if fields is None:
        return named(node, kind)
    name, value = (node.child_by_field_name(field) for field in fields)
    if name is None or value is None:
        return None
    if value.type == "class":
        kind = "class"
    elif value.type not in _FUNCTIONS:
        return None
    elif node.type in _METHOD_HOLDERS:
        kind = "method"
    parameters = value.child_by_field_name("parameters") or value.child_by_field_name("parameter")
    owner, _, last = text_of(name).strip("\"'").rpartition(".")
    owner = owner.removeprefix("module.exports").removeprefix("exports").removeprefix("this")
    owner = owner.replace(".prototype", "").strip(".")
    if not last or any(map(str.isspace, last)):
        return None
    leaf = name.child_by_field_name("property") or name
    return Described(last, leaf, kind, parameters_of(parameters), owner if _plain(owner) else "")


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
    if value is None or keyword is None or value.type not in _FUNCTIONS | {"class"}:
        return None
    kind = "class" if value.type == "class" else "function"
    parameters = value.child_by_field_name("parameters") or value.child_by_field_name("parameter")
    return Described("default", keyword, kind, parameters_of(parameters))


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
)
_WRAPPERS = "lexical_declaration variable_declaration expression_statement"

JAVASCRIPT = Grammar(
    definitions=_DEFINITIONS,
    containers=types(_CONTAINERS),
    wrappers=types(_WRAPPERS),
    attributes=types("decorator"),
    describe=describe,
)
TYPESCRIPT = Grammar(
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
    },
    containers=types(
        _CONTAINERS + " interface_body object_type satisfies_expression as_expression"
    ),
    wrappers=types(_WRAPPERS + " ambient_declaration"),
    attributes=types("decorator"),
    describe=describe,
)
