"""Findings as diagnostics, through exactly one channel per client.

Pulled where the client can pull and be told to pull again; pushed everywhere else. Only open
documents have diagnostics; `dbp check` speaks about the rest.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Sidecar


ALL_SECONDS = 1.0
"""Seconds between looks at all open documents: an index commits fifty times a second."""


def can_pull(capabilities: types.ClientCapabilities) -> bool:
    """Tell whether a client pulls, and pulls again when it is told to."""
    document, workspace = capabilities.text_document, capabilities.workspace
    refresh = workspace.diagnostics.refresh_support if workspace and workspace.diagnostics else None
    return bool(document and document.diagnostic and refresh)


def compute(server: Sidecar, uri: str) -> list[types.Diagnostic]:
    """Compute what is to be shown for an open document now."""
    from dbp.analysis.findings import findings, severities
    from dbp.lsp.convert import lsp_range, to_client

    place = server.place_now(uri)
    parsed = server.overlays.get(uri)
    if place is None or parsed is None or parsed.extraction is None:
        return []
    settings = place.settings.diagnostics
    if not settings.enabled:
        return []
    lines, encoding = server.lines(uri), server.encoding
    levels = severities(settings.severity)
    # Alone, or before the record is open, nobody knows what a reference leads to: accuse none.
    known = place.workspace is not None and place.workspace.view is not None
    exists = place.exists if known else _anything
    return [
        types.Diagnostic(
            range=lsp_range(to_client(finding.range, lines, encoding)),
            message=finding.message,
            severity=types.DiagnosticSeverity(int(finding.severity)),
            code=finding.code,
            source="dbp",
            data=finding.data or None,
        )
        for finding in findings(place.path, parsed.extraction, exists, levels)
    ]


def _anything(_path: str) -> bool:
    return True


class Publisher:
    """Shows what changed, on the client's channel. Loop thread only."""

    def __init__(self, server: Sidecar, *, pulled: bool) -> None:
        self._server = server
        self._pulled = pulled
        self._shown: dict[str, tuple[int | None, list[types.Diagnostic]]] = {}
        self._refreshing = False
        self._timer: asyncio.TimerHandle | None = None
        self._looked_at_all = -ALL_SECONDS

    def refresh(self, uri: str) -> None:
        """A document was parsed, or what its references lead to changed."""
        if self._pulled:
            self._ask_to_pull()
            return
        document = self._server.documents.get(uri)
        if document is None:
            return
        self._publish(uri, compute(self._server, uri), document.version)

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
            self.stop()
            self._looked_at_all = asyncio.get_running_loop().time()
            for document in self._server.documents:
                self.refresh(document.uri)

    def stop(self) -> None:
        """Put nothing off any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def clear(self, uri: str) -> None:
        """A document was closed, or its file left."""
        if not self._pulled and uri in self._shown:
            self._publish(uri, [], None)

    def _publish(self, uri: str, items: list[types.Diagnostic], version: int | None) -> None:
        shown = self._shown.get(uri)
        if shown == (version, items) or (shown is None and not items):
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
