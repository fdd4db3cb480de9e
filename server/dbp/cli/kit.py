"""What would be sent of a file: prepared exactly as a call would prepare it. Nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dbp.app import build_edges, enrichment_edges
from dbp.clock import SystemClock
from dbp.enrichment.opening import read_template
from dbp.enrichment.prepare import FileFacts, Prepared, key_of, prepare
from dbp.paths import Root
from dbp.ports import DeafSink, Scanner, Stored
from dbp.settings import Effective
from dbp.settings.declaration import Llm


@dataclass(frozen=True, slots=True)
class Kit:
    """Prepares questions exactly as a call would, for as long as the settings are the same."""

    llm: Llm
    scanner: Scanner
    template: str
    ignored: Callable[[str], str | None]
    never_send: Callable[[str], bool]
    hard_links: Callable[[str], int]

    def key(self, stored: Stored) -> str:
        """Name what is paid for, for the content of a file."""
        record = stored.record
        return key_of(record.content_hash, record.language, self.llm, self.template)

    def out_of_scope(self, path: str) -> str | None:
        """Say why a path is none of ours to send. Blocking: may ask git."""
        return self.scanner.why_excluded(path) or self.ignored(path)

    def prepare(self, path: str, data: bytes, stored: Stored) -> Prepared:
        """Make the question about a file, or say why it is withheld."""
        assert stored.extraction is not None  # noqa: S101  # the caller looked
        facts = FileFacts(path, self.never_send, self.hard_links(path), self.template)
        return prepare(facts, data, stored.extraction, stored.meaning, self.llm)


def make_kit(root: Root, effective: Effective) -> Kit:
    """Bind everything that decides what is sent to one folder. Blocking: reads the template."""
    settings, clock = effective.settings, SystemClock()
    scanner, _ = build_edges(root, settings, clock, background=False).open_sources(
        settings, DeafSink()
    )
    edges = enrichment_edges(root, clock)
    never_send, ignored = edges.never_send(settings.llm), edges.ignored(settings)
    return Kit(
        llm=settings.llm,
        scanner=scanner,
        template=read_template(scanner, ignored, never_send, edges.hard_links, settings.llm),
        ignored=ignored,
        never_send=never_send,
        hard_links=edges.hard_links,
    )
