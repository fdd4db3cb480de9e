"""What is enriched next: files people look at, then the others in path order.

The record is the queue: files whose enrichment is undecided are read from it a page at a time, so
that nothing is held for files nobody came to, and nothing is lost when the process ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from dbp.model import EnrichmentState
from dbp.ports import Account, Enrich, Store, ToEnrich

PAGE = 100
"""Files read from the record at a time."""


class Item(NamedTuple):
    """A file to be enriched; `key` is what would be paid for, `why` goes into the ledger."""

    todo: ToEnrich
    key: str
    why: str


class Demand(NamedTuple):
    """What to load: these urgent paths with why, and a page that begins behind `cursor`."""

    urgent: dict[str, str]
    cursor: str
    turn: int


class Backlog:
    """Not thread-safe but for `load`, which works on its own."""

    def __init__(self) -> None:
        self.urgent: dict[str, str] = {}
        self._front: deque[Item] = deque()
        self._back: deque[Item] = deque()
        self._queued: set[str] = set()
        self._cursor = ""
        self._turn = 0
        self.exhausted = False

    def __len__(self) -> int:
        return len(self._front) + len(self._back)

    def call_for(self, path: str, why: str) -> None:
        """Take this file before the others."""
        self.urgent[path] = why

    def look_again(self) -> None:
        """Something changed in the record: page through it anew."""
        self._cursor, self.exhausted = "", False
        self._turn += 1

    def clear(self) -> None:
        """Forget everything read so far; the record still has it."""
        self._front.clear()
        self._back.clear()
        self._queued.clear()
        self.look_again()

    def wants_more(self) -> bool:
        """Tell whether `load` should be called."""
        return bool(self.urgent) or (not self._front and not self._back and not self.exhausted)

    def next(self, keys_in_flight: set[str]) -> Item | None:
        """Take the next file whose content nobody is asking about at this moment."""
        for queue in (self._front, self._back):
            for _ in range(len(queue)):
                item = queue.popleft()
                if item.key not in keys_in_flight:
                    self._queued.discard(item.todo.path)
                    return item
                queue.append(item)
        return None

    def put_back(self, item: Item) -> None:
        """Keep a file for later that could not be asked about now."""
        if item.todo.path not in self._queued:
            self._queued.add(item.todo.path)
            self._front.appendleft(item)

    def demand(self) -> Demand:
        """Say what to load. Resets the urgent paths."""
        urgent, self.urgent = self.urgent, {}
        return Demand(urgent, self._cursor, self._turn)

    def loaded(
        self, demand: Demand, front: Sequence[Item], page: Sequence[Item], *, last: str | None
    ) -> None:
        """Take over what was loaded; `last` is the path the page ended with, None at the end."""
        for queue, items in ((self._front, front), (self._back, page)):
            for item in items:
                if item.todo.path not in self._queued or queue is self._front:
                    self._queued.add(item.todo.path)
                    queue.append(item)
        if demand.turn == self._turn:  # else the record changed while the page was read
            self.exhausted = last is None
            self._cursor = last or ""


KeyOf = Callable[[str, str], str]
"""Names what is paid for, from content hash and language."""


def settle_known(
    store: Store,
    account: Account,
    todos: Sequence[ToEnrich],
    key_of: KeyOf,
    now: float,
    *,
    model: str,
) -> tuple[list[tuple[ToEnrich, str]], list[str]]:
    """Give every file its meaning that somebody paid for already, in one transaction.

    Returns the files that are left with their keys, and the paths that were settled.
    """
    keyed = [(todo, key_of(todo.content_hash, todo.language)) for todo in todos]
    unknown = {key for _, key in keyed if not store.has_meaning(key)}
    paid = account.meanings(unknown) if unknown else {}
    settled = [
        Enrich(
            todo.path,
            todo.content_hash,
            EnrichmentState.DONE,
            now,
            None,
            key,
            paid.get(key),
            model=model,
        )
        for todo, key in keyed
        if key not in unknown or key in paid
    ]
    if settled:
        store.write(settled)
    left = [(todo, key) for todo, key in keyed if key in unknown and key not in paid]
    return left, [write.path for write in settled]
