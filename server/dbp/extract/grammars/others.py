"""The languages whose grammars name things plainly."""

from __future__ import annotations

from tree_sitter import Node

from dbp.extract.grammars.shape import (
    Described,
    Grammar,
    first_named,
    named,
    parameters_of,
    text_of,
    types,
)

_MAX_TYPE_NESTING = 20


def _base_type(node: Node | None) -> str:
    """Find the name in `*pkg.Type[T]` or `&'a Type<T>`."""
    for _ in range(_MAX_TYPE_NESTING):
        if node is None:
            return ""
        if node.type in ("type_identifier", "primitive_type", "identifier"):
            return text_of(node)
        if node.type in ("scoped_type_identifier", "qualified_type"):
            node = node.child_by_field_name("name")
            continue
        node = node.child_by_field_name("type") or next(
            (
                child
                for child in node.named_children
                if child.type not in ("lifetime", "mutable_specifier")
            ),
            None,
        )
    return ""


# ── Python, for files the standard library's parser refuses ────────────────────────────────────


_DOCSTRING = ("expression_statement", "string")


def _python_docstring(node: Node) -> str | None:
    body = node.child_by_field_name("body")
    first = first_named(body)
    string = first_named(first)
    if string is None or first is None or (first.type, string.type) != _DOCSTRING:
        return None
    content = (child for child in string.named_children if child.type == "string_content")
    return "".join((child.text or b"").decode("utf-8", "replace") for child in content)


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

# ── Go ─────────────────────────────────────────────────────────────────────────────────────────


def _go(node: Node, kind: str) -> Described | None:
    described = named(node, kind)
    if described is None:
        return None
    if node.type == "type_spec":
        inner = node.child_by_field_name("type")
        shapes = {"struct_type": "struct", "interface_type": "interface"}
        return described._replace(kind=shapes.get(inner.type if inner else "", "type"))
    receiver = node.child_by_field_name("receiver")
    declaration = first_named(receiver)
    if declaration is not None:
        owner = _base_type(declaration.child_by_field_name("type"))
        return described._replace(owner=owner)
    return described


GO = Grammar(
    definitions={
        "function_declaration": "function",
        "method_declaration": "method",
        "type_spec": "type",
        "type_alias": "type",
        "method_elem": "method",
    },
    containers=types("source_file interface_type ERROR"),
    wrappers=types("type_declaration"),
    describe=_go,
)

# ── Rust ───────────────────────────────────────────────────────────────────────────────────────


def _impl(node: Node) -> str:
    return _base_type(node.child_by_field_name("type"))


RUST = Grammar(
    definitions={
        "function_item": "function",
        "function_signature_item": "function",
        "struct_item": "struct",
        "enum_item": "enum",
        "union_item": "union",
        "trait_item": "trait",
        "mod_item": "module",
        "type_item": "type",
    },
    containers=types("source_file declaration_list block foreign_mod_item ERROR"),
    attributes=types("attribute_item inner_attribute_item"),
    comments=types("line_comment block_comment"),
    scopes=types("impl_item"),
    scope=_impl,
)

# ── Java, C# ───────────────────────────────────────────────────────────────────────────────────

_ERROR = " ERROR"

JAVA = Grammar(
    definitions={
        "class_declaration": "class",
        "record_declaration": "class",
        "interface_declaration": "interface",
        "annotation_type_declaration": "interface",
        "enum_declaration": "enum",
        "method_declaration": "method",
        "constructor_declaration": "method",
        "compact_constructor_declaration": "method",
    },
    containers=types(
        "program class_body interface_body enum_body enum_body_declarations annotation_type_body"
        " block constructor_body enum_constant" + _ERROR
    ),
    comments=types("line_comment block_comment"),
)


def _csharp(node: Node, kind: str) -> Described | None:
    if node.type == "operator_declaration":
        operator = node.child_by_field_name("operator")
        if operator is None:
            return None
        parameters = parameters_of(node.child_by_field_name("parameters"))
        return Described("operator " + text_of(operator), operator, kind, parameters)
    described = named(node, kind)
    if described is not None and node.type == "destructor_declaration":
        return described._replace(name="~" + described.name)
    return described


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
        "local_function_statement": "function",
    },
    containers=types(
        "compilation_unit declaration_list block global_statement preproc_if preproc_else"
        " preproc_elif" + _ERROR
    ),
    attributes=types("attribute_list preproc_region preproc_endregion"),
    describe=_csharp,
)

# ── Ruby, shell, PHP ───────────────────────────────────────────────────────────────────────────


RUBY = Grammar(
    definitions={
        "module": "module",
        "class": "class",
        "method": "method",
        "singleton_method": "method",
    },
    containers=types(
        "program singleton_class begin_block if unless then else elsif begin rescue ensure"
        " do_block block argument_list" + _ERROR
    ),
    wrappers=types("call body_statement"),  # a comment above the first method stands outside
)

SHELL = Grammar(
    definitions={"function_definition": "function"},
    containers=types(
        "program compound_statement if_statement elif_clause else_clause while_statement"
        " for_statement do_group case_statement case_item subshell list" + _ERROR
    ),
)

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
        " else_if_clause colon_block" + _ERROR
    ),
    attributes=types("attribute_list"),
)
