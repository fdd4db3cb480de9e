"""What a hover shows of the model's words: marked, inert, never in the way of the file's own."""

from __future__ import annotations

import re
import time

from bedrock import StandIn, hang
from editor import source
from nova import Nova
from nova_talk import counts, enrichment, module, saying, settle, wait_for

MINE = '''\
"""Keeps the books."""


def kept(first):
    """Kept as a person wrote it."""
    total = first
    for step in range(40):
        total += step
    if total > 1000:
        total = 1000
    return total


def silent(first, second):
    total = first
    for step in range(second):
        total += step * first
    if total > 1000:
        total = 1000
    return total
'''
HARM = (
    "See [the docs](https://evil.example/?d=1) and ![x](https://evil.example/p.png) "
    "<img src=x onerror=alert(1)> [go](command:workbench.action.quit) $(trash) "
    "\x1b[31mred\x1b[0m \u202eturned\u202c https://evil.example/bare "
    "www.evil.example `code` **bold**"
)


def test_words_of_the_model_are_marked_and_those_of_people_are_not(nova: Nova) -> None:
    nova.write("a.py", MINE)
    nova.write("b.py", module("grow"))
    with nova.editor() as editor:
        settle(editor)
        for path in ("a.py", "b.py"):
            editor.open(path)
        own = editor.hover("a.py", 0) or ""
        assert "Keeps the books." in own
        assert "Keeps the books. ✦" not in own
        told = editor.hover("b.py", 0) or ""
        said = editor.metadata("b.py")
        assert f"{said['header']['intent']} ✦" in told
        day = said["enrichment"]["at"][:10]
        assert f"✦ from amazon.nova-lite-v1:0, {day}, not written by a person" in told
        kept = editor.hover("a.py", 3, 5) or ""
        assert "Kept as a person wrote it." in kept
        assert "Kept as a person wrote it. ✦" not in kept
        silent = editor.hover("a.py", 13, 5) or ""
        assert " ✦" in silent
        assert "not written by a person" in silent


def test_while_the_service_hangs_the_local_card_is_there_at_once(
    nova: Nova, stand_in: StandIn
) -> None:
    stand_in.script = lambda _request: hang()
    for number in range(6):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    nova.write("own.py", source("Runs tasks.").replace("Runs tasks", "Runs every task"))
    with nova.editor(llm={"max_concurrency": 4}) as editor:
        editor.settle()
        stand_in.until(lambda: stand_in.active >= 4)
        for path in ("own.py", "f0.py"):
            editor.open(path)
            editor.metadata(path)
        slowest = 0.0
        for _ in range(20):
            for path, shown in (("own.py", "Runs every task."), ("f0.py", "it has no header")):
                began = time.monotonic()
                card = editor.hover(path, 0) or ""
                slowest = max(slowest, time.monotonic() - began)
                assert shown in card
        assert slowest < 0.5
        assert enrichment(editor, "f0.py")["state"] == "pending"
        assert "the model was not asked yet" in (editor.hover("f0.py", 0) or "")
        assert "✦" not in (editor.hover("f0.py", 0) or "")
        stand_in.script = None
        stand_in.release()
        wait_for(editor, lambda: counts(editor)["pending"] == 0)


def test_a_hostile_answer_stays_plain_text(nova: Nova, stand_in: StandIn) -> None:
    """Fault xS4: no link, no image, no HTML, no command, no escape."""
    nova.write("a.py", module("grow"))

    def hostile(request: object) -> object:
        answer = saying(HARM, designPrinciples=[HARM, "# A heading\n- [ ] a task"])(request)  # type: ignore[arg-type]
        for function in answer["functions"]:
            function["docSections"] = {"intent": HARM, "implementationDetails": HARM}
        return answer

    stand_in.responder = hostile
    with nova.editor() as editor:
        settle(editor)
        editor.open("a.py")
        cards = [editor.hover("a.py", 0) or "", editor.hover("a.py", 2, 5) or ""]
        said = editor.metadata("a.py")
    assert enrichment_is_shown(cards[0])
    for card in cards:
        plain = re.sub(r"\\.", "", card)
        plain = re.sub(r"`[^`]*`", "", plain)
        assert not re.search(r"\]\(|!\[|<\w|://|www\.|\$\(|`", plain), plain
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", card)
    assert not re.search(r"[\x00-\x1f\u202a-\u202e]", said["header"]["intent"])


def enrichment_is_shown(card: str) -> bool:
    """Tell whether there is anything of the model in a card at all."""
    return "✦" in card


def test_findings_are_about_the_file_and_not_about_what_a_model_said(nova: Nova) -> None:
    """The header is missing as long as no person wrote one."""
    nova.write("a.py", module("grow"))
    with nova.editor() as editor:
        settle(editor)
        assert editor.intent("a.py")
        editor.open("a.py")
        uri = editor.uri("a.py")
        found = editor.client.wait_notification(
            "textDocument/publishDiagnostics", lambda params: params["uri"] == uri
        )
        assert [item["code"] for item in found["diagnostics"]] == ["header-missing"]
    checked = nova.cli("check", "--format", "json")
    assert "header-missing" in checked.stdout


def test_a_file_that_stays_here_says_why(nova: Nova) -> None:
    nova.write(".dbp.toml", '[llm]\nnever_send = ["mine.py"]\n')
    nova.write("mine.py", module("grow"))
    with nova.editor() as editor:
        settle(editor)
        editor.open("mine.py")
        card = editor.hover("mine.py", 0) or ""
        assert "nothing of this file was sent to the model: llm.never\\_send names it" in card
    assert "total += step" not in nova.sent()
