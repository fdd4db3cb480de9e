"""What the end-to-end tests of enrichment say and hear: files to ask about, answers, a session."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from bedrock import Received
from editor import Editor
from nova import Nova
from obeying import answer_for

from dbp.ports import CallRecord

FUNCTION = """
def {name}(first, second):
    total = first
    for step in range(second):
        total += step * first
    if total > 1000:
        total = 1000
    return total
"""


def module(*names: str) -> str:
    """Make a Python file that says nothing of itself."""
    return "import os\n" + "\n".join(FUNCTION.format(name=name) for name in names)


def honest(request: Received) -> Any:
    """Answer what was asked, as a good model does."""
    return answer_for(request.json)


def saying(intent: str, **sections: Any) -> Callable[[Received], Any]:
    """Answer honestly, but with these header sections."""

    def respond(request: Received) -> Any:
        answer = answer_for(request.json)
        answer["headerSections"] |= {"intent": intent, **sections}
        return answer

    return respond


def settle(editor: Editor, timeout: float = 20.0) -> None:
    """Wait until all that was changed is recorded and asked about."""
    params = {"flush": True, "enrich": True}
    editor.client.request("dbp/settle", params, timeout)


def extraction(editor: Editor) -> dict[str, Any]:
    """Ask for the `extraction` object of the status."""
    return editor.status()["extraction"]


def counts(editor: Editor) -> dict[str, int]:
    """Ask how many files are in which state of enrichment."""
    return extraction(editor)["files"]


def enrichment(editor: Editor, path: str) -> dict[str, Any]:
    """Ask where the enrichment of a file stands."""
    return editor.metadata(path)["enrichment"]


def configure(editor: Editor, **llm: Any) -> None:
    """Give other settings, as an editor does whose user changed them."""
    settings = {"scheduler": {"delay_seconds": 1, "max_delay_seconds": 30}, "llm": llm}
    editor.client.notify("workspace/didChangeConfiguration", {"settings": {"dbp": settings}})
    wait_for(editor, lambda: _has(editor, llm))


def _has(editor: Editor, llm: dict[str, Any]) -> bool:
    shown = editor.client.request("dbp/config")["settings"]["llm"]
    return all(shown[key]["value"] == value for key, value in llm.items())


def ledger(nova: Nova) -> Sequence[CallRecord]:
    """Read the ledger, newest first."""
    account = nova.account()
    try:
        return account.calls()
    finally:
        account.close()


def wait_for(editor: Editor, true: Callable[[], bool], seconds: float = 15.0) -> None:
    """Ask again and again until something holds."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, (
            f"it did not come true: {editor.client.stderr()[-2000:]}"
        )
        editor.client.pump(0.02)


def shown_messages(editor: Editor) -> list[str]:
    """List what the server showed the user."""
    return [
        message["params"]["message"]
        for message in editor.client.notifications
        if message["method"] == "window/showMessage"
    ]
