"""Rust's module tree, as far as the names of files tell it.

`mod x;`, `self::x`, `super::x` and `crate::x` are followed to the file of the deepest module they
name. A path that begins with a crate's name leads out of the crate and gives nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dbp.paths import parent

_ROOTS = ("lib.rs", "main.rs")
_OWN_CRATES = frozenset({"bin", "examples", "tests", "benches"})
"""Every file in these folders of a package is the root of a crate of its own."""


def rust(
    target: str, names: tuple[str, ...], source: str, exists: Callable[[str], bool]
) -> Iterator[str]:
    """Yield the files of the modules that a `use` or `mod` names."""
    paths = [target, *(f"{target}::{name}" for name in names)] if names else [target]
    found = [_one(path.removeprefix("mod ").split("::"), source, exists) for path in paths]
    if len(found) > 1 and any(found[1:]):
        found = found[1:]  # what is imported from a module names it as well, or a module below it
    yield from found


def _one(parts: list[str], source: str, exists: Callable[[str], bool]) -> str:
    folder = _children(source)
    first = parts[0]
    if first == "crate":
        folder, parts = _crate(source, exists), parts[1:]
    elif first in ("self", "super"):
        while parts and parts[0] in ("self", "super"):
            folder = parent(folder) if parts[0] == "super" else folder
            parts = parts[1:]
    else:
        return _module(_in(folder, first), exists) and _deepest(folder, parts, exists)
    found = _deepest(folder, parts, exists) or _module(folder, exists)
    return "" if found == source else found


def _deepest(folder: str, parts: list[str], exists: Callable[[str], bool]) -> str:
    """Follow a path down from the folder of a module's children, as far as there are files."""
    found = ""
    for part in parts:
        here = _module(_in(folder, part), exists)
        if not here:
            break
        found, folder = here, _in(folder, part)
    return found


def _module(base: str, exists: Callable[[str], bool]) -> str:
    """Find the file of the module whose children lie in `base`."""
    names = [f"{base}.rs"] if base else []
    names += [_in(base, name) for name in ("mod.rs", *_ROOTS)]
    return next((name for name in names if exists(name)), "")


def _children(source: str) -> str:
    """Name the folder that the files of a module's children lie in."""
    folder, _, name = source.rpartition("/")
    own_crate = folder.rpartition("/")[2] in _OWN_CRATES
    if name in ("mod.rs", *_ROOTS) or own_crate:
        return folder
    return _in(folder, name.removesuffix(".rs"))


def _crate(source: str, exists: Callable[[str], bool]) -> str:
    """Find the folder of the crate's root file."""
    folder = parent(source)
    if folder.rpartition("/")[2] in _OWN_CRATES:
        return folder
    above = folder
    while True:
        if any(exists(_in(above, name)) for name in _ROOTS):
            return above
        if not above:
            return folder
        above = parent(above)


def _in(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
