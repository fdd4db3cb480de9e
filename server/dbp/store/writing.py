"""One batch of writes inside one transaction: Core statements on many rows at a time.

Writes take effect in the order given. Contents come before all of them, because files point at
contents and nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from dbp.errors import StoreError
from dbp.model import Content, ContentKey, FileState
from dbp.ports import Accept, Enrich, Move, Put, Remove, Touch, Write
from dbp.store.facts import accept
from dbp.store.file_sql import MOVE, NEW_FILE, PUT, REMOVE, TOUCH
from dbp.store.meanings import enrich
from dbp.store.queries import CONTENT_KEYS, REVISION
from dbp.store.tables import CONTENT_SEARCH, CONTENTS, FACTS, META, REFERENCES, SYMBOLS
from dbp.words import hidden

# SQLite takes 32,766 parameters a statement; short lists keep the number of cached plans small.
_HASHES_A_QUERY = 500

_COUNT = (
    update(META)
    .where(META.c.key == "revision")
    .values(value=cast(cast(META.c.value, Integer) + 1, Text))
)
_note = upsert(META)
_SET_NOTE = _note.on_conflict_do_update(
    index_elements=["key"], set_={"value": _note.excluded["value"]}
)
_PAYLOAD = (
    update(CONTENTS)
    .where(CONTENTS.c.id == bindparam("number"))
    .values(payload=bindparam("payload"))
)
_LAST_CONTENT = select(func.coalesce(func.max(CONTENTS.c.id), 0))


class Batch:
    """The writes of one transaction."""

    def __init__(self, connection: Connection, now: float) -> None:
        self._connection = connection
        self._now = now
        self._ids: dict[ContentKey, int] = {}

    def apply(self, writes: Sequence[Write]) -> int:
        """Carry out every write; return the new revision."""
        puts = [each for each in writes if isinstance(each, Put)]
        if puts:
            self._contents(puts)
        kinds: dict[type, tuple[Any, Callable[[Any], dict[str, Any]]]] = {
            Put: (PUT, self._file),
            Touch: (TOUCH, _stat),
            Move: (MOVE, _move),
            Remove: (REMOVE, _key),
        }
        for kind, run in groupby(writes, type):
            if kind is Enrich:
                which = [each for each in run if isinstance(each, Enrich)]
                enrich(self._connection, which, self._now)
            elif kind is Accept:
                accept(self._connection, [each for each in run if isinstance(each, Accept)])
            else:
                statement, row_of = kinds[kind]
                self._run(statement, [row_of(each) for each in run])
        return count_commit(self._connection)

    def _run(self, statement: Any, rows: list[dict[str, Any]]) -> None:
        self._connection.execute(statement, rows)

    def _contents(self, puts: Sequence[Put]) -> None:
        """Add the contents that are new, and learn the ids of all that files will point at."""
        for row in content_rows(self._connection, (put.record.content_hash for put in puts)):
            self._learn(ContentKey(row.content_hash, row.language, row.extractor), row.id)
        contents = {put.content.key: put.content for put in puts if put.content is not None}
        # An extraction made again replaces a payload that was damaged; what it says is the same.
        again = [_again(self._ids[key], each) for key, each in contents.items() if key in self._ids]
        if again:
            self._run(_PAYLOAD, again)
        new = [content for key, content in contents.items() if key not in self._ids]
        if not new:
            return
        # Nobody else can write now, so that the next ids are known before the rows are there.
        first = int(self._connection.execute(_LAST_CONTENT).scalar_one()) + 1
        numbered = list(enumerate(new, first))
        self._run(
            insert(CONTENTS), [_content(number, each, self._now) for number, each in numbered]
        )
        symbols = [
            {
                "content_id": number,
                "name": name,
                "qualified_name": qualified_name,
                "kind": kind,
                "line": line,
                "words": words,
            }
            for number, each in numbered
            for name, qualified_name, kind, line, words in each.symbols
        ]
        references = [
            {"content_id": number, "kind": kind, "target": target, "line": line}
            for number, each in numbered
            for kind, target, line in each.references
        ]
        facts = [{"content_id": number, "facts": each.facts} for number, each in numbered]
        self._run(insert(FACTS), facts)
        found_by = [
            {
                "content_id": number,
                "next_symbol": 0 if each.symbols else None,
                "sections": each.sections,
            }
            for number, each in numbered
            if each.symbols or each.sections
        ]
        if found_by:
            self._run(insert(CONTENT_SEARCH), found_by)
        if symbols:
            self._run(insert(SYMBOLS), symbols)
        if references:
            self._run(insert(REFERENCES), references)
        for number, each in numbered:
            self._learn(each.key, number)

    def _learn(self, key: ContentKey, number: int) -> None:
        self._ids[key] = number

    def _file(self, put: Put) -> dict[str, Any]:
        record = put.record
        return {
            "path": record.path,
            **record.stat._asdict(),
            "language": record.language,
            "state": record.state.value,
            "content_hash": record.content_hash,
            "content_id": self._content_id(put),
            "intent": record.intent,
            "extracted_at": record.extracted_at,
            "reason": record.reason,
            "attempts": record.attempts,
            "anchors": put.anchors,
            "words": hidden(record.path) or None,
            **NEW_FILE,
        }

    def _content_id(self, put: Put) -> int | None:
        record = put.record
        if record.state is not FileState.INDEXED:
            return None
        if put.content is not None:
            return self._ids[put.content.key]
        found = self._ids.get(put.key) if put.key is not None else None
        if found is None:
            raise StoreError(
                f"no extraction of {record.path!r} is stored",
                hint="it was pruned meanwhile: extract the file again",
                code="content_missing",
                path=record.path,
            )
        return found


def content_rows(connection: Connection, hashes: Iterable[str]) -> Iterable[Any]:
    """Fetch id, key and intent of every content with one of these hashes."""
    wanted = sorted(set(hashes) - {""})
    for start in range(0, len(wanted), _HASHES_A_QUERY):
        part = wanted[start : start + _HASHES_A_QUERY]
        yield from connection.execute(CONTENT_KEYS, {"hashes": part}).all()


def count_commit(connection: Connection) -> int:
    """Say that this transaction changes the record; return the new revision."""
    connection.execute(_COUNT)
    return int(connection.execute(REVISION).scalar_one())


def set_note(connection: Connection, key: str, value: str) -> None:
    """Keep a small fact under a key of its own."""
    connection.execute(_SET_NOTE, {"key": f"note:{key}", "value": value})


def _content(number: int, content: Content, now: float) -> dict[str, Any]:
    return {
        "id": number,
        **content.key._asdict(),
        "intent": content.intent,
        "created_at": now,
        "payload": content.payload,
    }


def _again(number: int, content: Content) -> dict[str, Any]:
    return {"number": number, "payload": content.payload}


def _stat(touch: Touch) -> dict[str, Any]:
    return {"key": touch.path, **touch.stat._asdict()}


def _move(move: Move) -> dict[str, Any]:
    return {
        "old_key": move.old_path,
        "key": move.path,
        "hidden": hidden(move.path) or None,
        **move.stat._asdict(),
    }


def _key(remove: Remove) -> dict[str, Any]:
    return {"key": remove.path}
