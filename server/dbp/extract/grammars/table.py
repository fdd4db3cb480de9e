"""Which tables belong to which language: one entry for each that `languages` gives a grammar."""

from __future__ import annotations

from collections.abc import Mapping

from dbp.extract.grammars import c, javascript, managed, scripts, systems
from dbp.extract.grammars.shape import Grammar

GRAMMARS: Mapping[str, Grammar] = {
    "python": scripts.PYTHON,
    "javascript": javascript.JAVASCRIPT,
    "javascriptreact": javascript.JAVASCRIPT,
    "typescript": javascript.TYPESCRIPT,
    "typescriptreact": javascript.TYPESCRIPT,
    "go": systems.GO,
    "rust": systems.RUST,
    "java": managed.JAVA,
    "c": c.C,
    "cpp": c.CPP,
    "csharp": managed.CSHARP,
    "kotlin": managed.KOTLIN,
    "swift": managed.SWIFT,
    "ruby": scripts.RUBY,
    "shellscript": scripts.SHELL,
    "php": scripts.PHP,
}
