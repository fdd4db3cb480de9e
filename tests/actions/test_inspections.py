"""Open documents are judged on a thread of their own: the newest wins, nobody is forgotten."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pygls.exceptions import JsonRpcException

from dbp.clock import SystemClock
from dbp.facts import Facts, Link
from dbp.lsp.circles import Circles
from dbp.lsp.diagnostics import Publisher
from dbp.lsp.inspections import Inspected, Inspections
from dbp.lsp.overlays import Parsed
from dbp.lsp.sidecar import Place
from dbp.paths import Root
from dbp.settings import load


def never(_pattern: str) -> Any:
    return lambda _key: False


def place(uri: str, version: int, tmp_path: Path) -> Place:
    settings = load(tmp_path, env={}, cli={}, editor={}).settings
    return Place(uri, "a.py", None, settings, Parsed(uri, version, None))


class Slow:
    """Judges when it is let."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.judged: list[int] = []

    def inspect(self, one: Place, _encoding: str) -> Inspected:
        """Wait, then find nothing."""
        assert self.go.wait(10)
        assert one.parsed is not None
        self.judged.append(one.parsed.version)
        return Inspected(one.uri, one.parsed.version, None)

    def recorded(self, _one: Place) -> int:
        """Know of no record."""
        return 0


def inspections(seen: list[int]) -> tuple[Inspections, Slow]:
    loop = asyncio.get_running_loop()
    made = Inspections(
        SystemClock(), loop.call_soon_threadsafe, lambda one, _: seen.append(one.version), never
    )
    slow = Slow()
    made._judge = slow  # type: ignore[assignment]  # all that is asked of it
    return made, slow


def test_what_waits_is_judged_once_as_it_is_then(tmp_path: Path) -> None:
    async def scenario() -> None:
        seen: list[int] = []
        made, slow = inspections(seen)
        for version in range(1, 6):
            made.ask(place("u", version, tmp_path), "utf-16")
        slow.go.set()
        found = await made.latest("u", 10)
        assert found is not None
        assert found.version == 5
        assert len(slow.judged) <= 2, slow.judged
        made.stop()

    asyncio.run(scenario())


def test_the_loop_is_free_while_a_document_is_judged_and_a_wait_ends_in_time(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        made, slow = inspections([])
        made.ask(place("u", 1, tmp_path), "utf-16")
        assert await made.latest("u", 0.01) is None
        slow.go.set()
        assert await made.latest("u", 10) is not None
        made.stop()

    asyncio.run(scenario())


def test_nothing_is_shown_of_a_document_that_was_closed_meanwhile(tmp_path: Path) -> None:
    async def scenario() -> None:
        seen: list[int] = []
        made, slow = inspections(seen)
        made.ask(place("u", 1, tmp_path), "utf-16")
        waiting = asyncio.ensure_future(made.latest("u", 60))
        asyncio.get_running_loop().call_soon(made.forget, "u")
        assert await asyncio.wait_for(waiting, 10) is None
        slow.go.set()
        made.ask(place("v", 2, tmp_path), "utf-16")
        await made.latest("v", 10)
        assert seen == [2]
        made.stop()

    asyncio.run(scenario())


class Folder:
    """A workspace of links between files; counts what is read."""

    def __init__(self, links: dict[str, list[str]]) -> None:
        self.links = links
        self.read: list[str] = []
        self.buffers: set[str] = set()
        self.view = self
        self.root = Root("/nowhere")
        self.effective = load(Path("/nowhere"), env={}, cli={}, editor={})

    def facts(self, path: str) -> Facts | None:
        """Read the facts of a file."""
        self.read.append(path)
        targets = self.links.get(path)
        if targets is None:
            return None
        return Facts(tuple(Link("header", target, 0) for target in targets))

    def exists(self, path: str) -> bool:
        """Tell whether a file is there."""
        return path in self.links

    def overlay(self, path: str) -> object | None:
        """Tell whether a file is open."""
        return True if path in self.buffers else None


def walk(circles: Circles, path: str) -> set[str]:
    """Walk as far as the edges lead."""
    edges_of = circles.search(path)
    seen, todo = {path}, [path]
    while todo:
        for edge in edges_of(todo.pop()):
            if edge.target not in seen:
                seen.add(edge.target)
                todo.append(edge.target)
    return seen


def test_what_did_not_change_is_not_read_again() -> None:
    folder = Folder({"a.py": ["b.py"], "b.py": ["c.py"], "c.py": []})
    circles = Circles(folder)  # type: ignore[arg-type]  # all that is asked of it
    assert walk(circles, "a.py") == {"a.py", "b.py", "c.py"}
    circles.found("a.py", [], cut=False)
    folder.read.clear()
    assert walk(circles, "a.py") == {"a.py"}, "no circle was found, and no edge changed"
    assert folder.read == []


def test_a_record_that_changed_is_read_again_and_a_new_file_is_found() -> None:
    folder = Folder({"a.py": ["b.py"], "b.py": ["new.py"]})
    circles = Circles(folder)  # type: ignore[arg-type]  # all that is asked of it
    assert walk(circles, "a.py") == {"a.py", "b.py"}
    circles.found("a.py", [], cut=False)
    folder.links["new.py"] = ["a.py"]
    circles.changed(["new.py"])
    assert walk(circles, "a.py") == {"a.py", "b.py", "new.py"}
    circles.found("a.py", ["a.py", "b.py", "new.py"], cut=False)
    assert walk(circles, "a.py") == {"a.py", "b.py", "new.py"}, "a known circle is shown again"
    folder.links["new.py"] = []
    circles.changed(["new.py"])
    circles.search("a.py")
    assert [edge.target for edge in circles.edges("new.py")] == []


def test_a_buffer_s_edges_are_never_kept() -> None:
    folder = Folder({"a.py": ["b.py"], "b.py": []})
    folder.buffers.add("a.py")
    circles = Circles(folder)  # type: ignore[arg-type]  # all that is asked of it
    assert walk(circles, "a.py") == {"a.py", "b.py"}
    folder.links["a.py"] = []
    assert walk(circles, "a.py") == {"a.py"}


def test_a_search_that_was_cut_goes_on_next_time() -> None:
    folder = Folder({"a.py": ["b.py"], "b.py": []})
    circles = Circles(folder)  # type: ignore[arg-type]  # all that is asked of it
    walk(circles, "a.py")
    circles.found("a.py", [], cut=True)
    assert walk(circles, "a.py") == {"a.py", "b.py"}


def test_a_pull_is_never_answered_from_an_earlier_text(tmp_path: Path) -> None:
    uri = "file:///w/a.py"
    document = SimpleNamespace(version=1, text="x = 1\n")
    parsed = place(uri, 1, tmp_path)

    async def run() -> None:
        server: Any = SimpleNamespace(
            clock=SystemClock(),
            call_on_loop=asyncio.get_running_loop().call_soon_threadsafe,
            host=SimpleNamespace(path_matcher=never),
            documents={uri: document},
            place_now=lambda _uri: parsed,
            encoding="utf-16",
        )
        publisher = Publisher(server, pulled=True)
        assert await publisher.pull(uri, 10) == []
        document.version = 2
        with pytest.raises(JsonRpcException) as raised:
            await publisher.pull(uri, 10)
        assert raised.value.code == -32802
        assert raised.value.data == {"retriggerRequest": True}
        document.text = None  # nobody will ever read it: to ask again helps nobody
        assert await publisher.pull(uri, 10) == []
        publisher.stop()

    asyncio.run(run())


def test_waiting_for_all_waits_for_what_judging_one_brought_about_for_another(
    tmp_path: Path,
) -> None:
    """A buffer that leads elsewhere now has every other document judged once more."""

    async def scenario() -> list[int]:
        seen: list[int] = []
        found, slow = inspections(seen)

        def told(one: Inspected, _reshaped: bool) -> None:  # noqa: FBT001 - the callback's shape
            seen.append(one.version)
            if one.uri == "file:///b":
                slow.go.clear()
                asyncio.get_running_loop().call_later(0.05, slow.go.set)
                found.ask(place("file:///a", 3, tmp_path), "utf-16")

        found._on_inspected = told
        slow.go.set()
        found.ask(place("file:///a", 1, tmp_path), "utf-16")
        await found.all(10)
        found.ask(place("file:///b", 2, tmp_path), "utf-16")
        await found.all(10)
        found.stop()
        return seen

    assert asyncio.run(scenario()) == [1, 2, 3]
