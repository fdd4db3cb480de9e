"""Which actions are offered: for a finding, and for a file as a whole."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dbp.actions import headers, links, parameters, suppress
from dbp.actions.edits import Action, Call, Edit, NewFile, Text
from dbp.actions.growing import can_grow, grow
from dbp.actions.headers import Known
from dbp.actions.layout import Layout, language_at, language_of, layout_of
from dbp.actions.opening import insert_block
from dbp.analysis.references import bare_target
from dbp.analysis.rules import catalogue as codes
from dbp.languages import Language
from dbp.model import Extraction, Finding, HistoryEntry, Range, Reference
from dbp.template import Template, render_header

QUICK = "quickfix"
HEADER = "source.dbp.header"
HISTORY = "source.dbp.history"
FIX_ALL = "source.fixAll.dbp"

ACCEPT = "dbp.acceptDocumentation"
PROCESS = "dbp.processFile"

MAX_DEPENDENCIES = 20
"""More lines than this about what a file imports are no header any more."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A file as it stands, and what is known around it.

    `imports` are the keys that its imports lead to; `now` is epoch seconds.
    """

    uri: str
    path: str
    text: Text
    extraction: Extraction
    template: Template
    now: float
    imports: tuple[str, ...] = ()

    @property
    def language(self) -> Language:
        """The file's language."""
        return language_of(self.extraction.language)

    @property
    def layout(self) -> Layout | None:
        """The places of the header's sections."""
        header = self.extraction.header
        if header is None or not header.sections:
            return None
        return layout_of(self.text, header, self.language)

    @property
    def known(self) -> Known:
        """What is known to stand in this file's header."""
        depends = [f"codebase: {key}" for key in self.imports[:MAX_DEPENDENCIES]]
        return Known({"dependencies": depends} if depends else {})


def quick_fixes(scene: Scene, finding: Finding) -> list[Action]:
    """Offer what mends one finding; wishing it away comes last."""
    code = finding.code
    made = list(_FIXES[code](scene, finding)) if code in _FIXES else []
    if code not in {codes.IGNORE_UNUSED, codes.EXTRACTION_FAILED}:
        made += _ignoring(scene, finding)
    return made


def source_actions(scene: Scene) -> list[Action]:
    """Offer what can be done with a file as a whole."""
    found: list[Action] = []
    title, edits = header_edits(scene)
    if edits:
        found.append(Action(title, HEADER, tuple(edits)))
    entry = _entry(scene)
    if entry:
        found.append(Action("Add an entry to the change history", HISTORY, tuple(entry)))
    return found


def fix_all(scene: Scene, findings: Iterable[Finding]) -> Action | None:
    """Mend at once what can be mended in one way only, and touches no word a person wrote."""
    edits: list[Edit] = []
    mended: list[str] = []
    for finding in findings:
        if finding.code not in _SAFE:
            continue
        sure = [one for one in _FIXES[finding.code](scene, finding) if one.preferred and one.edits]
        new = [edit for one in sure[:1] for edit in one.edits]
        if new and not any(_touch(one.range, other.range) for one in new for other in edits):
            edits += new
            mended.append(finding.code)
    if not edits:
        return None
    return Action("Fix what is sure", FIX_ALL, tuple(edits), codes=tuple(dict.fromkeys(mended)))


_SAFE = frozenset(
    {
        *(codes.HEADER_SECTION_ORDER, codes.HISTORY_ORDER),
        *(codes.REFERENCE_UNRESOLVED, codes.REFERENCE_HEADING, codes.REFERENCE_SYMBOL),
    }
)


def _touch(one: Range, other: Range) -> bool:
    return one[:2] <= other[2:] and other[:2] <= one[2:]


# ── headers ────────────────────────────────────────────────────────────────────────────────────


def header_edits(scene: Scene) -> tuple[str, list[Edit]]:
    """Give a title and the edits that insert a header, or complete the one that is there."""
    header, text, template = scene.extraction.header, scene.text, scene.template
    if header is None:
        block = new_header(scene.language, template, scene.known, scene.now)
        edits = [insert_block(text, scene.language, block)] if block else []
        return "Insert a header from the template", edits
    if header.sections:
        layout = scene.layout
        edits = headers.complete(text, layout, template, scene.known) if layout else []
        return "Add the sections the header lacks", edits
    if can_grow(text, header):
        known = Known(scene.known.values, (_first(scene.now),))
        return "Make the file's own words a header in sections", grow(text, header, template, known)
    return "", []


def new_header(language: Language, template: Template, known: Known, now: float) -> str:
    """Write a header as a comment; empty for a language that has none."""
    return render_header(template, language, known.values, history=(_first(now),))


def _first(now: float) -> HistoryEntry:
    return HistoryEntry(headers.stamp(now), "Added this header")


def _header(scene: Scene, finding: Finding) -> Iterator[Action]:
    title, edits = header_edits(scene)
    if edits:
        yield Action(title, QUICK, tuple(edits), codes=(finding.code,), preferred=True)


def _order(scene: Scene, finding: Finding) -> Iterator[Action]:
    layout = scene.layout
    edits = headers.reorder(scene.text, layout, scene.template) if layout else []
    if edits:
        title = "Put the sections into the template's order"
        yield Action(title, QUICK, tuple(edits), codes=(finding.code,), preferred=True)


def _unwritten(scene: Scene, finding: Finding) -> Iterator[Action]:
    layout, section = scene.layout, str(finding.data.get("section", ""))
    lines = scene.known.values.get(section, ())
    edits = headers.fill(scene.text, layout, section, lines) if layout else []
    if edits:
        title = "Fill in what the file imports"
        yield Action(title, QUICK, tuple(edits), codes=(finding.code,), preferred=True)


def _history(scene: Scene, finding: Finding) -> Iterator[Action]:
    header, layout = scene.extraction.header, scene.layout
    if header is None or layout is None:
        return
    newest = finding.data.get("newestFirst") is not False
    edits = headers.sort_history(scene.text, header, layout, newest=newest)
    if edits:
        title = "Sort the change history, " + ("newest first" if newest else "oldest first")
        yield Action(title, QUICK, tuple(edits), codes=(finding.code,), preferred=True)


def _entry(scene: Scene) -> list[Edit]:
    header, layout = scene.extraction.header, scene.layout
    if header is None or layout is None:
        return []
    return headers.add_entry(scene.text, header, layout, scene.template, scene.now)


def _entry_missing(scene: Scene, finding: Finding) -> Iterator[Action]:
    if edits := _entry(scene):
        title = "Add an entry to the change history"
        yield Action(title, QUICK, tuple(edits), codes=(finding.code,), preferred=True)
    yield _accept(scene, finding, "[history]", "The change needs no entry")


def _stale(scene: Scene, finding: Finding) -> Iterator[Action]:
    mark = finding.data.get("mark")
    if isinstance(mark, str):
        yield _accept(scene, finding, mark, "The documentation is still right")


def _accept(scene: Scene, finding: Finding, mark: str, title: str) -> Action:
    call = Call(ACCEPT, (scene.uri, [mark]))
    return Action(title, QUICK, call=call, codes=(finding.code,))


# ── references ─────────────────────────────────────────────────────────────────────────────────


def _reference(scene: Scene, finding: Finding) -> Iterator[Action]:
    reference = links.reference_in(scene.extraction, finding.range)
    if reference is None:
        return
    one = (finding.code,)
    suggested = [one for one in finding.data.get("suggestions", ()) if isinstance(one, str)]
    for target in suggested:
        if edit := links.retarget(scene.text, reference, target):
            moved = _name(target) == _name(reference.target)
            title = f"Change it to {target!r}{', where it may have moved' if moved else ''}"
            yield Action(title, QUICK, (edit,), codes=one, preferred=len(suggested) == 1)
    if finding.code == codes.REFERENCE_UNRESOLVED:
        yield from _created(scene, reference)
    if edit := links.remove(scene.text, reference):
        title = "Keep the words, drop the link" if reference.kind == "link" else "Drop this line"
        yield Action(title, QUICK, (edit,), codes=one)


def _name(target: str) -> str:
    """Name the file of a target: one of that name elsewhere is most likely where it went."""
    return posixpath.basename(bare_target(target).rstrip("/"))


def _created(scene: Scene, reference: Reference) -> Iterator[Action]:
    key = links.creatable(reference, scene.path)
    if key is None:
        return
    language = language_at(key)
    if language.name == "markdown":
        new = links.new_document(key)
    else:
        new = NewFile(key, new_header(language, scene.template, Known(), scene.now))
    yield Action(f"Create {key!r}", QUICK, create=new, codes=(codes.REFERENCE_UNRESOLVED,))


# ── parameters ─────────────────────────────────────────────────────────────────────────────────


def _unknown(scene: Scene, finding: Finding) -> Iterator[Action]:
    mark, name = str(finding.data.get("symbol")), str(finding.data.get("parameter"))
    found = parameters.documented(scene.text, scene.extraction, mark)
    if found is None:
        return
    one = (finding.code,)
    offered = parameters.rename(scene.text, found, name)
    for other, edit in offered:
        sure = len(offered) == 1
        yield Action(f"Call it {other!r}", QUICK, (edit,), codes=one, preferred=sure)
    if edits := parameters.remove(scene.text, found, name):
        yield Action(f"Drop what is said of {name!r}", QUICK, tuple(edits), codes=one)


def _undocumented(scene: Scene, finding: Finding) -> Iterator[Action]:
    mark, name = str(finding.data.get("symbol")), str(finding.data.get("parameter"))
    found = parameters.documented(scene.text, scene.extraction, mark)
    edits = parameters.add(scene.text, found, name) if found else []
    if edits:
        title = f"Add {name!r} to the documentation"
        yield Action(title, QUICK, tuple(edits), codes=(finding.code,), preferred=True)


# ── the rest ───────────────────────────────────────────────────────────────────────────────────


def read_again(uri: str) -> Action:
    """Offer to read a file again that could not be read."""
    call = Call(PROCESS, (uri,))
    return Action("Read this file again", QUICK, call=call, codes=(codes.EXTRACTION_FAILED,))


def _failed(scene: Scene, _finding: Finding) -> Iterator[Action]:
    yield read_again(scene.uri)


def _unused(scene: Scene, finding: Finding) -> Iterator[Action]:
    code = str(finding.data.get("ignored", ""))
    edits = suppress.withdraw(scene.text, finding.range.start_line, code)
    if edits:
        title = "Take the comment away"
        yield Action(title, QUICK, tuple(edits), codes=(finding.code,), preferred=True)


def _ignoring(scene: Scene, finding: Finding) -> Iterator[Action]:
    text, extraction, language = scene.text, scene.extraction, scene.language
    code = finding.code
    here = suppress.ignore_here(text, extraction, language, finding.range, code)
    if here:
        yield Action(f"Ignore {code} here", QUICK, tuple(here), codes=(code,))
    everywhere = suppress.ignore_file(text, extraction, language, code)
    if everywhere:
        yield Action(f"Ignore {code} in this file", QUICK, tuple(everywhere), codes=(code,))


_FIXES: dict[str, Callable[[Scene, Finding], Iterator[Action]]] = {
    codes.HEADER_MISSING: _header,
    codes.HEADER_INCOMPLETE: _header,
    codes.HEADER_SECTION_ORDER: _order,
    codes.HEADER_INTENT_EMPTY: _unwritten,
    codes.HEADER_PLACEHOLDER: _unwritten,
    codes.HISTORY_ORDER: _history,
    codes.HISTORY_ENTRY_MISSING: _entry_missing,
    codes.HEADER_STALE: _stale,
    codes.DOC_STALE: _stale,
    codes.REFERENCE_UNRESOLVED: _reference,
    codes.REFERENCE_HEADING: _reference,
    codes.REFERENCE_SYMBOL: _reference,
    codes.PARAMETER_UNKNOWN: _unknown,
    codes.PARAMETER_UNDOCUMENTED: _undocumented,
    codes.EXTRACTION_FAILED: _failed,
    codes.IGNORE_UNUSED: _unused,
}
