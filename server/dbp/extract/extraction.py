"""The pure function of this room: from one content to one `Extraction`.

Same bytes, language and version give the same value. Never raises for what a file holds: where the
parser gives up, the header stands and a problem says what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from dbp.extract import registry
from dbp.extract.documents import DOCUMENTS, read_document
from dbp.extract.fingerprint import code_fingerprint
from dbp.extract.frontmatter import read_front_matter
from dbp.extract.header import MAX_CHARACTERS, read_header, read_type_header
from dbp.extract.markdown import (
    read_anchors,
    read_markdown,
    read_markdown_header,
    read_title,
)
from dbp.extract.mentions import read_mentions
from dbp.extract.python import read_module, read_python
from dbp.extract.rst_links import read_rst_links
from dbp.extract.suppressions import read_suppressions
from dbp.extract.text import Decoded, Source, decode, utf16_length
from dbp.languages import Language
from dbp.lines import split_lines
from dbp.model import Extraction, Header, Problem, Range, Reference, Symbol, Task
from dbp.ports import Excluded
from dbp.template import DEFAULT, Template

VERSION = "local-6"
"""Raised whenever the rules of this room give another result for the same bytes."""

_ONE_TYPE_A_FILE = frozenset({"java", "kotlin", "swift", "csharp", "php"})
"""Languages whose files often hold one type, with the words about both at the type."""

_FRONT = ("---", "+++", "\ufeff---", "\ufeff+++")


def extract_bytes(
    path: str, language: str, data: bytes, template: Template = DEFAULT
) -> Extraction | Excluded:
    """Extract a file's content; `Excluded` when it is no text."""
    decoded = decode(data, language)
    if decoded is None:
        return Excluded("binary")
    return _extract(path, language, decoded, template)


def extract_text(path: str, language: str, text: str, template: Template = DEFAULT) -> Extraction:
    """Extract an open buffer."""
    return _extract(path, language, Decoded(text, "utf-8"), template)


@dataclass
class _Found:
    """What has been read of a file so far."""

    header: Header | None
    references: list[Reference]
    problems: list[Problem]
    symbols: list[Symbol] = field(default_factory=list)
    code_hash: str = ""
    anchors: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()


def _extract(path: str, name: str, decoded: Decoded, template: Template) -> Extraction:
    source = Source(decoded.text)
    head = source.text[:MAX_CHARACTERS]
    language = registry.lookup(name)
    header, references = read_header(path, language, head, template)
    found = _Found(header, references, [decoded.problem] if decoded.problem else [])
    if name == "markdown":
        _read_markdown(source, head, found)
    elif name == "notebook":
        _read_notebook(source, found)
    elif language.grammar is not None:
        _read_code(source, language, found)
        if found.header is None and found.symbols and name in _ONE_TYPE_A_FILE:
            found.header = read_type_header(path, language, head, found.symbols)
    elif name in DOCUMENTS:
        found.header = read_document(name, split_lines(head), header)
    if name == "restructuredtext":
        found.references += read_rst_links(source.text)
    if name not in ("markdown", "notebook"):
        taken = {item.range for item in found.references}
        found.references += read_mentions(source.text, language, taken)
    return Extraction(
        language=name,
        lines=len(source.lines),
        encoding=decoded.encoding,
        ascii=source.ascii,
        header=found.header,
        symbols=tuple(found.symbols),
        references=tuple(found.references),
        problems=tuple(found.problems),
        suppressions=read_suppressions(source.text, language),
        code_hash=found.code_hash,
        anchors=found.anchors,
        tasks=found.tasks,
    )


def _read_markdown(source: Source, head: str, found: _Found) -> None:
    """Read a document; what a header in sections names is no second reference."""
    taken = {item.range for item in found.references}
    if found.header is None:
        found.header = _markdown_header(head)
    elif found.header.title is None and (title := read_title(head)):
        sections = {section.title for section in found.header.sections}
        if title.strip("[]: ") not in sections:
            found.header = replace(found.header, title=title)
    found.symbols, links, found.tasks = read_markdown(source.text, len(source.lines))
    found.references += [link for link in links if link.range not in taken]
    found.anchors = read_anchors(source.text)


def _markdown_header(head: str) -> Header | None:
    """Join what the document's text says with what its front matter states."""
    own = read_markdown_header(head)
    if not head.startswith(_FRONT):
        return own
    lines = split_lines(head)
    front = read_front_matter(lines)
    if front is None or not (front.title or front.intent):
        return own
    title = (own.title if own else None) or front.title
    if own is not None and not front.intent:
        return replace(own, title=title)
    last = front.lines - 1
    where = Range(0, 0, last, utf16_length(lines[last]))
    return Header(where, "markdown", front.intent or front.title, title=title)


def _read_notebook(source: Source, found: _Found) -> None:
    from dbp.extract.notebook import read_notebook  # few workspaces have one

    read = read_notebook(source.text, read_markdown_header, lambda text: read_python(Source(text)))
    found.header, found.symbols = read.header, list(read.symbols)
    found.problems += read.problems


def _read_code(source: Source, language: Language, found: _Found) -> None:
    """Read symbols and imports; the fingerprint of all code where a header speaks of it."""
    sections = found.header is not None and bool(found.header.sections)
    if language.name == "python":
        try:
            module = read_module(source, fingerprint=sections)
        except SyntaxError as error:
            found.problems.append(_syntax_error(error, len(source.lines)))
        except (ValueError, RecursionError, MemoryError) as error:
            problem = Problem("syntax_error", f"Python cannot read it: {error}"[:300])
            found.problems.append(problem)
        else:
            found.symbols, found.code_hash = module.symbols, module.code_hash
            found.references += module.references
            return
    from dbp.extract.syntax import read_syntax  # the grammars' library, only where it is needed

    syntax = read_syntax(source, language)
    found.symbols = syntax.symbols
    found.references += syntax.references
    found.problems += syntax.problems
    found.code_hash = code_fingerprint(source.utf8, language.name) if sections else ""


def _syntax_error(error: SyntaxError, line_count: int) -> Problem:
    line = min(max((error.lineno or 1) - 1, 0), max(line_count - 1, 0))
    return Problem("syntax_error", str(error.msg)[:300], Range(line, 0, line, 0))
