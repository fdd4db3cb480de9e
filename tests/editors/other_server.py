"""Another language server, as a language has it: it hovers and completes, and knows no dbp."""

from __future__ import annotations

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("other", "1")


@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(_params: types.HoverParams) -> types.Hover:
    return types.Hover(types.MarkupContent(types.MarkupKind.PlainText, "The other one *speaks*."))


@server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=["."]))
def completion(_params: types.CompletionParams) -> list[types.CompletionItem]:
    return [types.CompletionItem(label="completed_by_the_other")]


if __name__ == "__main__":
    server.start_io()
