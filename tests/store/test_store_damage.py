"""Random damage to a database and its WAL: found or harmless, never a wrong answer, healed."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from store_values import make_put

from dbp.clock import TurnableClock
from dbp.errors import StoreError
from dbp.store import probe
from dbp.store.documents import SqliteStore, open_store

HERE = Path(__file__).parent
# Ends without closing, so that half of what was written lies in the WAL only.
FILL = f"""
import os, sys
sys.path[:0] = [{str(HERE)!r}, {str(HERE.parents[1] / "server")!r}]
from pathlib import Path
from dbp.clock import SystemClock
from dbp.store.documents import open_store
from store_values import make_enrich, make_put
for half in (0, 100):
    store = open_store(Path(sys.argv[1]), SystemClock())
    for number in range(half, half + 100):
        name, text = f"f{{number}}", f"t{{number}}"
        store.write([make_put(name, text), make_enrich(name, text)])
    if half:
        os._exit(0)
    store.close()
"""


def damage(path: Path, dice: random.Random) -> None:
    target = Path(str(path) + dice.choice(["", "", "-wal", "-shm"]))
    size = target.stat().st_size
    how = dice.choice(["bytes", "page", "cut", "remove"])
    if how == "remove":
        target.unlink()
    elif how == "cut":
        os.truncate(target, dice.randrange(size))
    else:
        with target.open("r+b") as file:
            for _ in range(dice.choice([1, 5, 50]) if how == "bytes" else 1):
                place = dice.randrange(size)
                file.seek(place if how == "bytes" else place // 4096 * 4096)
                file.write(dice.randbytes(1 if how == "bytes" else 4096))


def complaints(store: SqliteStore) -> set[str]:
    """Use everything once; answers must be right or refused."""
    found: set[str] = set()
    for number in range(0, 200, 5):
        try:
            stored = store.stored(f"f{number}")
        except StoreError as error:
            found.add(error.code)
            continue
        if stored is not None and stored.extraction is not None:
            assert stored.extraction.symbols[0].name == f"t{number}_0"
    try:
        store.known_below()
        store.files("f")
        store.enrichment_counts()
        store.to_enrich(50, now=0.0)
        store.next_enrichment()
        store.write([make_put("new")])
    except StoreError as error:
        found.add(error.code)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("checked_bytes", [0, probe._CHECKED_BYTES])
def test_damage_never_gives_a_wrong_answer_and_heals(
    tmp_path: Path, clock: TurnableClock, monkeypatch: pytest.MonkeyPatch, checked_bytes: int
) -> None:
    monkeypatch.setattr(probe, "_CHECKED_BYTES", checked_bytes)
    original = tmp_path / "original" / "index.db"
    subprocess.run([sys.executable, "-c", FILL, str(original)], check=True)
    dice = random.Random(checked_bytes)  # noqa: S311 - repeatable
    for round_ in range(60):
        path = tmp_path / str(round_) / "index.db"
        shutil.copytree(original.parent, path.parent)
        damage(path, dice)
        store = open_store(path, clock)
        codes = complaints(store)
        store.close()
        assert codes <= {"store_corrupt", "content_damaged"}
        if "store_corrupt" in codes:
            again = open_store(path, clock)
            assert complaints(again) == set()
            assert again.status().notes != ()
            again.close()
        shutil.rmtree(path.parent)


def test_the_extraction_of_another_file_is_never_shown(store: SqliteStore) -> None:
    store.write([make_put("a", "a"), make_put("b", "b")])
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE filemetadata SET content_id = 3 - content_id")
    with pytest.raises(StoreError) as caught:
        store.stored("a")
    assert caught.value.code == "store_corrupt"
