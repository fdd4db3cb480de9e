"""An editor that asks for code actions and takes them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from editor import FULL_CLIENT, Editor
from rawclient import RawClient

KINDS = {"codeActionKind": {"valueSet": ["quickfix", "source", "source.fixAll"]}}
CODE_ACTION = {"codeActionLiteralSupport": KINDS, "isPreferredSupport": True}
LAZY = {**CODE_ACTION, "dataSupport": True, "resolveSupport": {"properties": ["edit"]}}
CREATES = {"documentChanges": True, "resourceOperations": ["create", "rename", "delete"]}


def client(code_action: Any = CODE_ACTION, edit: Any = CREATES, **document: Any) -> dict[str, Any]:
    """Give the capabilities of a client."""
    made = copy.deepcopy(FULL_CLIENT)
    made["workspace"]["workspaceEdit"] = edit
    made["textDocument"] |= {"codeAction": code_action, **document}
    return made


class Acting(Editor):
    """An editor that takes actions."""

    def __init__(self, client: RawClient, root: Path) -> None:
        super().__init__(client, root)
        self.texts: dict[str, str] = {}
        self.shown: dict[str, list[dict[str, Any]]] = {}

    def show(self, path: str, text: str | None = None, language: str = "python") -> None:
        """Open a file and remember its text."""
        self.texts[path] = (self.root / path).read_bytes().decode() if text is None else text
        self.open(path, self.texts[path], language)

    def type(self, path: str, text: str) -> None:
        """Change a text, unsaved."""
        self.texts[path] = text
        self.change(path, text)

    def diagnostics(self, path: str) -> list[dict[str, Any]]:
        """Give what is shown at a file when all is settled."""
        self.settle()
        for message in self.client.notifications:
            if message["method"] == "textDocument/publishDiagnostics":
                self.shown[message["params"]["uri"]] = message["params"]["diagnostics"]
        return self.shown.get(self.uri(path), [])

    def codes(self, path: str) -> list[str]:
        """Name what is shown."""
        return [one["code"] for one in self.diagnostics(path)]

    def offers(
        self, path: str, diagnostic: dict[str, Any] | None = None, only: list[str] | None = None
    ) -> list[dict[str, Any]]:
        """Ask for the actions of one diagnostic, or of the first line."""
        top = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
        context: dict[str, Any] = {"diagnostics": [diagnostic] if diagnostic else []}
        if only is not None:
            context["only"] = only
        params = {
            "textDocument": {"uri": self.uri(path)},
            "range": diagnostic["range"] if diagnostic else top,
            "context": context,
        }
        return self.client.request("textDocument/codeAction", params) or []

    def take(self, path: str, code: str, title: str = "") -> dict[str, Any]:
        """Take the first action for a finding whose title contains these words."""
        (found, *_) = [one for one in self.diagnostics(path) if one["code"] == code]
        offered = self.offers(path, found)
        action = next((one for one in offered if title in one["title"]), None)
        assert action is not None, [one["title"] for one in offered]
        self.do(action)
        return action

    def do(self, action: dict[str, Any]) -> None:
        """Do what an action says, as an editor does."""
        if "edit" in action:
            for change in action["edit"]["documentChanges"]:
                self._apply(change)
        if "command" in action:
            call = {key: action["command"][key] for key in ("command", "arguments")}
            self.client.request("workspace/executeCommand", call)

    def _apply(self, change: dict[str, Any]) -> None:
        if change.get("kind") == "create":
            path = change["uri"].removeprefix(self.root.as_uri() + "/")
            self.write(path, "")
            return
        path = change["textDocument"]["uri"].removeprefix(self.root.as_uri() + "/")
        text = self.texts.get(path)
        if text is None:
            self.write(path, applied((self.root / path).read_text(), change["edits"]))
        else:
            assert change["textDocument"]["version"] == self._versions[path]
            self.type(path, applied(text, change["edits"]))


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """Apply LSP edits whose columns are UTF-16."""
    data = text.encode("utf-16-le")
    starts = [0]
    for line in text.split("\n")[:-1]:
        starts.append(starts[-1] + 2 * (len(line.encode("utf-16-le")) // 2 + 1))

    def offset(place: dict[str, int]) -> int:
        if place["line"] >= len(starts):
            return len(data)
        return starts[place["line"]] + 2 * place["character"]

    spans = [(offset(e["range"]["start"]), offset(e["range"]["end"]), e["newText"]) for e in edits]
    for start, end, new in sorted(spans, reverse=True):
        data = data[:start] + new.encode("utf-16-le") + data[end:]
    return data.decode("utf-16-le")
