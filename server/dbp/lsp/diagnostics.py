"""Findings as diagnostics, through exactly one channel per client.

Pulled where the client can pull and be told to pull again; pushed everywhere else. Only open
documents have diagnostics; `dbp check` speaks about the rest. They are judged on a thread of their
own (`dbp.lsp.inspections`); here they are shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from dbp.lsp.inspections import Inspected, Inspections

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Sidecar
    from dbp.workspace import Workspace


ALL_SECONDS = 1.0
"""Seconds between looks at all open documents: an index commits fifty times a second."""


def can_pull(capabilities: types.ClientCapabilities) -> bool:
    """Tell whether a client pulls, and pulls again when it is told to."""
    document, workspace = capabilities.text_document, capabilities.workspace
    refresh = workspace.diagnostics.refresh_support if workspace and workspace.diagnostics else None
    return bool(document and document.diagnostic and refresh)


class Understood(NamedTuple):
    """Which parts of a diagnostic a client reads."""

    related: bool = False
    description: bool = False
    data: bool = False

    @classmethod
    def by(cls, capabilities: types.ClientCapabilities | None) -> Understood:
        """Read it from what the client announced, for either channel."""
        document = capabilities.text_document if capabilities else None
        pushed = document.publish_diagnostics if document else None
        pulled = document.diagnostic if document else None
        return cls(
            any(one and one.related_information for one in (pushed, pulled)),
            any(one and one.code_description_support for one in (pushed, pulled)),
            any(one and one.data_support for one in (pushed, pulled)),
        )


@cache
def _page() -> str | None:
    """Give the URI of the page about findings, where the installation has it."""
    from dbp.paths import path_to_uri

    page = Path(__file__).resolve().parents[1] / "doc" / "findings.md"
    return path_to_uri(str(page)) if page.is_file() else None


def shown(server: Sidecar, inspected: Inspected | None) -> list[types.Diagnostic]:
    """Make diagnostics of what was found, in the client's columns."""
    from dbp.lsp.convert import lsp_range, to_client

    if inspected is None or not inspected.found:
        return []
    lines, encoding = server.lines(inspected.uri), server.encoding
    reads = Understood.by(server.client_capabilities)
    page = _page() if reads.description else None
    made = []
    for finding, places in inspected.found:
        related = [
            types.DiagnosticRelatedInformation(
                types.Location(
                    one.uri,
                    lsp_range(to_client(one.range, lines, encoding) if one.here else one.range),
                ),
                one.message,
            )
            for one in (places if reads.related else ())
        ]
        made.append(
            types.Diagnostic(
                range=lsp_range(to_client(finding.range, lines, encoding)),
                message=finding.message,
                severity=types.DiagnosticSeverity(int(finding.severity)),
                code=finding.code,
                code_description=types.CodeDescription(f"{page}#{finding.code}") if page else None,
                source="dbp",
                related_information=related or None,
                data=(finding.data or None) if reads.data else None,
            )
        )
    return made


class Publisher:
    """Shows what changed, on the client's channel. Loop thread only."""

    def __init__(self, server: Sidecar, *, pulled: bool) -> None:
        self._server = server
        self._pulled = pulled
        self._shown: dict[str, tuple[int | None, list[types.Diagnostic]]] = {}
        self._answered: dict[str, list[types.Diagnostic]] = {}
        self._refreshing = False
        self._timer: asyncio.TimerHandle | None = None
        self._looked_at_all = -ALL_SECONDS
        self.inspections = Inspections(
            server.clock, server.call_on_loop, self._inspected, server.host.path_matcher
        )

    def refresh(self, uri: str) -> None:
        """A document was parsed, or what its references lead to changed."""
        place = self._server.place_now(uri)
        if place is not None and self._server.documents.get(uri) is not None:
            self.inspections.ask(place, self._server.encoding)

    def _inspected(self, inspected: Inspected, reshaped: bool) -> None:  # noqa: FBT001 - a callback
        """Show what was found; others see a document differently when it leads elsewhere now."""
        uri = inspected.uri
        if self._is_past(inspected):
            pass  # the text moved on, and what is found in the newer one comes soon
        elif not self._pulled:
            document = self._server.documents.get(uri)
            version = document.version if document is not None else None
            self._publish(uri, shown(self._server, inspected), version)
        elif shown(self._server, inspected) != self._answered.get(uri, []):
            self._ask_to_pull()
        if reshaped:
            self._led_elsewhere(uri)

    def _is_past(self, inspected: Inspected) -> bool:
        """Tell whether findings speak of an earlier text than the one the client has."""
        document = self._server.documents.get(inspected.uri)
        return document is None or 0 <= inspected.version < document.version

    async def pull(self, uri: str, seconds: float) -> list[types.Diagnostic]:
        """Judge a document for a client that asks; wait this long for it."""
        self.refresh(uri)
        inspected = await self.inspections.latest(uri, seconds)
        document = self._server.documents.get(uri)
        readable = document is not None and document.text is not None
        if inspected is not None and readable and self._is_past(inspected):
            code = int(types.LSPErrorCodes.ServerCancelled)
            text = "the newest text is not read yet"
            raise JsonRpcException(text, code, {"retriggerRequest": True})
        self._answered[uri] = items = shown(self._server, inspected)
        return items

    def published(self, workspace: Workspace, paths: Sequence[str]) -> None:
        """Records changed: look at what refers to them."""
        self.inspections.changed(workspace, paths)
        self.others_changed()

    def _led_elsewhere(self, uri: str) -> None:
        """A buffer is seen by others with other edges or names now."""
        found = self._server.folders.find(uri)
        if found is not None:
            self.inspections.changed(found[0])
            self.others_changed()

    def others_changed(self) -> None:
        """Files came or went: look at what refers to them, now or when a second has gone by."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._looked_at_all + ALL_SECONDS, self.catch_up)
            if self._timer.when() <= loop.time():
                self.catch_up()

    def catch_up(self) -> None:
        """Do now what is put off."""
        if self._timer is not None:
            self._put_nothing_off()
            self._looked_at_all = asyncio.get_running_loop().time()
            for document in self._server.documents:
                self.refresh(document.uri)

    async def caught_up(self, seconds: float) -> None:
        """Wait until everything known is shown, what is put off included."""
        self.catch_up()
        await self.inspections.all(seconds)
        if self._timer is not None:  # what was found now concerns others
            self.catch_up()
            await self.inspections.all(seconds)

    def stop(self) -> None:
        """Show nothing any more."""
        self._put_nothing_off()
        self.inspections.stop()

    def _put_nothing_off(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def clear(self, uri: str) -> None:
        """A document was closed, or its file left."""
        self.inspections.forget(uri)
        self._answered.pop(uri, None)
        if not self._pulled and uri in self._shown:
            self._publish(uri, [], None)
        if len(self._server.documents):
            # Others saw its buffer; from now on they see the record.
            self._server.call_on_loop(self._led_elsewhere, uri)

    def _publish(self, uri: str, items: list[types.Diagnostic], version: int | None) -> None:
        known = self._shown.get(uri)
        if known == (version, items) or (known is None and not items):
            return  # the client knows: to write them all again takes longer than to find them
        if items:
            self._shown[uri] = (version, items)
        else:
            del self._shown[uri]
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=items, version=version)
        )

    def _ask_to_pull(self) -> None:
        if not self._refreshing:
            # One question for all that changes in this turn of the loop.
            self._refreshing = True
            self._server.call_on_loop(self._send_refresh)

    def _send_refresh(self) -> None:
        self._refreshing = False
        self._server.workspace_diagnostic_refresh(None)
