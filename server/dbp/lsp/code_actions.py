"""`textDocument/codeAction`: what mends a finding, and what can be done with a file.

Offered, never applied: an edit goes out only as the answer to a request, for exactly the version of
the text that it was made for. Loaded at the first use (see `dbp.lsp.features`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from dbp.actions import offers
from dbp.actions.edits import Action, Text
from dbp.analysis.imports import targets
from dbp.lsp.changes import Edits, Writes, text_edits, workspace_edit
from dbp.lsp.convert import lsp_range, to_client

if TYPE_CHECKING:
    from dbp.lsp.diagnostics import Publisher
    from dbp.lsp.inspections import Inspected
    from dbp.lsp.sidecar import Place, Sidecar
    from dbp.model import Extraction, Finding

PATIENCE = 1.0
"""Seconds an answer waits for the newest text to be parsed and judged."""

KINDS = ("quickfix", offers.HEADER, offers.HISTORY, offers.FIX_ALL)

MAX_FINDINGS = 50
"""More findings than this in one range are a selected file: nobody reads so many offers."""

Offered = types.CodeAction | types.Command


class Asked:
    """What a client asks for, and what it understands of an answer."""

    def __init__(self, server: Sidecar, params: types.CodeActionParams) -> None:
        document = server.client_capabilities.text_document
        known = document.code_action if document else None
        resolves = known.resolve_support if known else None
        self.range = params.range
        self.only = [str(_value(kind)) for kind in params.context.only or ()]
        self.given = [one for one in params.context.diagnostics if one.source == "dbp"]
        self.literal = bool(known and known.code_action_literal_support)
        self.preferred = bool(known and known.is_preferred_support)
        self.lazy = bool(
            resolves and "edit" in resolves.properties and known and known.data_support
        )

    def wants(self, kind: str) -> bool:
        """Tell whether actions of a kind are asked for."""
        if not self.only:
            return True
        return any(kind == one or kind.startswith(f"{one}.") or not one for one in self.only)

    @property
    def whole_file(self) -> bool:
        """Whether it is asked for by name: what concerns the whole file is not shown everywhere."""
        return any(one.startswith("source") for one in self.only)


def _value(kind: Any) -> Any:
    return getattr(kind, "value", kind)


async def answer(server: Sidecar, params: types.CodeActionParams) -> list[Offered] | None:
    """Offer what fits a range; null where nothing may be offered."""
    asked = Asked(server, params)
    uri = params.text_document.uri
    found = await _actions(server, uri, asked)
    if found is None:
        return None
    actions, version = found
    made: list[Offered] = []
    for action, finding in actions:
        if not asked.literal:
            if action.call is not None:
                made.append(_command(action))
            continue
        one = _code_action(server, (uri, version), action, finding, asked)
        if one is not None:
            made.append(one)
    return made


async def resolve(server: Sidecar, action: types.CodeAction) -> types.CodeAction:
    """Give an offered action its edit, made for the text as it stands now."""
    data = action.data
    if not isinstance(data, dict) or not isinstance(data.get("uri"), str):
        return action
    kind = str(_value(action.kind))
    place = server.protocol._converter.structure(data.get("range"), types.Range)  # noqa: SLF001 - pygls has one converter
    context = types.CodeActionContext(diagnostics=action.diagnostics or [], only=[kind])
    item = types.TextDocumentIdentifier(data["uri"])
    asked = Asked(server, types.CodeActionParams(item, place, context))
    found = await _actions(server, data["uri"], asked)
    for one, _finding in found[0] if found else ():
        if one.title == action.title and one.kind == kind and found is not None:
            action.edit = _edit(server, data["uri"], found[1], one)
            break
    return action


async def _actions(
    server: Sidecar, uri: str, asked: Asked
) -> tuple[list[tuple[Action, Finding | None]], int] | None:
    """Collect the actions, and the version of the document they are for."""
    place = await server.place(uri)
    if place is None or not place.settings.actions.enabled:
        return None
    await server.overlays.wait(uri, PATIENCE)
    inspected = await _inspected(server.publisher, uri)
    document = server.documents.get(uri)
    if inspected is None or document is None:
        return None
    if inspected.extraction is None:
        failed = _chosen(server, inspected, asked) if asked.wants(offers.QUICK) else []
        return [(offers.read_again(uri), finding) for finding in failed], document.version
    if document.text is None or inspected.version != document.version:
        return None
    findings = _chosen(server, inspected, asked)
    looked = partial(_scene, place, document.text, inspected.extraction, server.clock.now())
    found = await server.folders.run(_build, looked, inspected, findings, asked)
    document = server.documents.get(uri)
    if document is None or document.version != inspected.version:
        return None  # typed in meanwhile: the client asks again, and columns would be of that text
    return found, inspected.version


async def _inspected(publisher: Publisher, uri: str) -> Inspected | None:
    if publisher.inspections.get(uri) is None:
        publisher.refresh(uri)
    return await publisher.inspections.latest(uri, PATIENCE)


def _chosen(server: Sidecar, inspected: Inspected, asked: Asked) -> list[Finding]:
    """Pick the findings that are meant: those the client names, else those on the lines."""
    lines, encoding = server.lines(inspected.uri), server.encoding
    found = [finding for finding, _places in inspected.found]
    if asked.given:
        named = {(one.code, one.range.start.line, one.range.start.character) for one in asked.given}
        chosen = []
        for finding in found:
            shown = to_client(finding.range, lines, encoding)
            if (finding.code, shown.start_line, shown.start_character) in named:
                chosen.append(finding)
        return chosen[:MAX_FINDINGS]
    first, last = asked.range.start.line, asked.range.end.line
    here = [f for f in found if f.range.start_line <= last and first <= f.range.end_line]
    return here[:MAX_FINDINGS]


def _build(
    look: Callable[[], offers.Scene],
    inspected: Inspected,
    findings: Sequence[Finding],
    asked: Asked,
) -> list[tuple[Action, Finding | None]]:
    """Make the actions; runs on a thread, because imports are looked up on the disk."""
    scene = look()
    found: list[tuple[Action, Finding | None]] = []
    if asked.wants(offers.QUICK):
        # Two findings on a line may be wished away with the same edit: one offer does for both.
        once = {
            (one.title, one.edits, repr(one.call)): (one, f)
            for f in reversed(findings)
            for one in reversed(offers.quick_fixes(scene, f))
        }
        found += reversed(once.values())
    header = scene.extraction.header
    last = header.range.end_line if header is not None else 0
    if asked.whole_file or (not asked.only and asked.range.start.line <= last):
        sources = [one for one in offers.source_actions(scene) if asked.wants(one.kind)]
        known = {one.edits for one, _finding in found}
        found += [(one, None) for one in sources if one.edits not in known]
    if asked.whole_file and asked.wants(offers.FIX_ALL):
        every = offers.fix_all(scene, [finding for finding, _places in inspected.found])
        found += [(every, None)] if every is not None else []
    return found


def _scene(place: Place, text: str, extraction: Extraction, now: float) -> offers.Scene:
    """Put together what actions need to know of a file. Not for the loop thread."""
    from dbp.template import DEFAULT

    workspace = place.workspace
    imports: dict[str, None] = {}
    if workspace is not None and workspace.view is not None:
        exists, roots = workspace.view.exists, place.settings.references.source_roots
        for one in extraction.references:
            if one.kind == "import" and len(imports) < offers.MAX_DEPENDENCIES:
                keys = targets(one, place.path, extraction.language, exists, roots)
                imports |= dict.fromkeys(key for key in keys if key != place.path)
    return offers.Scene(
        uri=place.uri,
        path=place.path,
        text=Text(text),
        extraction=extraction,
        template=workspace.template if workspace is not None else DEFAULT,
        now=now,
        imports=tuple(imports),
    )


def _code_action(
    server: Sidecar,
    document: tuple[str, int],
    action: Action,
    finding: Finding | None,
    asked: Asked,
) -> types.CodeAction | None:
    uri, version = document
    made = types.CodeAction(action.title, kind=action.kind)
    if finding is not None:
        made.diagnostics = [_diagnostic(server, uri, finding, asked)]
    if asked.preferred and action.preferred:
        made.is_preferred = True
    if action.call is not None:
        made.command = _command(action)
    elif asked.lazy and _can(server, action):
        made.data = {"uri": uri, "range": server.protocol._converter.unstructure(asked.range)}  # noqa: SLF001 - the same
    else:
        made.edit = _edit(server, uri, version, action)
        if made.edit is None:
            return None
    return made


def _can(server: Sidecar, action: Action) -> bool:
    return action.create is None or Writes.by(server.client_capabilities).creates


def _edit(server: Sidecar, uri: str, version: int, action: Action) -> types.WorkspaceEdit | None:
    lines, encoding = server.lines(uri), server.encoding
    changes = []
    if action.edits:
        changes.append(Edits(uri, version, text_edits(action.edits, lines, encoding)))
    create = None
    if action.create is not None:
        place = server.place_now(uri)
        if place is None or place.workspace is None:
            return None
        create = place.uri_of(action.create.path), action.create
    return workspace_edit(changes, Writes.by(server.client_capabilities), create=create)


def _command(action: Action) -> types.Command:
    assert action.call is not None  # noqa: S101  # the callers looked
    call = action.call
    return types.Command(action.title, call.command, arguments=list(call.arguments))


def _diagnostic(server: Sidecar, uri: str, finding: Finding, asked: Asked) -> types.Diagnostic:
    """Give the diagnostic an action mends, as the client has it if it sent it."""
    shown = lsp_range(to_client(finding.range, server.lines(uri), server.encoding))
    for one in asked.given:
        if one.code == finding.code and one.range == shown and one.message == finding.message:
            return one
    severity = types.DiagnosticSeverity(int(finding.severity))
    return types.Diagnostic(shown, finding.message, severity, code=finding.code, source="dbp")
