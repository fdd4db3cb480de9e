"""Java, C#, Kotlin and Swift: words in front of a definition say who may use it."""

from __future__ import annotations

from tree_sitter import Node

from dbp.extract import imports
from dbp.extract.grammars.shape import (
    Around,
    Described,
    Grammar,
    dotted,
    named,
    parameters_of,
    text_of,
    types,
    words,
)

_INTERFACES = types("interface_declaration annotation_type_declaration protocol_declaration")


def _within_interface(around: Around) -> bool:
    return around.node is not None and around.node.type in _INTERFACES


# ── Java ───────────────────────────────────────────────────────────────────────────────────────


def _java_public(node: Node, _described: Described, around: Around) -> bool:
    said = words(node, "modifiers")
    return "public" in said or (_within_interface(around) and "private" not in said)


JAVA = Grammar(
    definitions={
        "class_declaration": "class",
        "record_declaration": "class",
        "interface_declaration": "interface",
        "annotation_type_declaration": "interface",
        "annotation_type_element_declaration": "method",
        "enum_declaration": "enum",
        "method_declaration": "method",
        "constructor_declaration": "method",
        "compact_constructor_declaration": "method",
    },
    containers=types(
        "program class_body interface_body enum_body enum_body_declarations annotation_type_body"
        " block constructor_body enum_constant ERROR"
    ),
    comments=types("line_comment block_comment"),
    public=_java_public,
    imports={"import_declaration": imports.java},
)

# ── C# ─────────────────────────────────────────────────────────────────────────────────────────


def _csharp(node: Node, kind: str) -> Described | None:
    parameters = parameters_of(node.child_by_field_name("parameters"))
    if node.type == "operator_declaration":
        operator = node.child_by_field_name("operator")
        if operator is None:
            return None
        return Described("operator " + text_of(operator), operator, kind, parameters)
    if node.type == "conversion_operator_declaration":
        to = node.child_by_field_name("type")
        return to and Described("operator " + text_of(to), to, kind, parameters)
    if node.type == "indexer_declaration":
        this = next((child for child in node.children if child.type == "this"), None)
        return this and Described("this", this, kind, parameters)
    described = named(node, kind)
    if described is not None and node.type == "destructor_declaration":
        return described._replace(name="~" + described.name)
    return described


def _csharp_public(node: Node, described: Described, around: Around) -> bool:
    said = words(node, "modifier")
    return (
        "public" in said
        or described.kind == "namespace"
        or (_within_interface(around) and not said & {"private", "protected", "internal"})
    )


CSHARP = Grammar(
    definitions={
        "namespace_declaration": "namespace",
        "file_scoped_namespace_declaration": "namespace",
        "class_declaration": "class",
        "record_declaration": "class",
        "record_struct_declaration": "struct",
        "struct_declaration": "struct",
        "interface_declaration": "interface",
        "enum_declaration": "enum",
        "delegate_declaration": "type",
        "method_declaration": "method",
        "constructor_declaration": "method",
        "destructor_declaration": "method",
        "operator_declaration": "method",
        "conversion_operator_declaration": "method",
        "indexer_declaration": "method",
        "local_function_statement": "function",
    },
    containers=types(
        "compilation_unit declaration_list block global_statement preproc_if preproc_else"
        " preproc_elif ERROR"
    ),
    attributes=types("attribute_list preproc_region preproc_endregion"),
    describe=_csharp,
    public=_csharp_public,
    imports={"using_directive": imports.csharp},
)

# ── Kotlin ─────────────────────────────────────────────────────────────────────────────────────


def _kotlin(node: Node, kind: str) -> Described | None:
    name = node.child_by_field_name("name") or node.child_by_field_name("type")
    parameters = "function_value_parameters"
    if node.type == "class_declaration":
        kind = _kotlin_kind(node)
        primary = _child(node, "primary_constructor")
        held = _child(primary, "class_parameters")
        return name and Described(text_of(name), name, kind, _kotlin_parameters(held))
    if node.type == "companion_object":
        name = name or _child(node, "object")
        return name and Described("Companion" if not name.is_named else text_of(name), name, kind)
    if node.type == "secondary_constructor":
        name = _child(node, "constructor")
    if name is None:
        return None
    return Described(text_of(name), name, kind, _kotlin_parameters(_child(node, parameters)))


def _kotlin_kind(node: Node) -> str:
    for child in node.children:
        if child.type == "interface":
            return "interface"
        if child.type == "class":
            break
    return "enum" if "enum" in words(node, "modifiers") else "class"


def _kotlin_parameters(held: Node | None) -> tuple[str, ...]:
    names = []
    for child in held.named_children if held is not None else ():
        name = _child(child, "identifier") if child.type.endswith("parameter") else None
        if name is not None:
            names.append(text_of(name))
    return tuple(names)


def _child(node: Node | None, kind: str) -> Node | None:
    children = node.children if node is not None else ()
    return next((child for child in children if child.type == kind), None)


def _kotlin_body(node: Node) -> Node | None:
    last = node.child(node.child_count - 1) if node.child_count else None
    return last if last is not None and last.type in _KOTLIN_BODIES else None


def _kotlin_public(node: Node, _described: Described, _around: Around) -> bool:
    return not words(node, "modifiers") & {"private", "internal", "protected"}


_KOTLIN_BODIES = types("function_body class_body enum_class_body block")

KOTLIN = Grammar(
    definitions={
        "class_declaration": "class",
        "object_declaration": "class",
        "companion_object": "class",
        "function_declaration": "function",
        "secondary_constructor": "method",
        "type_alias": "type",
    },
    containers=types(
        "source_file class_body enum_class_body enum_entry function_body block"
        " anonymous_initializer property_declaration object_literal lambda_literal"
        " annotated_lambda call_expression statements ERROR"
    ),
    comments=types("line_comment block_comment"),
    describe=_kotlin,
    public=_kotlin_public,
    body=_kotlin_body,
    imports={"import": imports.kotlin},
)

# ── Swift ──────────────────────────────────────────────────────────────────────────────────────

_SWIFT_KINDS = {"class": "class", "struct": "struct", "enum": "enum", "actor": "class"}
_SWIFT_KEYWORDS = {"deinit_declaration": "deinit", "subscript_declaration": "subscript"}


def _swift(node: Node, kind: str) -> Described | None:
    name = node.child_by_field_name("name")
    if node.type == "class_declaration":
        declared = node.child_by_field_name("declaration_kind")
        found = _SWIFT_KINDS.get(declared.type if declared is not None else "")
        return name and (Described(text_of(name), name, found) if found else None)
    if keyword := _SWIFT_KEYWORDS.get(node.type):
        name = _child(node, keyword)
    if name is None:
        return None
    held = (child for child in node.children if child.type == "parameter")
    names = (child.child_by_field_name("name") for child in held)
    return Described(text_of(name), name, kind, tuple(text_of(item) for item in names if item))


def _swift_extension(node: Node) -> str:
    declared = node.child_by_field_name("declaration_kind")
    name = node.child_by_field_name("name")
    if declared is None or declared.type != "extension" or name is None:
        return ""
    return dotted(text_of(name).partition("<")[0])


def _swift_public(node: Node, _described: Described, around: Around) -> bool:
    said = words(node, "modifiers")
    if said & {"private", "fileprivate", "internal"}:
        return False
    if said & {"public", "open"} or _within_interface(around):
        return True
    extension = around.node if around.node is not None and not around.node.is_missing else None
    return (
        extension is not None
        and bool(_swift_extension(extension))
        and ("public" in words(extension, "modifiers"))
    )


SWIFT = Grammar(
    definitions={
        "class_declaration": "class",
        "protocol_declaration": "interface",
        "function_declaration": "function",
        "protocol_function_declaration": "method",
        "init_declaration": "method",
        "deinit_declaration": "method",
        "subscript_declaration": "method",
        "typealias_declaration": "type",
        "associatedtype_declaration": "type",
    },
    containers=types(
        "source_file class_body enum_class_body protocol_body function_body statements"
        " if_statement guard_statement for_statement while_statement do_statement ERROR"
    ),
    attributes=types("directive attribute"),
    comments=types("comment multiline_comment"),
    describe=_swift,
    scope=_swift_extension,
    public=_swift_public,
    imports={"import_declaration": imports.swift},
)
