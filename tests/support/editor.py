"""A scripted editor on a real `dbp serve`: what the end-to-end tests speak through."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from rawclient import RawClient

FULL_CLIENT: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True},
    "workspace": {"configuration": True, "workspaceFolders": True},
    "textDocument": {"hover": {"contentFormat": ["markdown"]}, "publishDiagnostics": {}},
}

HEADER = '''\
###############################################################################
# [Source file intent]
# {intent}
# [Source file design principles]
# - One thing only
# [Source file constraints]
# - None
# [Dependencies]
# codebase: {dependency}
# system: json
###############################################################################
# [GenAI tool change history]
# 2025-04-24T23:38:00Z : Created the module by CodeAssistant
# * Added run
###############################################################################


def run(task, *, retries=3):
    """
    [Function intent]
    Run one task to its end.

    [Implementation details]
    Retries on failure.
    """
    return task
'''


def source(intent: str = "Runs tasks one at a time.", dependency: str = "doc/DESIGN.md") -> str:
    """Make a Python file that says what it is for."""
    return HEADER.format(intent=intent, dependency=dependency)


class Editor:
    """One editor session with one folder open. Answers `workspace/configuration` with nothing."""

    def __init__(self, client: RawClient, root: Path) -> None:
        self.client = client
        self.root = root
        self._versions: dict[str, int] = {}

    @classmethod
    def start(
        cls,
        root: Path,
        state: Path,
        *,
        settings: Mapping[str, Any] | None = None,
        capabilities: Mapping[str, Any] = FULL_CLIENT,
        notifications: bool = False,
        env: Mapping[str, str] | None = None,
        argv: tuple[str, ...] = (sys.executable, "-m", "dbp", "serve"),
        **more: Any,
    ) -> Self:
        """Start a server on a folder and shake hands."""
        environment = {
            "DBP_STATE_DIR": str(state),
            "DBP_CONFIG_DIR": str(state / "config"),
            "DBP_CACHE_DIR": str(state / "cache"),
            # Without cached bytecode every start would compile everything anew.
            "PYTHONDONTWRITEBYTECODE": "",
            **(env or {}),
        }
        given = {"scheduler": {"delay_seconds": 1, "max_delay_seconds": 30}, **(settings or {})}
        client = RawClient.spawn(argv, env=environment, cwd="/")
        options = {"settings": given, "notifications": notifications}
        try:
            client.initialize(root, capabilities=dict(capabilities), options=options, **more)
        except BaseException:
            client.kill()
            raise
        return cls(client, root)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.client.__exit__(*exc)

    # ── documents ──────────────────────────────────────────────────────────────────────────────

    def uri(self, path: str) -> str:
        """Give the URI of a file of the folder."""
        return (self.root / path).as_uri()

    def write(self, path: str, text: str) -> Path:
        """Write a file as another program would."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def open(self, path: str, text: str | None = None, language: str = "python") -> None:
        """Open a file, by default with its text on the disk."""
        shown = (self.root / path).read_text(encoding="utf-8") if text is None else text
        self._versions[path] = 1
        item = {"uri": self.uri(path), "languageId": language, "version": 1, "text": shown}
        self.client.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, path: str, text: str) -> None:
        """Replace the whole text of an open file, unsaved."""
        self._versions[path] += 1
        item = {"uri": self.uri(path), "version": self._versions[path]}
        changes = {"textDocument": item, "contentChanges": [{"text": text}]}
        self.client.notify("textDocument/didChange", changes)

    def save(self, path: str, text: str) -> None:
        """Write a file and say so, as an editor does."""
        self.write(path, text)
        self.client.notify("textDocument/didSave", {"textDocument": {"uri": self.uri(path)}})

    def close(self, path: str) -> None:
        """Close a file."""
        self.client.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(path)}})

    # ── questions ──────────────────────────────────────────────────────────────────────────────

    def settle(self, *, flush: bool = True, timeout: float = 30.0) -> dict[str, Any]:
        """Wait until everything before now is committed and published."""
        return self.client.request("dbp/settle", {"flush": flush}, timeout)

    def status(self) -> dict[str, Any]:
        """Ask for the status."""
        return self.client.request("dbp/status")

    def stats(self) -> dict[str, Any]:
        """Ask for the counters."""
        return self.status()["stats"]

    def metadata(self, path: str) -> dict[str, Any]:
        """Ask for a file's metadata."""
        return self.client.request("dbp/metadata", {"uri": self.uri(path)})

    def intent(self, path: str) -> str | None:
        """Ask for the intent in a file's header."""
        header = self.metadata(path)["header"]
        return header["intent"] if header else None

    def paths(self) -> list[str]:
        """List what is recorded."""
        answer = self.client.request("dbp/files", {"limit": 10_000})
        return [file["path"] for file in answer["files"]]

    def hover(self, path: str, line: int, character: int = 0) -> str | None:
        """Hover; gives the Markdown, or None."""
        position = {"line": line, "character": character}
        params = {"textDocument": {"uri": self.uri(path)}, "position": position}
        answer = self.client.request("textDocument/hover", params)
        return answer["contents"]["value"] if answer else None
