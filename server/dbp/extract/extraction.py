"""The pure function of this room: from one content to one `Extraction`.

Same bytes, language and version give the same value. Never raises for what a file holds: where the
parser gives up, the header stands and a problem says what is missing.
"""

from __future__ import annotations

from dbp.extract import registry
from dbp.extract.header import MAX_CHARACTERS, read_header
from dbp.extract.markdown import read_markdown, read_markdown_header
from dbp.extract.python import read_python
from dbp.extract.text import Decoded, Source, decode
from dbp.model import Extraction, Header, Problem, Range, Reference, Symbol
from dbp.ports import Excluded
from dbp.template import DEFAULT, Template

VERSION = "local-2"
"""Raised whenever the rules of this room give another result for the same bytes."""


def extract_bytes(
    path: str, language: str, data: bytes, template: Template = DEFAULT
) -> Extraction | Excluded:
    """Extract a file's content; `Excluded` when it is no text."""
    decoded = decode(data)
    if decoded is None:
        return Excluded("binary")
    return _extract(path, language, decoded, template)


def extract_text(
    path: str, language: str, text: str, template: Template = DEFAULT
) -> Extraction:
    """Extract an open buffer."""
    return _extract(path, language, Decoded(text, "utf-8"), template)


def _extract(path: str, name: str, decoded: Decoded, _template: Template) -> Extraction:
    source = Source(decoded.text)
    problems = [decoded.problem] if decoded.problem else []
    language = registry.lookup(name)
    header: Header | None
    references: list[Reference]
    header, references = read_header(path, language, source.text[:MAX_CHARACTERS])
    symbols: list[Symbol] = []
    if name == "markdown":
        header = header or read_markdown_header(source.text[:MAX_CHARACTERS])
        symbols, links = read_markdown(source.text, len(source.lines))
        references += links
    elif language.grammar is not None:
        symbols, found = _symbols(source, name)
        problems += found
    return Extraction(
        language=name,
        lines=len(source.lines),
        encoding=decoded.encoding,
        ascii=source.ascii,
        header=header,
        symbols=tuple(symbols),
        references=tuple(references),
        problems=tuple(problems),
    )


def _symbols(source: Source, name: str) -> tuple[list[Symbol], list[Problem]]:
    problems: list[Problem] = []
    if name == "python":
        try:
            return read_python(source), []
        except SyntaxError as error:
            problems.append(_syntax_error(error, len(source.lines)))
        except (ValueError, RecursionError, MemoryError) as error:
            problems.append(Problem("syntax_error", f"Python cannot read it: {error}"[:300]))
    from dbp.extract.syntax import read_symbols  # the grammars' library, only where it is needed

    symbols, cuts = read_symbols(source, registry.lookup(name))
    return symbols, problems + cuts


def _syntax_error(error: SyntaxError, line_count: int) -> Problem:
    line = min(max((error.lineno or 1) - 1, 0), max(line_count - 1, 0))
    return Problem("syntax_error", str(error.msg)[:300], Range(line, 0, line, 0))
