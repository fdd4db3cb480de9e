"""A bare pygls server with one hover: the floor that `make bench` measures against."""

from __future__ import annotations

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("bare", "1")


@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(_params: types.HoverParams) -> types.Hover:
    """Answer with a constant."""
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "**bare**"))


server.start_io()
