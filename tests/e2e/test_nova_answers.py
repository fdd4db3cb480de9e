"""What an editor session asks the model, and what of the answer an editor gets to see."""

from __future__ import annotations

from typing import Any

import pytest
from bedrock import Received, StandIn, answer
from nova import Nova
from nova_talk import enrichment, honest, module, saying, settle

HISTORY = """\
import os

# 2024-02-03 Moved the books into one file
# see doc/notes.md and doc/ghost.md


def count(books, shelf):
    total = 0
    for book in books:
        if book.shelf == shelf:
            total += 1
    return total


class Shelf:
    def put(self, book):
        self.books.append(book)
        self.books.sort()
        self.full = len(self.books) > 40
        return self.full

    def take(self, name):
        for book in self.books:
            if book.name == name:
                self.books.remove(book)
                return book
        return None
"""


def test_the_default_model_is_in_the_decoded_url(nova: Nova, stand_in: StandIn) -> None:
    """Row X1: the id with its colon, percent-encoded on the wire."""
    nova.write("a.py", module("grow"))
    with nova.editor() as editor:
        settle(editor)
    (request,) = stand_in.requests
    assert request.path == "/model/amazon.nova-lite-v1:0/converse"
    assert request.raw_path == "/model/amazon.nova-lite-v1%3A0/converse"


def test_the_question_has_the_text_the_template_and_the_schema(
    nova: Nova, stand_in: StandIn
) -> None:
    """Rows X2, X3, X4, O2 and C48: also temperature 0, and a bound on the answer."""
    template = "coding_assistant/GENAI_HEADER_TEMPLATE.txt"
    nova.write(template, "[Our own section]\nMARKER-OF-THE-TEMPLATE\n")
    nova.write("a.py", module("grow"))
    with nova.editor(llm={"max_tokens": 900}) as editor:
        settle(editor)
    body = next(r for r in stand_in.requests if "total += step" in r.text).body.decode()
    assert "MARKER-OF-THE-TEMPLATE" in body
    for key in (
        *("headerSections", "intent", "designPrinciples", "constraints", "changeHistory"),
        *("referenceDocumentation", "functions", "classes", "methods", "lineRange"),
    ):
        assert f'"{key}"' in body
    for request in stand_in.requests:
        assert request.json["inferenceConfig"]["temperature"] == 0
        assert request.json["inferenceConfig"]["maxTokens"] <= 900


def test_the_answer_becomes_the_metadata_of_the_file(nova: Nova, stand_in: StandIn) -> None:
    """Rows X5, X6, X7, X8, X9 and X16."""
    nova.write("doc/notes.md", "# Notes\n")
    nova.write("a.py", HISTORY)
    stand_in.responder = saying(
        "Keeps the shelves of a library in order.",
        referenceDocumentation=["doc/notes.md", "doc/ghost.md", "doc/other.md"],
        changeHistory=[
            {"timestamp": "2024-02-03", "summary": "Moved the books into one file"},
            {"timestamp": "2025-01-01", "summary": "Invented by the model itself"},
        ],
    )
    with nova.editor() as editor:
        settle(editor)
        said = editor.metadata("a.py")
        editor.open("a.py")
        links = editor.client.request(
            "textDocument/documentLink", {"textDocument": {"uri": editor.uri("a.py")}}
        )
    assert said["header"]["intent"] == "Keeps the shelves of a library in order."
    symbols = {symbol["name"]: symbol for symbol in said["symbols"]}
    assert symbols["count"]["kind"] == "function"
    assert symbols["count"]["range"]["start"]["line"] == 6
    assert symbols["count"]["range"]["end"]["line"] == 11
    assert symbols["count"]["doc"]["intent"]
    assert symbols["Shelf"]["kind"] == "class"
    methods = {child["name"]: child for child in symbols["Shelf"]["children"]}
    assert (methods["put"]["range"]["start"]["line"], methods["put"]["kind"]) == (15, "method")
    assert methods["take"]["doc"]["intent"]
    assert [entry["summary"] for entry in said["header"]["changeHistory"]] == [
        "Moved the books into one file"
    ]
    assert [r["resolved"] for r in said["references"] if r["resolved"]] == ["doc/notes.md"]
    assert [link["target"] for link in links] == [editor.uri("doc/notes.md")]
    assert links[0]["range"]["start"] == {"line": 3, "character": 6}
    told = said["enrichment"]
    assert (told["state"], told["model"]) == ("done", "amazon.nova-lite-v1:0")
    assert told["at"].endswith("Z")
    assert {"header.intent", "header.changeHistory", "symbols[count].doc.intent"} <= {
        *told["fields"]
    }
    assert "references[doc/notes.md]" in told["fields"]
    assert told["dropped"] >= 2


def test_a_reference_that_the_model_found_opens_its_target_only_where_it_still_stands(
    nova: Nova, stand_in: StandIn
) -> None:
    nova.write("doc/notes.md", "# Notes\n\nWhat everybody has to know of the shelves.\n")
    nova.write("a.py", HISTORY)
    stand_in.responder = saying("Keeps shelves.", referenceDocumentation=["doc/notes.md"])
    with nova.editor() as editor:
        settle(editor)
        editor.open("a.py")
        at = {"position": {"line": 3, "character": 8}}
        here = {"textDocument": {"uri": editor.uri("a.py")}}
        definition = editor.client.request("textDocument/definition", {**here, **at})
        assert definition["uri"] == editor.uri("doc/notes.md")
        assert "doc/notes.md" in (editor.hover("a.py", 3, 8) or "")
        editor.change("a.py", "\n" + HISTORY)
        assert editor.client.request("textDocument/documentLink", here) == []
        assert editor.client.request("textDocument/definition", {**here, **at}) is None


@pytest.mark.parametrize("how", ["tool", "text", "fenced", "prose"])
def test_an_answer_is_read_however_it_is_wrapped(nova: Nova, stand_in: StandIn, how: str) -> None:
    """Row X11."""
    nova.write("a.py", module("grow"))
    stand_in.script = lambda request: answer(honest(request), how)
    with nova.editor() as editor:
        settle(editor)
        assert enrichment(editor, "a.py")["state"] == "done"
        assert editor.intent("a.py")
    assert nova.calls == 1


def test_a_long_file_is_one_bounded_request_and_says_so(nova: Nova, stand_in: StandIn) -> None:
    """Row X18: 600 KB."""
    big = "import os\n" + "".join(module(f"grow_{number}")[10:] for number in range(3600))
    assert len(big) > 600_000
    nova.write("big.py", big)
    nova.write("data.yaml", "".join(f"shelf{n}: books of shelf {n}\n" for n in range(22_000)))
    with nova.editor() as editor:
        settle(editor)
        said = editor.metadata("big.py")
        assert said["enrichment"]["state"] == "done", said["enrichment"]
        assert said["enrichment"]["truncated"] is True
        assert "truncated" in [problem["code"] for problem in said["problems"]]
        assert enrichment(editor, "data.yaml")["state"] == "done"
    assert nova.calls == 2
    assert max(len(request.body) for request in stand_in.requests) < 64_000


def test_tokens_add_up_to_what_the_service_counted(nova: Nova, stand_in: StandIn) -> None:
    """Row X20, retries and answers that are of no use included."""
    for number in range(5):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    useless = [True]

    def script(request: Received) -> Any:
        if useless:
            useless.clear()
            return answer({"functions": "what?"})
        return answer(honest(request))

    stand_in.script = script
    with nova.editor() as editor:
        settle(editor)
        metrics = editor.client.request("dbp/metrics")["llm"]
    used = stand_in.usage
    assert metrics["calls"] == 5
    assert metrics["tokens"] == used["inputTokens"] + used["outputTokens"]
    assert metrics["inputTokens"] == used["inputTokens"]
    assert metrics["outputTokens"] == used["outputTokens"]
    assert metrics["bytesSent"] == sum(len(request.body) for request in stand_in.requests)
    assert metrics["enrichment"] == {"pending": 0, "done": 5, "failed": 0, "skipped": 0}
    assert nova.calls == 6


@pytest.mark.parametrize("most", [1, 4])
def test_as_many_calls_at_once_as_the_setting_says(
    nova: Nova, stand_in: StandIn, most: int
) -> None:
    """Row W15."""
    for number in range(12):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    stand_in.latency = 0.1
    with nova.editor(llm={"max_concurrency": most}) as editor:
        settle(editor)
    assert (stand_in.peak, nova.calls) == (most, 12)
