"""Which files of the workspace an import names.

Pure: `exists` is asked for keys, and nothing is read. An import that leads out of the workspace
(the standard library, a package that is installed) gives nothing; in doubt there is none either.
How imports are spelled is said in `dbp.extract.imports`.

What is not followed: `paths` of a tsconfig, packages of a monorepo by name, Rust crates by name,
`replace` lines of a go.mod, autoloaders of PHP and Ruby beyond their usual folders, C#.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from dbp.analysis.imports_rust import rust
from dbp.facts import Link
from dbp.model import Reference
from dbp.paths import parent

Exists = Callable[[str], bool]


class Import(NamedTuple):
    """One import and where it stands.

    `module_of` gives the module line of the go.mod in a folder.
    """

    target: str
    names: tuple[str, ...]
    source: str
    roots: Sequence[str]
    exists: Exists
    module_of: Callable[[str], str | None]


def _no_module(_folder: str) -> str | None:
    return None


def targets(
    link: Link | Reference,
    source: str,
    language: str,
    exists: Exists,
    source_roots: Sequence[str] = (),
    *,
    module_of: Callable[[str], str | None] = _no_module,
) -> tuple[str, ...]:
    """Find the keys that an import in `source` names, each once; of Go and `a.b.*` it is a folder.

    `source_roots` are keys of folders that imports are looked up in.
    """
    finder = _FINDERS.get(language)
    if finder is None or not link.target:
        return ()
    one = Import(link.target.strip(), link.names, source, source_roots, exists, module_of)
    found = dict.fromkeys(finder(one))
    found.pop("", None)
    return tuple(found)


def follows(language: str) -> bool:
    """Tell whether imports of a language are looked up at all."""
    return language in _FINDERS


def _above(key: str) -> Iterator[str]:
    """Yield the folder of a key and every folder above it, the root last."""
    while key:
        key = parent(key)
        yield key


def _join(folder: str, path: str) -> str:
    """Join and normalise; empty for what lies outside the workspace."""
    key = posixpath.normpath(posixpath.join(folder, path))
    return "" if key in (".", "..") or key.startswith(("../", "/")) else key


def _first(keys: Iterable[str], exists: Exists) -> str:
    return next((key for key in keys if key and exists(key)), "")


# ── Python ─────────────────────────────────────────────────────────────────────────────────────


def _python(one: Import) -> Iterator[str]:
    bare = one.target.lstrip(".")
    dots = len(one.target) - len(bare)
    parts = bare.split(".") if bare else []
    if dots:
        folder = one.source
        for _ in range(dots):
            if not folder:
                return
            folder = parent(folder)
        yield from _python_in(folder, parts, one)
        return
    if not parts or parts[0] in sys.stdlib_module_names:
        return
    for folder in _python_roots(one):
        if found := [key for key in _python_in(folder, parts, one) if key]:
            yield from found
            return


def _python_roots(one: Import) -> Iterator[str]:
    """Yield where absolute imports begin: folders that are no package, then the roots."""
    above = list(_above(one.source))
    yield from (f for f in above[:-1] if not one.exists(f + "/__init__.py"))
    yield ""
    yield from one.roots


def _python_in(folder: str, parts: list[str], one: Import) -> Iterator[str]:
    base = _join(folder, "/".join(parts)) if parts else folder
    if not base and parts:
        return
    whole = False
    for name in one.names:
        if name.isidentifier() and (found := _python_module(_join(base, name), one.exists)):
            yield found
        else:
            whole = True
    if whole or not one.names:
        yield _python_module(base, one.exists)


def _python_module(base: str, exists: Exists) -> str:
    package = base + "/__init__.py" if base else "__init__.py"
    files = (base + ".py", package, base + ".pyi", package + "i") if base else (package,)
    return _first(files, exists)


# ── JavaScript and TypeScript ──────────────────────────────────────────────────────────────────

_SCRIPTS = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".json", ".vue")
_WRITTEN_AS = {
    ".js": (".ts", ".tsx", ".d.ts"),
    ".jsx": (".tsx",),
    ".mjs": (".mts", ".d.mts"),
    ".cjs": (".cts", ".d.cts"),
}
"""TypeScript names the file that will be, not the one that is."""


def _script(one: Import) -> Iterator[str]:
    if not one.target.startswith((".", "/")):
        return
    path = one.target.split("?", 1)[0].split("#", 1)[0]
    base = _join("" if path.startswith("/") else parent(one.source), path.lstrip("/"))
    index = _first(((base + "/index" if base else "index") + end for end in _SCRIPTS), one.exists)
    stem, ending = posixpath.splitext(base)
    names = [base + end for end in _SCRIPTS]
    names += [stem + end for end in _WRITTEN_AS.get(ending, ())]
    if not base or path.endswith("/"):
        yield index
    elif ending and not index and one.exists(base):
        yield base
    else:
        yield _first(names, one.exists) or index


# ── Go ─────────────────────────────────────────────────────────────────────────────────────────


def _go(one: Import) -> Iterator[str]:
    """Find a package's folder by the module line of the go.mod above the source."""
    for folder in _above(one.source):
        if not one.exists(_join(folder, "go.mod")):
            continue
        module = one.module_of(folder)
        if module and one.target.startswith(module + "/"):
            yield _first([_join(folder, one.target[len(module) + 1 :])], one.exists)
        elif module == one.target:
            yield folder
        return


# ── Java and Kotlin ────────────────────────────────────────────────────────────────────────────

_SOURCE_SETS = (("/test/", "/main/"), ("/java/", "/kotlin/"), ("/kotlin/", "/java/"))
_MOST_INNER = 2
"""Parts after a file's own class: an inner class and a member of it."""


def _java(one: Import) -> Iterator[str]:
    """Find a class's file, or a package's folder for `a.b.*`.

    Its source root is one of the folders above the importing file, where that file's own package
    begins; tests find the main sources, and the two languages each other.
    """
    target = one.target.removeprefix("static ").strip()
    star = target.endswith(".*") or one.names == ("*",)
    parts = target.removesuffix(".*").split(".")
    tails = [parts] if star else [parts, parts[:-1], parts[:-2]][: _MOST_INNER + 1]
    ends = ("", ".java", ".kt") if star else (".java", ".kt")
    for tail in tails:
        path = "/".join(tail)
        if len(tail) < (1 if star else 2):
            return
        if found := _first((r + path + e for r in _java_roots(one) for e in ends), one.exists):
            yield found
            return


def _java_roots(one: Import) -> Iterator[str]:
    for folder in (*_above(one.source), *one.roots):
        yield folder + "/" if folder else ""
        for ours, theirs in _SOURCE_SETS:
            if ours in folder + "/":
                yield (folder + "/").replace(ours, theirs)


# ── C and C++ ──────────────────────────────────────────────────────────────────────────────────


def _c(one: Import) -> Iterator[str]:
    """Find an included file: `"a.h"` in its own folder first, `<a.h>` only where headers are kept.

    Those places are the `include` folders above the source, the source roots, and for a path with
    a folder in it the workspace folder.
    """
    angle = one.target.startswith("<")
    path = one.target.strip('<>"')
    if not path or path.startswith("/"):
        return
    own = [] if angle else [_join(parent(one.source), path)]
    yield _first([*own, *(_join(place, path) for place in _c_places(one, path))], one.exists)


def _c_places(one: Import, path: str) -> Iterator[str]:
    for folder in _above(one.source):
        yield _join(folder, "include")
    yield from one.roots
    if "/" in path:
        yield ""


# ── PHP and Ruby ───────────────────────────────────────────────────────────────────────────────


def _php(one: Import) -> Iterator[str]:
    target = one.target.strip("'\"")
    if target.endswith(".php") and "\\" not in target:
        places = (parent(one.source), "") if not target.startswith("/") else (parent(one.source),)
        yield _first((_join(place, target.lstrip("/")) for place in places), one.exists)
        return
    parts = target.strip("\\").split("\\")
    for name in one.names or ("",):
        whole = [*parts, name] if name else parts
        if len(whole) > 1:
            folders = ("", "app", *one.roots)
            paths = ["/".join(whole) + ".php", "/".join(whole[1:]) + ".php"]
            yield _first((_join(f, p) for p in paths for f in folders), one.exists)


def _ruby(one: Import) -> Iterator[str]:
    target = one.target.strip("'\"").removesuffix(".rb") + ".rb"
    if target.startswith("."):
        yield _first([_join(parent(one.source), target)], one.exists)
        return
    places = [_join(folder, "lib") for folder in _above(one.source)]
    yield _first((_join(place, target) for place in [*places, *one.roots]), one.exists)


def _shell(one: Import) -> Iterator[str]:
    places = (parent(one.source), "") if "/" in one.target else (parent(one.source),)
    yield _first((_join(p, one.target) for p in places if one.target[0] not in "/~"), one.exists)


def _rust(one: Import) -> Iterator[str]:
    yield from rust(one.target, one.names, one.source, one.exists)


_FINDERS: dict[str, Callable[[Import], Iterator[str]]] = {
    "python": _python,
    **dict.fromkeys(
        ("javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte"), _script
    ),
    "go": _go,
    "rust": _rust,
    "java": _java,
    "kotlin": _java,
    "c": _c,
    "cpp": _c,
    "objective-c": _c,
    "php": _php,
    "ruby": _ruby,
    "shellscript": _shell,
}
