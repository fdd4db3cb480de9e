"""Edges: which file names which other, and how.

Two families of edges can close a circle that is worth a word:

* `dependency`: dependencies of headers, `Depends on` lines, and imports that run when a file is
  loaded, in languages where a circle then is a hazard: Python and JavaScript see half-made modules,
  C and C++ headers miss what the guard cut off. In Go a circle does not compile; Rust, Java, Kotlin
  and C# resolve names before anything runs and circles are everyday there.
* `documentation`: links, mentions and reference documentation, from one document to another.

A header's dependency of code on a document is none of them: it says where to read.

All other edges (`""`) only say who names whom.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from dbp.analysis.edge import Edge
from dbp.analysis.imports import targets
from dbp.analysis.references import resolve, resolve_page
from dbp.facts import Facts, Link
from dbp.languages import LANGUAGES

DEPENDENCY, DOCUMENTATION = "dependency", "documentation"
FAMILIES = (DEPENDENCY, DOCUMENTATION)

_LOADED_AT_ONCE = frozenset(
    {"python", "javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte"}
    | {"c", "cpp", "objective-c"}
)
_DOCUMENTS = frozenset({"markdown", "restructuredtext", "asciidoc", "tex"})
_DOCUMENT_ENDINGS = (
    *("." + end for one in LANGUAGES if one.name in _DOCUMENTS for end in one.extensions.split()),
    ".txt",
)


class Doors(NamedTuple):
    """What edges are resolved with; as in `analysis.subject`, and `module_of` as in `imports`.

    A relation, link or mention may lead to any file there `is`; an import only to one that is
    `recorded`.
    """

    is_there: Callable[[str], bool]
    recorded: Callable[[str], bool]
    source_roots: Sequence[str] = ()
    module_of: Callable[[str], str | None] = lambda _folder: None


def is_document(path: str) -> bool:
    """Tell whether a file is a document, by its name."""
    return path.lower().endswith(_DOCUMENT_ENDINGS) and not path.endswith("CMakeLists.txt")


def edges_of(path: str, language: str, facts: Facts, doors: Doors) -> Iterator[Edge]:
    """Yield the edges that a file declares, each once; where it leads must be there."""
    seen: set[tuple[str, str, str, str]] = set()
    for link in facts.links:
        source = _source(link, path, doors)
        for target in _targets(link, path, language, doors):
            key = (source, target, link.kind, link.role)
            own = target == source and link.kind in ("link", "mention")  # a place on this page
            if target and key not in seen and not own:
                seen.add(key)
                family = _family(link, source, target, language)
                yield Edge(source, target, link.kind, link.line, link.role, family, path)


def _source(link: Link, path: str, doors: Doors) -> str:
    """Name the document that a line speaks of: that of its heading, or the file itself."""
    if link.kind == "relation" and link.names:
        return resolve(link.names[0], path, doors.is_there) or path
    return path


def _targets(link: Link, path: str, language: str, doors: Doors) -> Iterable[str]:
    if link.kind == "import":
        return targets(
            link, path, language, doors.recorded, doors.source_roots, module_of=doors.module_of
        )
    if link.target.startswith("#"):
        return ()
    find = resolve_page if link.kind == "link" else resolve
    return (find(link.target, path, doors.is_there) or "",)


def _family(link: Link, source: str, target: str, language: str) -> str:
    if link.kind == "relation":
        return DEPENDENCY if link.role == "depends-on" else ""
    if link.kind == "import":
        hazard = language in _LOADED_AT_ONCE and link.role != "deferred"
        return DEPENDENCY if hazard else ""
    on_a_document = is_document(target)
    among_documents = on_a_document and is_document(source)
    if link.kind == "header" and link.role != "documentation":
        # That code depends on its documents says who names whom; a document may depend on another.
        return "" if on_a_document and not among_documents else DEPENDENCY
    return DOCUMENTATION if among_documents else ""


def places(paths: Iterable[str]) -> frozenset[str]:
    """Name files and every folder that holds one: what the record knows to be there."""
    found = set(paths)
    for path in list(found):
        folder = posixpath.dirname(path)
        while folder and folder not in found:
            found.add(folder)
            folder = posixpath.dirname(folder)
    return frozenset(found)
