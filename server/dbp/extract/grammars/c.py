"""C and C++: names hide inside declarators."""

from __future__ import annotations

from tree_sitter import Node

from dbp.extract.grammars.shape import (
    Described,
    Grammar,
    dotted,
    first_named,
    parameters_of,
    text_of,
    types,
)

_MAX_DECLARATORS = 30
_NAMES = types(
    "identifier field_identifier type_identifier qualified_identifier destructor_name operator_name"
    " operator_cast template_function primitive_type"
)


def describe(node: Node, kind: str) -> Described | None:
    """Describe any C or C++ definition."""
    if node.type == "function_definition":
        return _function(node)
    if node.type == "compound_statement":
        return _macro_body(node)
    if node.type == "type_definition":
        return _typedef(node)
    if node.type.endswith("_specifier") and node.child_by_field_name("body") is None:
        return None  # a mention of a struct is not its definition
    name = node.child_by_field_name("name")
    return None if name is None else Described(dotted(_bare(text_of(name))), name, kind)


def _function(node: Node) -> Described | None:
    declarator = node.child_by_field_name("declarator")
    specifier = node.child_by_field_name("type")
    if declarator is None:
        return None
    if declarator.type == "identifier" and specifier is not None:
        return _misread_class(declarator, specifier)
    function = name = None
    current: Node | None = declarator
    for _ in range(_MAX_DECLARATORS):
        if current is None:
            return None
        if current.type in _NAMES:
            name = current
            break
        if current.type == "function_declarator":
            function = current
        inner = current.child_by_field_name("declarator")
        current = inner or next((c for c in current.named_children if _declares(c)), None)
    if name is None:
        return None
    owner, _, last = _qualified(name).rpartition(".")
    if function is None and not last.startswith("operator"):
        return None
    parameters = parameters_of(function and function.child_by_field_name("parameters"))
    kind = "method" if owner else "function"
    return Described(last, _last_name(name), kind, parameters, owner) if last else None


def _misread_class(declarator: Node, specifier: Node) -> Described | None:
    """Read `class EXPORT Name { … }`, which the grammar takes for a function."""
    kind = {"class_specifier": "class", "struct_specifier": "struct"}.get(specifier.type)
    return Described(text_of(declarator), declarator, kind) if kind else None


def _macro_body(node: Node) -> Described | None:
    """Read `SYSCALL_DEFINE2(name, …) { … }`: a call without semicolon, then a body."""
    before = node.prev_named_sibling
    if before is None or before.type != "expression_statement":
        return None
    call = first_named(before)
    if call is None or call.type != "call_expression" or not before.has_error:
        return None
    macro, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if macro is None or macro.type != "identifier" or arguments is None:
        return None
    if not text_of(macro).isupper():
        return None  # `for_each_cpu (…) { … }` is a loop
    first = first_named(arguments)
    name = first if first is not None and first.type == "identifier" else macro
    return Described(text_of(name), name, "function", first=before)


def _typedef(node: Node) -> Described | None:
    current = node.child_by_field_name("declarator")
    for _ in range(_MAX_DECLARATORS):
        if current is None:
            return None
        if current.type in _NAMES:
            return Described(text_of(current), current, "type")
        inner = current.child_by_field_name("declarator")
        current = inner or next((c for c in current.named_children if _declares(c)), None)
    return None


def _declares(node: Node) -> bool:
    return node.type in _NAMES or node.type.endswith("_declarator")


def _qualified(name: Node) -> str:
    """Join `A::B<T>::f` as `A.B.f`."""
    text = " ".join(text_of(name).split())
    if name.type == "operator_cast" or "operator" in text:
        scope, _, operator = text.rpartition("operator")
        return (
            dotted(_bare(scope)).strip(".")
            + ("." if scope else "")
            + "operator"
            + operator.split("(")[0].rstrip()
        )
    return dotted(_bare(text))


def _bare(text: str) -> str:
    """Drop template arguments."""
    out, depth = [], 0
    for letter in text:
        if letter == "<":
            depth += 1
        elif letter == ">" and depth:
            depth -= 1
        elif not depth:
            out.append(letter)
    return "".join(out).replace(" ", "")


def _last_name(name: Node) -> Node:
    for _ in range(_MAX_DECLARATORS):
        inner = name.child_by_field_name("name")
        if name.type not in ("qualified_identifier", "template_function") or inner is None:
            break
        name = inner
    return name


_PREPROCESSOR = (
    " preproc_if preproc_ifdef preproc_else preproc_elif preproc_elifdef ERROR"
    " linkage_specification declaration_list translation_unit"
)
_ATTRIBUTES = (
    "attribute_specifier attribute_declaration expression_statement storage_class_specifier"
    " type_qualifier"
)
_STRUCTURES = {
    "function_definition": "function",
    "compound_statement": "function",
    "struct_specifier": "struct",
    "union_specifier": "union",
    "enum_specifier": "enum",
    "type_definition": "type",
}

C = Grammar(
    definitions=_STRUCTURES,
    containers=types("field_declaration_list" + _PREPROCESSOR),
    wrappers=types("declaration field_declaration"),
    attributes=types(_ATTRIBUTES),
    describe=describe,
)
CPP = Grammar(
    definitions={
        **_STRUCTURES,
        "class_specifier": "class",
        "namespace_definition": "namespace",
        "alias_declaration": "type",
        "concept_definition": "type",
    },
    containers=types("field_declaration_list" + _PREPROCESSOR),
    wrappers=types("declaration field_declaration template_declaration"),
    attributes=types(_ATTRIBUTES + " access_specifier template_parameter_list"),
    describe=describe,
)
