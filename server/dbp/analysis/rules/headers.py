"""What a file says about itself at its top, against what it is expected to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbp.analysis.references import first_line
from dbp.analysis.rules.catalogue import (
    HEADER_INCOMPLETE,
    HEADER_INTENT_EMPTY,
    HEADER_MISSING,
    HEADER_PLACEHOLDER,
    HEADER_SECTION_ORDER,
    Found,
)
from dbp.analysis.rules.symbols import is_documented
from dbp.analysis.subject import Subject
from dbp.model import Extraction, Header, HeaderSection, Range, SectionState, Severity, Symbol
from dbp.template import Template

SPEAKING = frozenset(
    {
        *("python", "javascript", "javascriptreact", "typescript", "typescriptreact", "go"),
        *("rust", "java", "c", "cpp", "csharp", "ruby", "shellscript", "php", "kotlin"),
        *("swift", "scala", "lua", "perl", "markdown"),
    }
)
"""Languages whose files are expected to introduce themselves; data files are not."""

FEW_LINES = 10
"""A file without a definition and with no more lines than this speaks for itself."""


DEFINES, LONG = 1, 2
"""Why a file is expected to introduce itself: it defines things, or is long."""


def introduces_itself(path: str, extraction: Extraction) -> bool:
    """Tell whether a file of this kind is expected to say what it is for."""
    return should_speak(path, expected_of(extraction))


def expected_of(extraction: Extraction) -> int:
    """Say why a file of this content is expected to introduce itself; 0 when it is not."""
    if extraction.language not in SPEAKING:
        return 0
    if extraction.symbols:
        return 0 if _is_one_thing(extraction.symbols) else DEFINES
    return LONG if extraction.lines > FEW_LINES else 0


def should_speak(path: str, expected: int) -> bool:
    """Tell whether a file's name leaves that expectation standing."""
    name = path.rpartition("/")[2]
    if not expected or ".min." in name:
        return False
    # What only names others (a package's `__init__`, an `index`) says all by the names.
    return expected == DEFINES or name.partition(".")[0] not in {"__init__", "index"}


def _is_one_thing(symbols: Sequence[Symbol]) -> bool:
    """Tell whether a file is about one documented thing: what is said of that is said of it."""
    public = [symbol for symbol in symbols if symbol.public]
    return len(public) == 1 and is_documented(public[0])


def find(subject: Subject) -> Iterator[Found]:
    """Find a header that is missing, incomplete, out of order or empty."""
    header = subject.extraction.header
    if header is None:
        if introduces_itself(subject.path, subject.extraction):
            message = "This file has no header: nothing says what it is for."
            yield Found(HEADER_MISSING, message, first_line(subject.extraction))
        return
    if not header.sections:
        return
    yield from _incomplete(header, subject.template)
    yield from _out_of_order(header.sections, subject.template)
    yield from _unwritten(header.sections)


def _incomplete(header: Header, template: Template) -> Iterator[Found]:
    there = {section.name for section in header.sections}
    missing = [item for item in template.sections if item.required and item.name not in there]
    if missing:
        titles = ", ".join(f"[{item.title}]" for item in missing)
        named = "a section" if len(missing) == 1 else f"{len(missing)} sections"
        line = header.range.start_line
        yield Found(
            HEADER_INCOMPLETE,
            f"The header lacks {named}: {titles}.",
            Range(line, header.range.start_character, line, header.range.start_character),
            about=" ".join(sorted(item.name for item in missing)),
            data={"missing": [item.name for item in missing]},
            # Where a project has no template of its own, nobody there promised these sections.
            quieter=Severity.ERROR if template.origin else Severity.INFORMATION,
        )


def _out_of_order(sections: Sequence[HeaderSection], template: Template) -> Iterator[Found]:
    """Name the first section that stands behind one it belongs before."""
    places = {item.name: place for place, item in reversed(list(enumerate(template.sections)))}
    last: HeaderSection | None = None
    for section in sections:
        if section.name not in places:
            continue
        if last is not None and places[section.name] < places[last.name]:
            yield Found(
                HEADER_SECTION_ORDER,
                f"[{section.title}] belongs before [{last.title}].",
                title_of(section),
                about=f"{section.name} {last.name}",
                data={"section": section.name, "before": last.name},
            )
            return
        last = section


def _unwritten(sections: Sequence[HeaderSection]) -> Iterator[Found]:
    for section in sections:
        data = {"section": section.name}
        if section.state == SectionState.PLACEHOLDER:
            message = f"[{section.title}] still holds the template's placeholder."
            yield Found(HEADER_PLACEHOLDER, message, section.range, section.name, data)
        elif section.state == SectionState.EMPTY and section.name == "intent":
            message = f"[{section.title}] is empty: nothing says what this file is for."
            yield Found(HEADER_INTENT_EMPTY, message, title_of(section), section.name, data)


def title_of(section: HeaderSection) -> Range:
    """Give the line a section's title stands on."""
    line, start = section.range.start_line, section.range.start_character
    end = section.range.end_character if section.range.end_line == line else start
    return Range(line, start, line, max(start, end))
