"""The fingerprint of Python code: of what it says, not of how it is laid out.

Made from the syntax tree, so no formatter changes it: layout, comments, quotes, trailing commas and
needless parentheses are not in the tree. Docstrings are left out, and so is what stands inside the
definitions of a class: a class is its decorators, bases, statements and the names of what it
defines. A function is all of it, the functions inside it included unless they are documented
themselves.
"""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from dbp.hashing import short_hash

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_OPENING = re.compile(r"^([ \t]*)(?:async[ \t]+)?(?:def|class)\b", re.MULTILINE)
_DEFINITIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_LEFT_OUT = frozenset({"ctx", "kind", "type_comment"})
_ONE, _SEVERAL, _DEFINITION, _DELETE = range(4)
"""How the fields of a node are written down."""

_Shape = tuple[str, Callable[[Any], Any], int]


def _shapes() -> dict[type[ast.AST], _Shape]:
    """Prepare each kind of node: its mark, the getter of its fields, how they are written down.

    Left out are contexts (the place says them), the `u` before a string and comments on types; the
    body of a definition is looked at for its docstring first.
    """
    shapes: dict[type[ast.AST], _Shape] = {}
    for kind in vars(ast).values():
        if not isinstance(kind, type) or not issubclass(kind, ast.AST):
            continue
        left_out = _LEFT_OUT | {"body"} if kind in _DEFINITIONS else _LEFT_OUT
        fields = [field for field in kind._fields if field not in left_out]
        sort = _SEVERAL if len(fields) > 1 else _ONE
        if kind in _DEFINITIONS:
            sort = _DEFINITION
        elif kind is ast.Delete:
            sort = _DELETE
        if fields:
            shapes[kind] = (f"({kind.__name__}", attrgetter(*fields), sort)
    return shapes


_SHAPES = _shapes()


def definition_hash(node: _Definition) -> str:
    """Give the fingerprint of a function or class."""
    out: list[str] = []
    if isinstance(node, ast.ClassDef):
        _walk([node.decorator_list, node.bases, node.keywords], out)
        _walk([getattr(node, "type_params", None)], out)
        for statement in _undocumented(node.body):
            _outline(statement, out)
    else:
        out.append(node.__class__.__name__)
        _walk([*_SHAPES[node.__class__][1](node), _undocumented(node.body)], out)
    return short_hash("\n".join(out).encode("utf-8", "surrogatepass"))


def module_hash(module: ast.Module) -> str:
    """Give the fingerprint of a file's code, all of it."""
    out: list[str] = []
    _walk([_undocumented(module.body)], out, whole=True)
    return short_hash("\n".join(out).encode("utf-8", "surrogatepass"))


def source_hash(text: str) -> str:
    """Give the fingerprint of one definition's text, cut out of a file that Python cannot read.

    The same as `definition_hash` wherever Python can read the definition itself. Where it cannot,
    the code is another one than before in any case: then its words make the fingerprint.
    """
    match = _OPENING.search(text)
    if match and match[1]:  # decorators stand before it; the first one's indent was cut off
        text = f"if 1:\n{match[1]}{text}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            [node] = ast.parse(text).body
        if isinstance(node, ast.If):
            [node] = node.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return definition_hash(node)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    lines = (line.partition("#")[0].rstrip() for line in textwrap.dedent(text).splitlines())
    return short_hash("\n".join(filter(None, lines)).encode("utf-8", "surrogatepass"))


def _outline(statement: ast.stmt, out: list[str]) -> None:
    """Add a statement of a class; definitions give only their names, however deep in `if`s."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        out.append(f"def {statement.name}")
    elif isinstance(statement, ast.If):
        _walk([statement.test], out)
        out.append("if")
        for inner in statement.body:
            _outline(inner, out)
        out.append("else")
        for inner in statement.orelse:
            _outline(inner, out)
        out.append("end")
    else:
        _walk([statement], out)


def _undocumented(body: list[ast.stmt]) -> list[ast.stmt]:
    """Leave the docstring out."""
    if body and isinstance(body[0], ast.Expr):
        value = body[0].value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return body[1:]
    return body


def _walk(stack: list[Any], out: list[str], *, whole: bool = False) -> None:  # noqa: C901, PLR0912 - calls would double its time
    """Write a tree down in an order from which it could be built again.

    Each node is its mark and then its fields, each list its length and then its items, so two trees
    with the same words in the same order are the same tree. Names and attributes are more than half
    of all nodes and are written at once. Without `whole`, what is documented itself has no body.
    """
    shape_of, add, pop, push = _SHAPES.get, out.append, stack.pop, stack.append
    name, attribute, constant = ast.Name, ast.Attribute, ast.Constant
    while stack:
        item = pop()
        kind = item.__class__
        while kind is attribute:
            add("." + item.attr)
            item = item.value
            kind = item.__class__
        if kind is name:
            add(item.id)
        elif item is None:
            add("-")
        elif kind is list:
            if item:
                add(f"[{len(item)}")
                stack += item
            else:
                add("[]")
        elif kind is constant:
            add(_constant(item.value))
        elif (shape := shape_of(kind)) is None:
            add(kind.__name__ if isinstance(item, ast.AST) else f"'{item}")
        else:
            mark, fields, sort = shape
            add(mark)
            if sort == _SEVERAL:
                stack += fields(item)
            elif sort == _ONE:
                push(fields(item))
            elif sort == _DEFINITION:
                stack += fields(item)
                body = _undocumented(item.body)
                push(body if whole or len(body) == len(item.body) else [])
            else:  # formatters drop the parentheses of `del (a, b)`
                targets = item.targets
                push(targets[0].elts if isinstance(targets[0], ast.Tuple) else targets)


def _constant(value: object) -> str:
    return hex(value) if value.__class__ is int else repr(value)
