"""Edits and new files as LSP's workspace edits, as far as a client understands them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lsprotocol import types

from dbp.actions.edits import Edit, NewFile
from dbp.lsp.convert import Lines, lsp_range, to_client

CONFIRM = "dbp.confirm"


class Edits(NamedTuple):
    """The edits of one document; `version` is None for one that is not open."""

    uri: str
    version: int | None
    edits: tuple[types.TextEdit, ...]


class Writes(NamedTuple):
    """What a client understands of workspace edits."""

    versioned: bool = False
    creates: bool = False
    annotated: bool = False

    @classmethod
    def by(cls, capabilities: types.ClientCapabilities | None) -> Writes:
        """Read it from what the client announced."""
        workspace = capabilities.workspace if capabilities else None
        known = workspace.workspace_edit if workspace else None
        if known is None:
            return cls()
        versioned = bool(known.document_changes)
        # Operations only ever stand among document changes: who names some understands both.
        creates = types.ResourceOperationKind.Create in (known.resource_operations or ())
        return cls(versioned, creates, versioned and known.change_annotation_support is not None)


def text_edits(edits: Iterable[Edit], lines: Lines, encoding: str) -> tuple[types.TextEdit, ...]:
    """Make LSP's edits of ours, in the client's columns."""
    return tuple(
        types.TextEdit(lsp_range(to_client(edit.range, lines, encoding)), edit.text)
        for edit in edits
    )


def workspace_edit(
    changes: Iterable[Edits],
    writes: Writes,
    *,
    create: tuple[str, NewFile] | None = None,
    confirm: str = "",
) -> types.WorkspaceEdit | None:
    """Make one workspace edit; None when the client cannot do it.

    With `confirm` the client is asked to show the edits first, if it can; the text says what they
    are. `create` is the URI of a new file and the file.
    """
    if create is not None and not writes.creates:
        return None
    if not writes.versioned and create is None:
        plain: Mapping[str, list[types.TextEdit]] = {one.uri: list(one.edits) for one in changes}
        return types.WorkspaceEdit(changes=dict(plain))
    marked = CONFIRM if confirm and writes.annotated else None
    steps: list[
        types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile
    ] = []
    if create is not None:
        uri, new = create
        steps.append(types.CreateFile(uri, options=types.CreateFileOptions(ignore_if_exists=True)))
        if new.text:
            top = types.Range(types.Position(0, 0), types.Position(0, 0))
            steps.append(_document(Edits(uri, None, (types.TextEdit(top, new.text),)), None))
    steps += [_document(one, marked) for one in changes]
    notes = None
    if marked is not None:
        notes = {marked: types.ChangeAnnotation(label=confirm, needs_confirmation=True)}
    return types.WorkspaceEdit(document_changes=steps, change_annotations=notes)


def _document(one: Edits, marked: str | None) -> types.TextDocumentEdit:
    edits: list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit] = [
        edit if marked is None else types.AnnotatedTextEdit(marked, edit.range, edit.new_text)
        for edit in one.edits
    ]
    item = types.OptionalVersionedTextDocumentIdentifier(uri=one.uri, version=one.version)
    return types.TextDocumentEdit(item, edits)
