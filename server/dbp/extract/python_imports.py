"""The imports of a Python file: which module, which names, where, and whether they run at once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dbp.extract.text import Source
from dbp.model import Range, Reference

MAX_IMPORTS = 5000
"""Files with more are made by machines, to be slow."""

_FROM = re.compile(rb"from[ \t\f]*+(?:\\\r?\n[ \t\f]*+)*+")
_DEFERRED = "deferred"


def imports(
    node: ast.Import | ast.ImportFrom, source: Source, *, deferred: bool
) -> list[Reference]:
    """Give the references of one import statement: one for each module."""
    role = _DEFERRED if deferred else ""
    if isinstance(node, ast.Import):
        return [
            Reference("import", alias.name, _range(alias, alias.name, source), (), role)
            for alias in node.names
        ]
    target = "." * node.level + (node.module or "")
    names = tuple([alias.name for alias in node.names])
    return [Reference("import", target, _from_range(node, target, source), names, role)]


def defers(test: ast.expr) -> bool:
    """Tell whether what stands below this condition does not run when others import the file."""
    if isinstance(test, ast.Name):
        return test.id == "TYPE_CHECKING"
    if isinstance(test, ast.Attribute):
        return test.attr == "TYPE_CHECKING"
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name):
        return test.left.id == "__name__" and isinstance(test.ops[0], ast.Eq)
    return False


def exported(body: list[ast.stmt]) -> frozenset[str] | None:
    """Read `__all__`; None when there is none, or when running the file is what makes it."""
    names: list[str] | None = None
    for statement in body:
        value = _all_value(statement)
        if value is None:
            continue
        found = list(_strings(value))
        if None in found:
            return None
        names = (names or []) + [name for name in found if name is not None]
    return None if names is None else frozenset(names)


def _all_value(statement: ast.stmt) -> ast.expr | None:
    """Find what a statement puts into `__all__`, or adds to it."""
    target: ast.expr
    if isinstance(statement, ast.Assign):
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, (ast.AugAssign, ast.AnnAssign)) and statement.value is not None:
        target, value = statement.target, statement.value
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        if not isinstance(call.func, ast.Attribute) or len(call.args) != 1:
            return None
        target, value = call.func.value, call.args[0]
    else:
        return None
    return value if isinstance(target, ast.Name) and target.id == "__all__" else None


def _strings(value: ast.expr) -> Iterator[str | None]:
    """Yield the strings of a display or of a sum of them; None for what is not written down."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, (ast.List, ast.Tuple, ast.Set)):
            pending += item.elts
        elif isinstance(item, ast.BinOp):
            pending += (item.left, item.right)
        elif isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield item.value
        else:
            yield None


def _range(node: ast.alias, name: str, source: Source) -> Range:
    """Find the module's name at the beginning of `a.b as c`."""
    line, start = node.lineno - 1, node.col_offset
    written = name.encode("utf-8", "replace")
    if source.lines[line].startswith(written, start):
        return _span(source, line, start, start + len(written))
    end_line, end = (node.end_lineno or node.lineno) - 1, node.end_col_offset or start
    return Range(line, source.column(line, start), end_line, source.column(end_line, end))


def _from_range(node: ast.ImportFrom, target: str, source: Source) -> Range:
    """Find the module between `from` and `import`; the tree does not say where it stands."""
    line, start = node.lineno - 1, node.col_offset
    text = source.lines[line]
    written = target.encode("utf-8", "replace")
    if text.startswith(written, start + 5):
        return _span(source, line, start + 5, start + 5 + len(written))
    lines = source.lines[line : line + 20]
    joined = b"".join(lines)
    match = _FROM.match(joined, start)
    first = match.end() if match else start
    end = joined.find(b"import", first + len(written) if match else start)
    end = len(joined[:end].rstrip(b" \t\f\\\r\n")) if end >= 0 else len(text.rstrip())
    offset = sum(map(len, source.lines[:line]))
    return source.range(offset + first, offset + max(first, end))


def _span(source: Source, line: int, start: int, end: int) -> Range:
    if source.ascii:
        return Range(line, start, line, end)
    return Range(line, source.column(line, start), line, source.column(line, end))
