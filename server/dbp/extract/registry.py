"""Which language a file is in, from its name and first bytes. Quick and pure."""

from __future__ import annotations

from dbp.languages import BINARY_ENDINGS, LANGUAGES, TEXT, Language

_BY_NAME = {language.name: language for language in (*LANGUAGES, TEXT)}
_BY_EXTENSION = {
    extension: language
    for language in (*LANGUAGES, TEXT)
    for extension in language.extensions.split()
}
_BY_FILE = {file: language for language in LANGUAGES for file in language.files.split()}
_BY_INTERPRETER = {
    interpreter: language for language in LANGUAGES for interpreter in language.interpreters.split()
}
_EXACT_CASE = {"C": _BY_NAME["cpp"], "H": _BY_NAME["cpp"]}
"""Only these extensions mean something else in capitals."""

MAX_SHEBANG = 200
"""Linux reads 256 bytes; no honest line is longer than this."""


def language(path: str, head: bytes = b"") -> str:
    """Name the language of a file from its key and its first bytes; `text` when unknown."""
    return _find(path.rpartition("/")[2], head).name


def lookup(name: str) -> Language:
    """Fetch a language by its name; names of other tools' languages are treated as `text`."""
    return _BY_NAME.get(name, TEXT)


def binary_by_name(path: str) -> bool:
    """Tell whether a file's name alone says that it holds no text."""
    _, dot, extension = path.rpartition("/")[2].rpartition(".")
    return bool(dot) and extension.lower() in BINARY_ENDINGS


def known_extension(extension: str) -> bool:
    """Tell whether a file-name ending (no dot) is one that files really have."""
    lowered = extension.lower()
    return lowered in _BY_EXTENSION or lowered in BINARY_ENDINGS


def _find(name: str, head: bytes) -> Language:
    if found := _BY_FILE.get(name):
        return found
    stem, dot, extension = name.rpartition(".")
    if dot and stem and extension == "in":  # templates: config.h.in
        return _find(stem, head)
    if dot and (found := _EXACT_CASE.get(extension) or _BY_EXTENSION.get(extension.lower())):
        return found
    if found := _BY_FILE.get(name.partition(".")[0]):  # Kconfig.debug, Dockerfile.dev
        return found
    return _by_shebang(head) or TEXT


def _by_shebang(head: bytes) -> Language | None:
    """Read ``#!/usr/bin/env -S python3 -u`` and its simpler relatives."""
    if not head.startswith(b"#!"):
        return None
    line = head[2:MAX_SHEBANG].splitlines()[0] if len(head) > len(b"#!") else b""
    for word in line.decode("ascii", "replace").split():
        program = word.rpartition("/")[2]
        if program == "env" or word.startswith("-") or "=" in word:
            continue
        return _BY_INTERPRETER.get(program) or _BY_INTERPRETER.get(program.rstrip("0123456789."))
    return None
