"""What a workspace tells of its record and of the project's header template.

The reading half of `dbp.workspace`, whoever leads. Methods that block say so.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dbp.card import reason_in_words
from dbp.errors import BadPathError, DbpError
from dbp.facts import Facts
from dbp.inspecting import recorded_paths
from dbp.model import FileState, SymbolRow
from dbp.ports import Json, Scanner, Store
from dbp.settings import Effective
from dbp.template import DEFAULT, Template, parse_template
from dbp.view import FileView, View

if TYPE_CHECKING:
    from dbp.covered import Covered

log = logging.getLogger(__name__)

MAX_TEMPLATE = 16_384
"""Bytes of a template: it travels to the parsers with every file."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")

_SOME_FILES = 1000
"""Paths looked through for a name: who misspelled one wants a few."""


class Reading:
    """The part of a workspace that reads."""

    view: View | None
    effective: Effective
    _store: Store | None
    _lock: threading.RLock
    _template: tuple[str, Template] = ("", DEFAULT)
    _covered: Covered | None = None

    def look_through(self) -> Scanner:
        """Give what reads files within the rules of scope."""
        raise NotImplementedError

    def why_excluded(self, path: str) -> str | None:
        """Say why a path is out of scope. Blocks for a moment (it may ask git)."""
        return self.look_through().why_excluded(path)

    def covered(self) -> Covered:
        """Lend what is counted of each folder, made when it is first wanted."""
        from dbp.covered import Covered

        with self._lock:
            if self._covered is None:
                self._covered = Covered()
            return self._covered

    def look_up(self, path: str) -> FileView:
        """Read a file for a surface.

        Raises `BadPathError` with `not_found`, or `ignored` when the record says why it is none.
        """
        view = self.view.get(path) if self.view else None
        if view is None:
            raise BadPathError(
                f"{path}: nothing is recorded of this file",
                code="not_found",
                hint="it may be new: dbp/settle waits until it is looked at",
            )
        record = view.record
        if record is not None and record.state == FileState.EXCLUDED and not view.unsaved:
            raise BadPathError(f"{path}: {reason_in_words(record.reason)}", code="ignored")
        return view

    def read_text(self, path: str, encoding: str) -> str:
        """Read a file as the extractor decoded it, to convert its columns. Blocking."""
        data, _ = self.look_through().read(path)
        return data.decode(encoding, "replace")

    # ── the record ─────────────────────────────────────────────────────────────────────────────

    def paths(self, page: int = 500) -> Iterator[str]:
        """Name every file of the record that is not excluded, in path order. Blocking."""
        assert self._store is not None  # noqa: S101  # the workspace is open
        return recorded_paths(self._store, page)

    def excluded(self) -> Iterator[tuple[str, str]]:
        """Yield the files that are not read, each with the reason, in path order. Blocking."""
        assert self._store is not None  # noqa: S101  # the workspace is open
        for known in self._store.known_in_order():
            if known.state == FileState.EXCLUDED:
                stored = self._store.stored(known.path)
                yield known.path, (stored.record.reason if stored else None) or "excluded"

    def symbols(self, query: str, limit: int) -> Sequence[tuple[str, SymbolRow]]:
        """Find symbols by a part of their name, each with its file's key. Blocking."""
        return self._store.symbols(query, limit) if self._store is not None else ()

    def files_named(self, beginning: str) -> Sequence[str]:
        """List some files whose base name begins like this, in any case. Blocks for a moment."""
        if self._store is None:
            return ()
        wanted = beginning.lower()
        found: set[str] = set()
        for spelled in {beginning, wanted, beginning.upper(), beginning.capitalize()}:
            records = self._store.files(spelled, _SOME_FILES).files
            found.update(record.path for record in records)
        return sorted(p for p in found if p.rpartition("/")[2].lower().startswith(wanted))

    def facts(self, path: str) -> Facts | None:
        """Read the facts of a file: of the open buffer, or of the record. Quick."""
        return self.view.facts(path) if self.view is not None else None

    def all_facts(self) -> Iterator[tuple[str, str, Facts]]:
        """Yield path, language and facts of every indexed file, in path order. Blocking."""
        if self._store is not None:
            yield from self._store.all_facts()

    def search_pending(self) -> int:
        """Count the files that wait to be taken into the search index. Quick."""
        return self._store.search_state().pending if self._store is not None else 0

    def sync_search(self, limit: int = 50) -> int:
        """Take some files that wait into the search index; 0 when none does. Only who leads."""
        from dbp.clock import SystemClock

        return self._store.sync_search(limit, SystemClock().now()) if self._store is not None else 0

    # ── the template ───────────────────────────────────────────────────────────────────────────

    @property
    def template(self) -> Template:
        """The sections a header of this project is expected to have."""
        return self._template[1]

    @property
    def template_text(self) -> str:
        """The project's own template as it stands in its file; empty where there is none."""
        return self._template[0]

    def is_template(self, paths: Sequence[str]) -> bool:
        """Tell whether the project's template is among these files."""
        return self.effective.settings.headers.template in paths

    def read_template(self, scanner: Scanner) -> bool:
        """Read the project's template again; tell whether it changed. Blocking."""
        key = self.effective.settings.headers.template
        text, template = "", None
        try:
            data, _ = scanner.read(key)
        except (OSError, DbpError):
            data = b""  # most projects have none
        if len(data) > MAX_TEMPLATE:
            log.warning("%s is too large for a header template: the default one is used", key)
        elif data:
            encoding = "utf-16" if data[:2] in _UTF16 else "utf-8-sig"
            text = data.decode(encoding, "replace").replace("\0", "")
            template = parse_template(text, key)
            if template is None:
                log.warning("%s has no [section]: the default header template is used", key)
        old = self._template
        self._template = (text, template) if template else ("", DEFAULT)
        return old[0] != self._template[0]


def accept_params(uri: str, names: Sequence[str] = ()) -> Json:
    """Make the parameters of `dbp/accept`."""
    return {"uri": uri, "names": list(names)}
