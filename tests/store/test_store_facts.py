"""Facts and anchors in the record: beside the payloads, in path order, damaged ones harmless."""

from __future__ import annotations

import dataclasses

from sqlalchemy import update
from store_values import make_put

from dbp.facts import Facts, Link, Mark, encode_facts
from dbp.model import Stat
from dbp.ports import Accept, Put, Touch
from dbp.store.documents import SqliteStore
from dbp.store.tables import FACTS

ONE = Facts((Link("link", "b.md", 3),), (Mark("f", "d", "c"),))


def put(path: str, name: str, facts: Facts = ONE, anchors: str | None = None) -> Put:
    made = make_put(path, name)
    assert made.content is not None
    content = dataclasses.replace(made.content, facts=encode_facts(facts))
    return Put(made.record, content, anchors=anchors)


def test_facts_come_back_by_path_and_by_content(store: SqliteStore) -> None:
    first = put("a.py", "a")
    store.write([first, put("b.py", "b", Facts())])
    assert store.facts("a.py") == ONE
    assert store.facts("b.py") == Facts()
    assert store.facts("c.py") is None
    assert first.content is not None
    assert store.content_facts([first.content.key]) == {first.content.key: ONE}
    assert store.content_facts([first.content.key._replace(extractor="other")]) == {}


def test_all_facts_are_in_path_order_over_many_pages(store: SqliteStore) -> None:
    names = [f"d/{number:05}.py" for number in range(2500)]
    store.write([put(name, name) for name in reversed(names)])
    store.write([put("caf\udce9.py", "odd")])
    assert [path for path, _, _ in store.all_facts()] == [*names, "caf\udce9.py"]
    assert {language for _, language, _ in store.all_facts()} == {"python"}


def test_anchors_stay_with_the_content_and_leave_when_accepted(store: SqliteStore) -> None:
    store.write([put("a.py", "a", anchors='{"f":"1","g":"2"}')])
    store.write([put("a.py", "a")])
    store.write([Touch("a.py", Stat(9, 9, 9))])
    assert store.marked(["a.py", "nowhere"])["a.py"].anchors == {"f": "1", "g": "2"}
    stored = store.stored("a.py")
    assert stored is not None
    assert stored.anchors == {"f": "1", "g": "2"}
    store.write([Accept("a.py", ("f",)), Accept("nowhere", ("f",))])
    assert store.marked(["a.py"])["a.py"].anchors == {"g": "2"}
    store.write([Accept("a.py")])
    assert store.marked(["a.py"])["a.py"].anchors == {}
    store.write([put("a.py", "a2", anchors='{"h":"1"}')])
    assert store.marked(["a.py"])["a.py"].anchors == {"h": "1"}
    store.write([put("a.py", "a3")])
    assert store.marked(["a.py"])["a.py"].anchors == {}


def test_damaged_facts_cost_this_file_only(store: SqliteStore) -> None:
    store.write([put("a.py", "a"), put("b.py", "b")])
    with store._database.write() as connection:
        connection.execute(update(FACTS).where(FACTS.c.content_id == 1).values(facts=b"nonsense"))
    assert [facts for _, _, facts in store.all_facts()] in ([Facts(), ONE], [ONE, Facts()])


def test_facts_go_with_their_content(store: SqliteStore) -> None:
    store.write([put("a.py", "a")])
    store.write([put("a.py", "b", Facts())])
    store.prune_contents(0)
    with store._database.read() as connection:
        assert connection.execute(FACTS.select()).all() in ([], [(2, b"")])
