"""The project of the session, and the session in a scripted client: what the answers must be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from acting_editor import CODE_ACTION, Acting, client

STEPS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "steps.json").read_text(encoding="utf-8")
)

_HEADER = '''\
"""
[Source file intent]
{intent}

[Source file design principles]
- One drop at a time

[Source file constraints]
- Never dry

[Dependencies]
codebase: {dependency}
system: json
"""
import json


'''
FILES = {
    "src/pump.py": _HEADER.format(intent="Moves water.", dependency="doc/DESIGN.md")
    + '''\
KIND = "💧"


class Pump:
    def open_valve(self, how_far):
        """[Function intent]
        Let it drip.
        """
        return json.dumps(how_far)
''',
    "src/valve.py": _HEADER.format(intent="Holds water back.", dependency="doc/DESING.md")
    + "def close():\n    return json\n",
    "src/silent.py": "import os\n\n\ndef quiet(number):\n    return os.getpid() + number\n",
    "doc/DESIGN.md": "# Design\n\nHow the parts fit.\n",
    "doc/PLAN.md": "# Plan\n\n- [x] read [the design](DESIGN.md)\n- [ ] build it\n",
}


def make(root: Path) -> None:
    """Write the project."""
    (root / ".git").mkdir(parents=True)
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def expected(root: Path, state: Path) -> list[Any]:
    """Do the steps as a client of nothing but the protocol."""
    with Acting.start(root, state, capabilities=client(CODE_ACTION)) as editor:
        driver = _Driver(editor)
        return [getattr(driver, step["do"])(step) for step in STEPS]


class _Driver:
    def __init__(self, editor: Acting) -> None:
        self.editor = editor
        self.path = ""

    def open(self, step: dict[str, Any]) -> None:
        self.path = step["file"]
        self.editor.show(self.path, language="markdown" if self.path.endswith("md") else "python")

    def settle(self, _step: dict[str, Any]) -> None:
        self.editor.settle()

    def status(self, _step: dict[str, Any]) -> list[Any]:
        status = self.editor.status()
        return [status["state"], status["files"]["indexed"]]

    def hover(self, step: dict[str, Any]) -> str | None:
        return self.editor.hover(self.path, step["line"], step["character"])

    def findings(self, _step: dict[str, Any]) -> list[list[Any]]:
        return sorted(
            [one["range"]["start"]["line"], one["code"], one["message"]]
            for one in self.editor.diagnostics(self.path)
        )

    def definition(self, step: dict[str, Any]) -> str:
        place = {"line": step["line"], "character": step["character"]}
        params = {"textDocument": {"uri": self.editor.uri(self.path)}, "position": place}
        answer = self.editor.client.request("textDocument/definition", params)
        (found,) = answer if isinstance(answer, list) else [answer]
        uri = found.get("targetUri") or found["uri"]
        return str(uri.removeprefix(self.editor.root.as_uri() + "/"))

    def insert(self, step: dict[str, Any]) -> None:
        lines = self.editor.texts[self.path].splitlines(keepends=True)
        lines.insert(step["line"], step["text"])
        self.editor.type(self.path, "".join(lines))

    def action(self, step: dict[str, Any]) -> str:
        return str(self.editor.take(self.path, step["code"], step["title"])["title"])

    def text(self, _step: dict[str, Any]) -> str:
        return self.editor.texts[self.path]

    def save(self, _step: dict[str, Any]) -> None:
        self._save(self.path)

    def _save(self, path: str) -> None:
        self.editor.save(path, self.editor.texts[path])

    def rename(self, step: dict[str, Any]) -> None:
        editor, old, new = self.editor, step["file"], step["to"]
        pair = {"oldUri": editor.uri(old), "newUri": editor.uri(new)}
        edit = editor.client.request("workspace/willRenameFiles", {"files": [pair]})
        editor.do({"edit": edit})
        for path in editor.texts:
            self._save(path)
        (editor.root / old).rename(editor.root / new)
        editor.client.notify("workspace/didRenameFiles", {"files": [pair]})

    def read(self, step: dict[str, Any]) -> str:
        return (self.editor.root / step["file"]).read_text(encoding="utf-8")

    def search(self, step: dict[str, Any]) -> list[list[Any]]:
        found = self.editor.client.request("dbp/search", {"query": step["query"]})
        return [[one["path"], one.get("name"), one["line"]] for one in found["results"][:5]]
