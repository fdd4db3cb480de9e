"""C and C++: names hide inside declarators."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from dbp.extract import imports
from dbp.extract.grammars.shape import (
    Around,
    Described,
    Grammar,
    Label,
    by_name,
    dotted,
    first_named,
    parameters_of,
    text_of,
    types,
    words,
)

_MAX_DECLARATORS = 30
_MAX_NAMES = 4
_PROTOTYPES = types("declaration field_declaration")
_NO_FUNCTION = types("identifier parenthesized_declarator")
_HEADS = types("function_declarator pointer_declarator reference_declarator")
_CALLED = types("function_declarator parenthesized_declarator")
_NAMES = types(
    "identifier field_identifier type_identifier qualified_identifier destructor_name operator_name"
    " operator_cast template_function primitive_type"
)


def describe(node: Node, kind: str) -> Described | None:
    """Describe any C or C++ definition, prototype or head of a function."""
    if read := _READERS.get(node.type):
        return read(node)
    if node.type.endswith("_specifier") and node.child_by_field_name("body") is None:
        return None  # a mention of a struct is not its definition
    name = node.child_by_field_name("name")
    return None if name is None else Described(dotted(_bare(text_of(name))), name, kind)


def _head(node: Node) -> Described | None:
    declared = _declared(node)
    if declared is None or declared.function is None or declared.before.type not in _CALLED:
        return None
    owner, _, last = _qualified(declared.name).rpartition(".")
    held = declared.function.child_by_field_name("parameters")
    kind, name = "method" if owner else "function", _last_name(declared.name)
    return Described(last, name, kind, parameters_of(held), owner) if last else None


class _Declared(NamedTuple):
    """What a declarator names: `function` holds its parameters, `before` the name itself."""

    name: Node
    before: Node
    function: Node | None


def _prototype(node: Node) -> Described | None:
    return _function(node, prototype=True)


def _function(node: Node, *, prototype: bool = False) -> Described | None:
    declarator = node.child_by_field_name("declarator")
    specifier = node.child_by_field_name("type")
    if declarator is None:
        return None
    if declarator.type in _NO_FUNCTION and specifier is not None:
        return None if prototype else _misread(declarator, specifier)
    declared = _declared(declarator)
    if declared is None or (prototype and declared.before.type not in _CALLED):
        return None  # a pointer to a function is a variable
    held = declared.function and declared.function.child_by_field_name("parameters")
    if specifier is None and (test := _test(declared.name, held)):
        return test
    owner, _, last = _qualified(declared.name).rpartition(".")
    if not last or (held is None and not last.startswith("operator")):
        return None
    kind, name = "method" if owner else "function", _last_name(declared.name)
    return Described(last, name, kind, parameters_of(held), owner)


def _declared(declarator: Node) -> _Declared | None:
    """Find the name inside pointers, references, brackets and parameters."""
    function, before, current = None, declarator, declarator
    for _ in range(_MAX_DECLARATORS):
        if current.type in _NAMES:
            return _Declared(current, before, function)
        if current.type == "function_declarator":
            function = current
        inner = current.child_by_field_name("declarator") or next(
            (child for child in current.named_children if _declares(child)), None
        )
        if inner is None:
            return None
        before, current = current, inner
    return None


def _test(macro: Node, arguments: Node | None) -> Described | None:
    """Read `TEST(Suite, Name) { … }`, the test frameworks' way to define a function."""
    if arguments is None or "TEST" not in text_of(macro) or not text_of(macro).isupper():
        return None
    names = [first_named(item) or item for item in arguments.named_children[:_MAX_NAMES]]
    if not names or any(name.type not in _NAMES for name in names):
        return None
    owner = ".".join(text_of(name) for name in names[:-1])
    return Described(text_of(names[-1]), names[-1], "function", (), owner)


def _misread(declarator: Node, specifier: Node) -> Described | None:
    """Read `class EXPORT Name { … }` and `MACRO(name) { … }`, taken for functions with a type."""
    kind = {"class_specifier": "class", "struct_specifier": "struct"}.get(specifier.type)
    if declarator.type == "identifier":
        return Described(text_of(declarator), declarator, kind) if kind else None
    name = first_named(declarator)
    if name is None or name.type != "identifier" or not text_of(specifier).isupper():
        return None
    return Described(text_of(name), name, "function")


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
    if test := _test(macro, arguments):
        return test._replace(first=before)
    first = first_named(arguments)
    name = first if first is not None and first.type == "identifier" else macro
    return Described(text_of(name), name, "function", first=before)


def _typedef(node: Node) -> Described | None:
    declarator = node.child_by_field_name("declarator")
    declared = declarator and _declared(declarator)
    return declared and Described(text_of(declared.name), declared.name, "type")


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
            + ("()" if operator.lstrip().startswith("(") else operator.split("(")[0].rstrip())
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


_READERS = {
    "function_definition": _function,
    "compound_statement": _macro_body,
    "type_definition": _typedef,
    **dict.fromkeys(_PROTOTYPES, _prototype),
    **dict.fromkeys(_HEADS, _head),
}


def _public(node: Node, described: Described, around: Around) -> bool:
    """Tell by the labels in a class, by `static` outside; defined apart is declared apart."""
    if around.kind in ("class", "struct", "union"):
        return around.kind != "class" if around.label is None else around.label
    hidden = described.owner or "static" in words(node, "storage_class_specifier")
    return not hidden and by_name(node, described, around)


def _label(node: Node) -> Label:
    return Label(text_of(node).startswith("public"))


_PREPROCESSOR = (
    " preproc_if preproc_ifdef preproc_else preproc_elif preproc_elifdef ERROR"
    " linkage_specification declaration_list translation_unit"
)
_BROKEN = types(
    "if_statement else_clause while_statement do_statement for_statement switch_statement"
    " case_statement labeled_statement"
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
    public=_public,
    prototypes=types("declaration"),
    broken=_BROKEN,
    heads=_HEADS,
    imports={"preproc_include": imports.c},
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
    wrappers=types("declaration field_declaration template_declaration friend_declaration"),
    attributes=types(_ATTRIBUTES + " access_specifier template_parameter_list"),
    describe=describe,
    hidden=types("namespace_definition"),
    local=True,
    public=_public,
    prototypes=_PROTOTYPES,
    broken=_BROKEN,
    heads=_HEADS,
    labels={"access_specifier": _label},
    imports={"preproc_include": imports.c},
)
