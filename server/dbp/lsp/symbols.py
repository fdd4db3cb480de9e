"""`textDocument/documentSymbol` and `workspace/symbol`. Loaded at the first use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from dbp.card import plain
from dbp.lsp.convert import lsp_range, to_client
from dbp.model import Header, Range, Symbol

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Sidecar

PATIENCE = 1.0
MAX_FOUND = 200
"""Symbols of a workspace that one question gets; an editor shows fewer."""

_KINDS = {
    "function": types.SymbolKind.Function,
    "method": types.SymbolKind.Method,
    "constructor": types.SymbolKind.Constructor,
    "class": types.SymbolKind.Class,
    "struct": types.SymbolKind.Struct,
    "union": types.SymbolKind.Struct,
    "record": types.SymbolKind.Struct,
    "interface": types.SymbolKind.Interface,
    "trait": types.SymbolKind.Interface,
    "protocol": types.SymbolKind.Interface,
    "enum": types.SymbolKind.Enum,
    "module": types.SymbolKind.Module,
    "namespace": types.SymbolKind.Namespace,
    "package": types.SymbolKind.Package,
    "object": types.SymbolKind.Object,
    "field": types.SymbolKind.Field,
    "property": types.SymbolKind.Property,
    "constant": types.SymbolKind.Constant,
    "variable": types.SymbolKind.Variable,
    "type": types.SymbolKind.TypeParameter,
    "section": types.SymbolKind.String,
}

Convert = Callable[[Range], types.Range]


async def of_document(
    server: Sidecar, uri: str
) -> list[types.DocumentSymbol] | list[types.SymbolInformation] | None:
    """List the header's sections and the symbols of a document; null while that is off."""
    place = await server.place(uri)
    parsed = await server.overlays.wait(uri, PATIENCE)
    if place is None or not place.settings.symbols.enabled:
        return None
    if parsed is None or parsed.extraction is None:
        return None
    lines, encoding = server.lines(uri), server.encoding

    def convert(value: Range) -> types.Range:
        return lsp_range(to_client(value, lines, encoding))

    found = [_symbol(symbol, convert) for symbol in parsed.extraction.symbols]
    if parsed.extraction.header is not None and parsed.extraction.language != "markdown":
        found.insert(0, _header(parsed.extraction.header, convert))
    document = server.client_capabilities.text_document
    known = document.document_symbol if document else None
    if known and known.hierarchical_document_symbol_support:
        return found
    return list(_flat(found, uri, None))


def _symbol(symbol: Symbol, convert: Convert) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        name=plain(symbol.name, 200) or "(unnamed)",
        kind=_KINDS.get(symbol.kind, types.SymbolKind.Variable),
        range=convert(symbol.range),
        selection_range=convert(symbol.selection_range),
        detail=plain(symbol.doc.intent or symbol.doc.summary or "", 100) or None,
        children=[_symbol(child, convert) for child in symbol.children] or None,
    )


def _header(header: Header, convert: Convert) -> types.DocumentSymbol:
    sections = [
        types.DocumentSymbol(
            name=plain(section.title, 200) or "(untitled)",
            kind=types.SymbolKind.String,
            range=convert(section.range),
            selection_range=convert(section.range),
        )
        for section in header.sections
    ]
    return types.DocumentSymbol(
        name="header",
        kind=types.SymbolKind.File,
        range=convert(header.range),
        selection_range=convert(header.range),
        detail=plain(header.intent or "", 100) or None,
        children=sections or None,
    )


def _flat(
    symbols: Sequence[types.DocumentSymbol], uri: str, container: str | None
) -> Iterator[types.SymbolInformation]:
    for one in symbols:
        place = types.Location(uri, one.range)
        yield types.SymbolInformation(place, one.name, one.kind, container_name=container)
        yield from _flat(one.children or (), uri, one.name)


async def of_workspace(server: Sidecar, query: str) -> list[types.SymbolInformation] | None:
    """Find symbols by a part of their name, in every folder; null while that is off."""
    await server.folders.ready.wait()
    wanted = [w for w in server.folders if w.effective.settings.symbols.enabled]
    if not wanted:
        return None
    found: list[types.SymbolInformation] = []
    for workspace in wanted:
        named = await server.folders.run(workspace.symbols, query, MAX_FOUND - len(found))
        for path, symbol in named:
            line = types.Position(symbol.line, 0)
            place = types.Location(workspace.root.uri_of(path), types.Range(line, line))
            kind = _KINDS.get(symbol.kind, types.SymbolKind.Variable)
            above = symbol.qualified_name.rpartition(".")[0] or path
            found.append(types.SymbolInformation(place, symbol.name, kind, container_name=above))
    return found
