"""Which language a file is in, by its name and its first bytes."""

from __future__ import annotations

import pytest

from dbp.extract import registry
from dbp.extract.grammars.table import GRAMMARS
from dbp.languages import LANGUAGES


@pytest.mark.parametrize(
    ("path", "head", "language"),
    [
        ("a/b.py", b"", "python"),
        ("a.pyi", b"", "python"),
        ("A.PY", b"", "python"),
        ("a.h", b"", "c"),
        ("a.hpp", b"", "cpp"),
        ("a.C", b"", "cpp"),
        ("a.d.ts", b"", "typescript"),
        ("a.tsx", b"", "typescriptreact"),
        ("a.jsx", b"", "javascriptreact"),
        ("a.cs", b"", "csharp"),
        ("head.S", b"", "asm"),
        ("Makefile", b"", "makefile"),
        ("Makefile.am", b"", "makefile"),
        ("drivers/Kconfig.debug", b"", "kconfig"),
        ("Dockerfile.dev", b"", "dockerfile"),
        ("config.h.in", b"", "c"),
        ("CMakeLists.txt", b"", "cmake"),
        ("x.txt", b"", "text"),
        (".gitignore", b"", "ignore"),
        ("run", b"#!/bin/sh\n", "shellscript"),
        ("run", b"#!/usr/bin/env -S python3.11 -u\n", "python"),
        ("run", b"#!/usr/bin/env node", "javascript"),
        ("run", b"#!", "text"),
        ("run", b"#!\n", "text"),
        ("", b"", "text"),
        ("a\udcff.py", b"", "python"),
        (".", b"", "text"),
    ],
)
def test_the_language_is_found(path: str, head: bytes, language: str) -> None:
    assert registry.language(path, head) == language


def test_every_language_with_a_grammar_has_its_tables() -> None:
    assert {item.name for item in LANGUAGES if item.grammar} == set(GRAMMARS)


def test_no_two_languages_claim_the_same_name() -> None:
    for column in ("extensions", "files", "interpreters"):
        words = [word for item in LANGUAGES for word in getattr(item, column).split()]
        assert len(words) == len(set(words))


def test_binary_names() -> None:
    assert registry.binary_by_name("a/b.PNG")
    assert registry.binary_by_name("a.tar.gz")
    assert not registry.binary_by_name("png")
    assert not registry.binary_by_name("a.py")
    assert not registry.binary_by_name("folder.png/readme")
