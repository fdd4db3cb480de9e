"""Small workspaces in memory: their files are really extracted, and judged by the real rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dbp.analysis.edge import Edge
from dbp.analysis.edges import Doors, edges_of, places
from dbp.analysis.findings import Judged, judge
from dbp.analysis.levels import Levels, make_levels
from dbp.analysis.names import NameIndex
from dbp.analysis.staleness import NONE, carry
from dbp.analysis.subject import Subject
from dbp.extract import registry
from dbp.extract.extraction import extract_text
from dbp.facts import Facts, facts_of
from dbp.model import Extraction, Finding
from dbp.template import DEFAULT, Template

EVERYTHING = make_levels(
    dict.fromkeys(
        (
            *("header-stale", "parameter-undocumented", "symbol-undocumented"),
            *("documentation-cycle", "relation-one-sided"),
        ),
        "warning",
    )
)
"""The levels with what is off by default turned on."""


class Files:
    """Files by their keys; `before` is what some of them held when the record was made."""

    def __init__(
        self,
        texts: Mapping[str, str],
        before: Mapping[str, str] | None = None,
        template: Template = DEFAULT,
    ) -> None:
        self._template = template
        self._extractions = {path: self._extract(path, text) for path, text in texts.items()}
        self._before = {path: self._extract(path, text) for path, text in (before or {}).items()}
        self._names = NameIndex(texts)
        self._places = places(texts)
        self._doors = Doors(self._places.__contains__, self._places.__contains__)

    def _extract(self, path: str, text: str) -> Extraction:
        language = registry.language(path, text[:200].encode())
        return extract_text(path, language, text, self._template)

    def _facts(self, path: str) -> Facts | None:
        extraction = self._extractions.get(path)
        return facts_of(extraction) if extraction is not None else None

    def _edges(self, path: str) -> Iterable[Edge]:
        extraction = self._extractions.get(path)
        if extraction is None:
            return ()
        return edges_of(path, extraction.language, facts_of(extraction), self._doors)

    def subject(self, path: str) -> Subject:
        """Make the subject of a file."""
        extraction, stale = self._extractions[path], ()
        if path in self._before:
            stale = tuple(carry(facts_of(self._before[path]), NONE, facts_of(extraction)))
        return Subject(
            path,
            extraction,
            self._places.__contains__,
            extraction_of=self._extractions.get,
            facts_of=self._facts,
            stale=stale,
            template=self._template,
            files_named=self._names.files_named,
            edges_of=self._edges,
        )

    def judged(self, path: str, levels: Levels = EVERYTHING) -> Judged:
        """Judge a file."""
        return judge(self.subject(path), levels)

    def found(self, path: str, levels: Levels = EVERYTHING) -> Sequence[Finding]:
        """Find what is to be shown of a file."""
        return self.judged(path, levels).findings

    def codes(self, path: str, levels: Levels = EVERYTHING) -> list[str]:
        """Name what is found, in order."""
        return [finding.code for finding in self.found(path, levels)]
