"""The texts that are open in the editor, exactly as the client sees them.

Promises: after any sequence of edits the text equals the client's, whatever characters and line
ends it has; a client that breaks the rules gets a document marked `desynced`, never an exception.
It belongs to the loop thread and never looks at the disk.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from lsprotocol import types

from dbp.lsp.positions import UTF16, melt, split_lines, to_index, without_end

log = logging.getLogger(__name__)

TEXT_CAP = 8 * 1024 * 1024  # characters; larger files are not extracted, so nobody needs the text


class Document:
    """One open document; `length` counts characters. `text` is None when it cannot be used."""

    __slots__ = (
        "_lines",
        "_text",
        "desynced",
        "language_id",
        "length",
        "too_large",
        "uri",
        "version",
    )

    def __init__(self, uri: str, language_id: str, version: int) -> None:
        self.uri = uri
        self.language_id = language_id
        self.version = version
        self.desynced = False
        self.too_large = False
        self.length = 0
        self._lines: list[str] = [""]
        self._text: str | None = ""

    @property
    def text(self) -> str | None:
        """The text as the client sees it, or None when it is too large or desynced."""
        if self.desynced or self.too_large:
            return None
        if self._text is None:
            self._text = "".join(self._lines)
        return self._text

    @property
    def line_count(self) -> int:
        """The number of lines, at least one; 1 when there is no text."""
        return len(self._lines)

    def line(self, number: int) -> str:
        """Return a line without its end; empty past the last one."""
        return without_end(self._lines[number]) if 0 <= number < len(self._lines) else ""

    def set_text(self, text: str, cap: int) -> None:
        """Take a whole text: this heals a desynced document."""
        self.drop_text()
        self.desynced = False
        self.too_large = len(text) > cap
        if not self.too_large:
            self._lines = split_lines(melt(text))
            self.length = len(text)

    def drop_text(self) -> None:
        """Hold no text any more."""
        self._lines = [""]
        self._text = None
        self.length = 0

    def splice(self, span: types.Range, text: str, encoding: str) -> bool:
        """Replace a range; False (and nothing done) for a reversed one."""
        start_line, start = self._place(span.start, encoding)
        end_line, end = self._place(span.end, encoding)
        if (end_line, end) < (start_line, start):
            return False
        lines = self._lines
        changed = lines[start_line][:start] + text + lines[end_line][end:]
        if start_line and changed.startswith("\n") and lines[start_line - 1].endswith("\r"):
            start_line -= 1  # the two now are one line end
            changed = lines[start_line] + changed
        self.length += len(changed) - sum(map(len, lines[start_line : end_line + 1]))
        pieces = split_lines(melt(changed))
        if not pieces[-1] and end_line + 1 < len(lines):
            pieces.pop()  # `changed` ends with a line end; what follows it is the next line
        lines[start_line : end_line + 1] = pieces
        self._text = None
        return True

    def _place(self, position: types.Position, encoding: str) -> tuple[int, int]:
        if position.line >= len(self._lines):
            return len(self._lines) - 1, len(self._lines[-1])
        line = without_end(self._lines[position.line])
        return position.line, to_index(line, position.character, encoding)


class Documents:
    """The open documents by URI, spelled as the client spells it. Loop thread only."""

    def __init__(self, cap: int = TEXT_CAP) -> None:
        self.encoding = UTF16
        self._cap = cap
        self._documents: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        """Iterate over what is open, opened first comes first."""
        return iter(list(self._documents.values()))

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, uri: object) -> bool:
        return uri in self._documents

    def get(self, uri: str) -> Document | None:
        """Return an open document."""
        return self._documents.get(uri)

    def open(self, uri: str, language_id: str, version: int, text: str) -> Document:
        """Take a document the client opened, or opened again."""
        document = Document(uri, language_id, version)
        document.set_text(text, self._cap)
        self._documents[uri] = document
        return document

    def change(
        self, uri: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]
    ) -> Document:
        """Apply changes in order; a broken rule marks the document `desynced`."""
        document = self._documents.get(uri)
        if document is None:
            log.info("a document that is not open was changed")
            document = self._documents[uri] = Document(uri, "", version)
            document.desynced = True
        elif version <= document.version:
            log.info("a change has version %d after %d", version, document.version)
            self._desync(document)
        document.version = max(version, document.version)
        for change in changes:
            self._apply(document, change)
        return document

    def _apply(self, document: Document, change: types.TextDocumentContentChangeEvent) -> None:
        if isinstance(change, types.TextDocumentContentChangeWholeDocument):
            document.set_text(change.text, self._cap)
        elif document.desynced or document.too_large:
            return
        elif not document.splice(change.range, change.text, self.encoding):
            log.info("a change has a reversed range")
            self._desync(document)
        elif document.length > self._cap:
            document.too_large = True
            document.drop_text()

    def desync(self, uri: str) -> None:
        """Stop trusting a document's text: a change to it could not be understood."""
        if (document := self._documents.get(uri)) is not None:
            self._desync(document)

    @staticmethod
    def _desync(document: Document) -> None:
        document.desynced = True
        document.drop_text()

    def close(self, uri: str) -> Document | None:
        """Forget a document; returns it, or None when it was not open."""
        return self._documents.pop(uri, None)
