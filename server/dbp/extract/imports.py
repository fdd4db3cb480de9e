r"""What a file imports, as its language writes it; whether such a file exists is not asked here.

How targets are spelled:

| language | written | target | names |
| --- | --- | --- | --- |
| JavaScript, TypeScript | `import d, {a as b} from './y'`, `export * from`, `require('./y')` | `./y` | `default`, `a`; `*` for all |
| Go | `import x "a/b"` | `a/b` | `*` for a dot import |
| Rust | `use a::b::{c, d::e}` | `a::b`, `a::b::d` | `c`; `e` |
| Rust | `mod x;`, `extern crate x;` | `self::x`, `x` | |
| Java, Kotlin | `import a.b.C`, `import a.b.*` | `a.b.C`, `a.b` | `*` for all |
| Java | `import static a.b.C.m` | `a.b.C` | `m` |
| C, C++ | `#include "x.h"`, `#include <x.h>` | `x.h`, `<x.h>` | |
| C# | `using A.B`, `using static A.B.C` | `A.B`, `A.B.C` | `*` for the second |
| Swift | `import class A.B` | `A` | `B` |
| PHP | `require __DIR__ . '/x.php'`, `include 'x.php'` | `./x.php`, `x.php` | |
| PHP | `use A\B\{C, D}` | `A\B\C`, `A\B\D` | |
| Ruby | `require_relative 'x'`, `require 'x'` | `./x`, `x` | |
| shell | `source ./x.sh`, `. ./x.sh` | `./x.sh` | |

What is computed when the program runs has no target and is left out.
"""  # noqa: E501 - a table

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from dbp.extract.grammars.shape import Import, first_named, text_of

MAX_NAMES = 200
_MAX_NESTING = 12
_ALL = ("*",)


def _literal(node: Node | None) -> Node | None:
    """Find the content of a string that holds nothing but itself."""
    if node is None or node.named_child_count != 1:
        return None
    content = node.named_child(0)
    return content if content is not None and content.type in _CONTENTS else None


_CONTENTS = frozenset(
    {"string_fragment", "string_content", "interpreted_string_literal_content",
     "raw_string_literal_content"}
)  # fmt: skip


# ── JavaScript, TypeScript ─────────────────────────────────────────────────────────────────────


def javascript(node: Node) -> Iterator[Import]:
    """Read `import … from` and `export … from`; what only types need is deferred."""
    source = node.child_by_field_name("source")
    if source is None:
        if node.type == "export_statement":
            return
        clause = first_named(node)
        if clause is not None and clause.type == "import_require_clause":
            source = clause.child_by_field_name("source")
    content = _literal(source)
    if content is None:
        return
    word = node.child(1)
    types_only = word is not None and word.type in ("type", "typeof")
    names, every_type = _clause_names(node)
    yield Import(text_of(content), content, names, types_only or every_type)


def _clause_names(node: Node) -> tuple[tuple[str, ...], bool]:
    """List what is imported, and tell whether each of it is marked as a type."""
    names: list[str] = []
    marked = 0
    for child in node.children:
        parts = child.named_children if child.type == "import_clause" else [child]
        for part in parts:
            if part.type == "identifier":
                names.append("default")
            elif part.type in _WHOLE:
                names.append("*")
            elif part.type in ("named_imports", "export_clause"):
                for item in part.named_children[:MAX_NAMES]:
                    words = item.children
                    if words and words[0].type == "type":
                        marked += 1
                        words = words[1:]
                    if words:
                        names.append(text_of(words[0]))
    return tuple(names[:MAX_NAMES]), 0 < len(names) == marked


_WHOLE = frozenset({"namespace_import", "namespace_export", "*", "import_require_clause"})


def javascript_call(node: Node) -> Iterator[Import]:
    """Read `require('x')` and `import('x')`; the second runs later."""
    function = node.child_by_field_name("function")
    arguments = node.child_by_field_name("arguments")
    if function is None or arguments is None or not arguments.named_child_count:
        return
    dynamic = function.type == "import"
    if not dynamic and (function.type != "identifier" or text_of(function) != "require"):
        return
    content = _literal(arguments.named_child(0))
    if content is not None:
        yield Import(text_of(content), content, (), dynamic)


def javascript_declared(node: Node) -> Iterator[Import]:
    """Read `const {a, b} = require('x')`, with the names."""
    value, name = node.child_by_field_name("value"), node.child_by_field_name("name")
    if value is None or name is None or value.type != "call_expression":
        return
    for found in javascript_call(value):
        if name.type != "object_pattern" or found.deferred:
            yield found
            continue
        keys = (item.child_by_field_name("key") or item for item in name.named_children)
        yield found._replace(names=tuple(text_of(key) for key in keys)[:MAX_NAMES])


# ── Go, Rust ───────────────────────────────────────────────────────────────────────────────────


def go(node: Node) -> Iterator[Import]:
    """Read one import or a list of them."""
    for child in node.named_children:
        for spec in child.named_children if child.type == "import_spec_list" else [child]:
            content = _literal(spec.child_by_field_name("path"))
            if content is not None:
                name = spec.child_by_field_name("name")
                dot = name is not None and name.type == "dot"
                yield Import(text_of(content), content, _ALL if dot else ())


def rust(node: Node) -> Iterator[Import]:
    """Read `use`, one import for each path that names are taken from."""
    argument = node.child_by_field_name("argument")
    if argument is not None:
        yield from _rust_use(argument, "", 0)


def _rust_use(node: Node, prefix: str, nesting: int) -> Iterator[Import]:
    if nesting > _MAX_NESTING:
        return
    path, listed = node, None
    if node.type in ("scoped_use_list", "use_list"):
        path = node.child_by_field_name("path") or node
        listed = node if node.type == "use_list" else node.child_by_field_name("list")
    if listed is None:
        target, name = _rust_leaf(node, prefix)
        if target:
            yield Import(target, node, (name,) if name else ())
        return
    here = prefix if path is node else _joined(prefix, text_of(path))
    names = []
    for item in listed.named_children[:MAX_NAMES]:
        if here and item.type in ("identifier", "self"):
            names.append(text_of(item))
        elif here and item.type == "use_as_clause" and _plain_path(item) is not None:
            names.append(text_of(_plain_path(item) or item))
        elif here and item.type == "use_wildcard" and not item.named_child_count:
            names.append("*")
        else:
            yield from _rust_use(item, here, nesting + 1)
    if names and here:
        yield Import(here, path if path is not node else node, tuple(names))


def _plain_path(clause: Node) -> Node | None:
    path = clause.child_by_field_name("path")
    return path if path is not None and path.type in ("identifier", "self") else None


def _rust_leaf(node: Node, prefix: str) -> tuple[str, str]:
    """Split the path of one import into where and what."""
    if node.type == "use_wildcard":
        inside = first_named(node)
        return _joined(prefix, text_of(inside)) if inside is not None else prefix, "*"
    if node.type == "use_as_clause":
        node = node.child_by_field_name("path") or node
    target, _, name = _joined(prefix, text_of(node)).rpartition("::")
    return (target, name) if target else (name, "")


def _joined(prefix: str, path: str) -> str:
    path = "".join(path.split())
    return f"{prefix}::{path}" if prefix and path else prefix or path


def rust_module(node: Node) -> Iterator[Import]:
    """Read `mod x;`: the module is in a file of its own."""
    name = node.child_by_field_name("name")
    if name is not None and node.child_by_field_name("body") is None:
        yield Import(f"self::{text_of(name)}", name)


def rust_crate(node: Node) -> Iterator[Import]:
    """Read `extern crate x;`."""
    name = node.child_by_field_name("name")
    if name is not None:
        yield Import(text_of(name), name)


# ── Java, Kotlin, C#, Swift ────────────────────────────────────────────────────────────────────


def java(node: Node) -> Iterator[Import]:
    """Read an import; a static one takes a member from a class."""
    path = first_named(node)
    if path is None:
        return
    target, kinds = "".join(text_of(path).split()), [child.type for child in node.children]
    if "asterisk" in kinds:
        yield Import(target, path, _ALL)
    elif "static" in kinds:
        target, _, name = target.rpartition(".")
        yield Import(target, path, (name,))
    elif target:
        yield Import(target, path)


def kotlin(node: Node) -> Iterator[Import]:
    """Read an import; an alias changes nothing about what is imported."""
    path = first_named(node)
    if path is not None and text_of(path):
        every = any(child.type == "*" for child in node.children)
        yield Import("".join(text_of(path).split()), path, _ALL if every else ())


def csharp(node: Node) -> Iterator[Import]:
    """Read `using A.B;`, its static form and the target of an alias."""
    path = node.named_child(node.named_child_count - 1) if node.named_child_count else None
    if path is None or path.type not in ("identifier", "qualified_name", "alias_qualified_name"):
        return
    static = any(child.type == "static" for child in node.children)
    yield Import("".join(text_of(path).split()), path, _ALL if static else ())


def swift(node: Node) -> Iterator[Import]:
    """Read `import A`, and `import class A.B` as `B` out of `A`."""
    path = next((child for child in node.named_children if child.type == "identifier"), None)
    if path is not None and text_of(path):
        kinds = {child.type for child in node.children}
        single = bool(kinds & {"class", "struct", "enum", "protocol", "func", "var", "typealias"})
        target, dot, name = text_of(path).rpartition(".")
        taken = single and bool(dot)
        yield Import(target if taken else text_of(path), path, (name,) if taken else ())


# ── C, C++ ─────────────────────────────────────────────────────────────────────────────────────


def c(node: Node) -> Iterator[Import]:
    """Read `#include`; one in angle brackets keeps them, for it is looked for elsewhere."""
    path = node.child_by_field_name("path")
    if path is not None and path.type == "system_lib_string":
        yield Import(text_of(path), path)
    elif path is not None and path.type == "string_literal":
        content = _literal(path)
        if content is not None:
            yield Import(text_of(content), content)


# ── PHP, Ruby, shell ───────────────────────────────────────────────────────────────────────────

_PHP_INCLUDES = frozenset(
    {"require_expression", "require_once_expression", "include_expression",
     "include_once_expression"}
)  # fmt: skip
_PHP_HERE = {"__DIR__": "./", "dirname(__FILE__)": "./", "dirname(__DIR__)": "../"}


def php(node: Node) -> Iterator[Import]:
    """Read `require` and its kin, with a plain path or one relative to the file."""
    held = first_named(node)
    if held is not None and held.type == "assignment_expression":
        held = held.child_by_field_name("right")
    if held is None or held.type not in _PHP_INCLUDES:
        return
    path, before = first_named(held), ""
    if path is not None and path.type == "parenthesized_expression":
        path = first_named(path)
    if path is not None and path.type == "binary_expression":
        left = path.child_by_field_name("left")
        before = _PHP_HERE.get("".join(text_of(left).split()), "") if left is not None else ""
        path = path.child_by_field_name("right") if before else None
    content = _literal(path)
    if content is not None:
        written = text_of(content)
        yield Import(before + written.lstrip("/") if before else written, content)


def php_use(node: Node) -> Iterator[Import]:
    r"""Read `use A\B;` and its grouped form."""
    prefix = ""
    group = node.child_by_field_name("body")
    for child in node.named_children:
        if child.type == "namespace_name":
            prefix = text_of(child).strip("\\") + "\\"
    for clause in (group or node).named_children[:MAX_NAMES]:
        parts = clause.named_children if clause.type == "namespace_use_clause" else ()
        path = next((item for item in parts if item.type in ("name", "qualified_name")), None)
        if path is not None:
            yield Import(prefix + text_of(path).lstrip("\\"), path)


def ruby(node: Node) -> Iterator[Import]:
    """Read `require`, `require_relative`, `load` and `autoload`; the last runs later."""
    method, arguments = node.child_by_field_name("method"), node.child_by_field_name("arguments")
    if method is None or arguments is None or not arguments.named_child_count:
        return
    word = text_of(method)
    if word not in _RUBY_WORDS or node.child_by_field_name("receiver") is not None:
        return
    content = _literal(arguments.named_child(arguments.named_child_count - 1))
    if content is not None:
        written = text_of(content)
        if word == "require_relative" and not written.startswith((".", "/")):
            written = "./" + written
        yield Import(written, content, (), word == "autoload")


_RUBY_WORDS = frozenset({"require", "require_relative", "load", "autoload"})


def shell(node: Node) -> Iterator[Import]:
    """Read `source x` and `. x` where the path is written out."""
    name, path = node.child_by_field_name("name"), node.child_by_field_name("argument")
    if name is None or path is None or text_of(name) not in ("source", "."):
        return
    if path.type == "word" and "$" not in text_of(path):
        yield Import(text_of(path), path)
    elif path.type == "raw_string":
        yield Import(text_of(path).strip("'"), path)
    elif path.type == "string":
        content = _literal(path)
        if content is not None:
            yield Import(text_of(content), content)
