"""`make bench-search DIR=…`: searching the index of a folder, beside FTS5 itself in the same run.

The folder is indexed first where it is not yet, into `DBP_STATE_DIR` when that is set and into
`.bench` else, and its search index brought in step; how long that takes and the longest of its
transactions are printed. Then two hundred queries, made of the folder's own names and words, are
asked in turns of dbp and of FTS5 alone, which gets the same words, weighs them with bm25, and gives
row numbers: it ranks nothing, reads no text and says no why.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dbp.clock import SystemClock
from dbp.store.documents import SqliteStore, open_store
from dbp.store.driver import driver
from dbp.words import split

HERE = Path(__file__).resolve()
QUERIES = 200
RAW = "SELECT rowid FROM {0} WHERE {0} MATCH ? ORDER BY bm25({0}) LIMIT 20"


def main() -> None:
    """Index, bring in step, ask."""
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE.parents[2]
    state = Path(os.environ.get("DBP_STATE_DIR") or HERE.parents[2] / ".bench" / "search")
    path = index(folder, state)
    store = open_store(path, SystemClock())
    synchronise(store)
    ask(store, path)
    store.close()


def index(folder: Path, state: Path) -> Path:
    """Index a folder; tell where its record lies."""
    env = {**os.environ, "DBP_STATE_DIR": str(state), "PYTHONDONTWRITEBYTECODE": ""}
    argv = [sys.executable, "-m", "dbp", "index", "--local", "-C", str(folder)]
    started = time.perf_counter()
    subprocess.run(argv, env=env, check=True)
    print(f"indexed in {time.perf_counter() - started:.1f} s")
    [path] = state.glob(f"{folder.name}-*/index.db")
    return path


def synchronise(store: SqliteStore) -> None:
    """Bring the search index in step, in slices as the service does."""
    waiting = store.search_state().pending
    slices: list[float] = []
    while True:
        started = time.perf_counter()
        if not store.sync_search(100, time.time()):
            break
        slices.append(time.perf_counter() - started)
    if slices:
        print(f"{waiting} files in {sum(slices):.1f} s, {len(slices)} transactions: {told(slices)}")


def ask(store: SqliteStore, path: Path) -> None:
    """Ask every query of both, in turns."""
    raw = driver().module.connect(f"{path.as_uri()}?mode=ro", uri=True)
    queries = list(made(raw))
    ours, bare, found = [], [], 0
    for query in queries[:10]:
        store.search(query)
    for query in queries:
        words = " ".join(f'"{word}"' for word in query.split())
        bare.append(timed(lambda words=words: both(raw, words)))
        started = time.perf_counter()
        found += bool(store.search(query))
        ours.append(time.perf_counter() - started)
    raw.close()
    print(f"{len(queries)} queries, {found} with results")
    print(f"  dbp  {told(ours)}")
    print(f"  FTS5 {told(bare)}")
    for value, query in sorted(zip(ours, queries, strict=True))[-3:]:
        print(f"  slowest: {query!r} {value * 1000:.1f} ms")


def both(raw: Any, words: str) -> None:
    """Ask FTS5 alone, files and symbols."""
    for table in ("symbolsearch", "filesearch"):
        raw.execute(RAW.format(table), (words,)).fetchall()


def made(raw: Any) -> Iterator[str]:
    """Make queries of all sorts: whole names, words of names, beginnings, words of intents."""
    chosen = random.Random(5)  # noqa: S311 - the same queries every time
    names = [
        name for (name,) in raw.execute("SELECT name FROM symbol ORDER BY id") if len(name) > 3
    ]
    names = sorted(chosen.sample(names, min(len(names), 40 * QUERIES)))
    told_of = [
        intent
        for (intent,) in raw.execute(
            "SELECT intent FROM filemetadata WHERE intent <> '' ORDER BY id"
        )
    ]
    makers: tuple[Callable[[], str], ...] = (
        lambda: chosen.choice(names),
        lambda: chosen.choice([w for w in split(chosen.choice(names)) if len(w) > 1] or ["get"]),
        lambda: " ".join(split(chosen.choice(names))[:3]),
        lambda: chosen.choice(names)[:5],
        lambda: (
            " ".join(chosen.sample(words, min(3, len(words))))
            if (words := [w for w in split(chosen.choice(told_of)) if len(w) > 3])
            else "init"
        ),
    )
    for number in range(QUERIES):
        yield makers[number % len(makers)]() or "name"


def timed(call: Callable[[], object]) -> float:
    """Measure one call."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def told(values: list[float]) -> str:
    """Say median, 99th percentile and the longest, in milliseconds."""
    ordered = sorted(values)
    p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    return f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, longest {ordered[-1] * 1000:.1f} ms"


if __name__ == "__main__":
    main()
