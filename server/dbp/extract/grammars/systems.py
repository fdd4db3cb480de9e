"""Go and Rust: what is public stands in the name, or in front of it."""

from __future__ import annotations

from tree_sitter import Node

from dbp.extract import imports
from dbp.extract.grammars.shape import (
    Around,
    Described,
    Grammar,
    first_named,
    named,
    text_of,
    types,
    words,
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


def _capital(_node: Node, described: Described, _around: Around) -> bool:
    owner = described.owner[:1]
    return described.name[:1].isupper() and (not owner or owner.isupper())


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
    public=_capital,
    imports={"import_declaration": imports.go},
)

# ── Rust ───────────────────────────────────────────────────────────────────────────────────────


def _impl(node: Node) -> str:
    return _base_type(node.child_by_field_name("type"))


def _pub(node: Node, _described: Described, around: Around) -> bool:
    """Tell `pub` alone: what a trait asks for is as public as the trait, an answer to it is not."""
    return around.kind == "trait" or "pub" in words(node, "visibility_modifier")


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
        "associated_type": "type",
    },
    containers=types(
        "source_file declaration_list block foreign_mod_item expression_statement match_expression"
        " match_block match_arm if_expression else_clause ERROR"
    ),
    attributes=types("attribute_item inner_attribute_item"),
    comments=types("line_comment block_comment"),
    scopes=types("impl_item"),
    scope=_impl,
    public=_pub,
    imports={
        "use_declaration": imports.rust,
        "extern_crate_declaration": imports.rust_crate,
        "mod_item": imports.rust_module,
    },
)
