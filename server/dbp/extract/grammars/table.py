"""Which tables belong to which language: one entry for each that `languages` gives a grammar."""

from __future__ import annotations

from collections.abc import Mapping

from dbp.extract.grammars import c, javascript, others
from dbp.extract.grammars.shape import Grammar

GRAMMARS: Mapping[str, Grammar] = {
    "python": others.PYTHON,
    "javascript": javascript.JAVASCRIPT,
    "javascriptreact": javascript.JAVASCRIPT,
    "typescript": javascript.TYPESCRIPT,
    "typescriptreact": javascript.TYPESCRIPT,
    "go": others.GO,
    "rust": others.RUST,
    "java": others.JAVA,
    "c": c.C,
    "cpp": c.CPP,
    "csharp": others.CSHARP,
    "ruby": others.RUBY,
    "shellscript": others.SHELL,
    "php": others.PHP,
}
