"""The port to the extractors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from dbp.model import Content, ContentKey, Extraction


class ExtractionRequest(NamedTuple):
    """One content to extract. `key.language` is what `Extractor.language` said."""

    path: str
    key: ContentKey
    data: bytes


class Failure(NamedTuple):
    """Why an extraction failed. `transient` failures are tried again by themselves."""

    code: str
    message: str
    transient: bool = False


class Excluded(NamedTuple):
    """The content is no text that can speak about itself: `binary`."""

    reason: str


class Extractor(Protocol):
    """Reads structure out of contents, in processes that may die without hurting anyone."""

    @property
    def version(self) -> str:
        """Names the rules in force; part of every `ContentKey`."""

    def language(self, path: str, head: bytes) -> str:
        """Name the language of a file from its name and first bytes; `text` when unknown."""

    def extract(
        self, requests: Sequence[ExtractionRequest], *, urgent: bool = False
    ) -> list[Content | Failure | Excluded]:
        """Extract each request, in order. Blocking; never raises for what a file holds.

        `urgent`: somebody waits for it, as for a file just saved.
        """

    def use_template(self, text: str) -> None:
        """Read headers by a project's own template from now on; empty is the default one.

        The `version` says so, because other rules are in force.
        """

    def extract_text(
        self, path: str, language: str, text: str, template: str = ""
    ) -> Extraction | Failure:
        """Extract an open buffer, ahead of any other work. Blocking; bounded by the deadline.

        `template` is that of the buffer's project.
        """

    def reap(self, now: float) -> bool:
        """End those that idle; `now` is the clock's `monotonic`. True when any process is left."""

    def close(self) -> None:
        """End every parser process."""
