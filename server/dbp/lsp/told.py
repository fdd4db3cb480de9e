"""References a model found in a document, where they still stand in what the editor shows.

Loaded with what shows them (see `dbp.lsp.features`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dbp.lsp.convert import Lines
from dbp.lsp.positions import UTF16, to_index
from dbp.model import Extraction, Reference

if TYPE_CHECKING:
    from dbp.view import FileView


def with_references(view: FileView, lines: Lines) -> Extraction | None:
    """Give what a file says, with the references that a model found in it.

    A meaning speaks of the file as it was saved: in an open buffer a reference counts only while
    its own text stands at its place.
    """
    extraction, meaning = view.extraction, view.meaning
    if extraction is None or meaning is None or not meaning.references:
        return extraction
    known = {reference.target for reference in extraction.references}
    found = [
        reference
        for reference in meaning.references
        if reference.target not in known and _stands(reference, lines)
    ]
    return replace(extraction, references=(*extraction.references, *found)) if found else extraction


def _stands(reference: Reference, lines: Lines) -> bool:
    place = reference.range
    line = lines(place.start_line)
    first, past = (
        to_index(line, column, UTF16) for column in (place.start_character, place.end_character)
    )
    return line[first:past] == reference.target
