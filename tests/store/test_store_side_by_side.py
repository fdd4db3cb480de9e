"""Threads and processes on one database: nothing is lost, torn, or seen half done."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from store_values import make_put

from dbp.clock import TurnableClock
from dbp.errors import StoreError
from dbp.ports import Move, Put
from dbp.store.documents import SqliteStore, open_store

HERE = Path(__file__).parent
PRELUDE = f"""
import sys
sys.path[:0] = [{str(HERE)!r}, {str(HERE.parents[1] / "server")!r}]
from pathlib import Path
from dbp.clock import SystemClock
from dbp.store.documents import open_store
from store_values import make_put
store = open_store(Path(sys.argv[1]), SystemClock())
"""


def start(path: Path, script: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def read_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    return process.stdout.readline()


def finish(process: subprocess.Popen[bytes]) -> None:
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_eight_threads_read_while_one_writes(store: SqliteStore) -> None:
    store.write([make_put(f"f{number}", "0") for number in range(20)])
    errors: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                found = store.stored("f3")
                assert found is not None
                assert found.extraction is not None
                hashes = {known.content_hash for known in store.known_below().values()}
                assert len(hashes) == 1
                store.files("f", 5)
                store.version()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for round_ in range(1, 30):
        store.write([make_put(f"f{number}", str(round_)) for number in range(20)])
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []


def test_threads_that_write_all_get_their_own_revision(store: SqliteStore) -> None:
    revisions: list[int] = []

    def write(name: int) -> None:
        revisions.extend(store.write([make_put(f"{name}/{number}")]) for number in range(20))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(revisions) == list(range(1, 81))
    assert len(store.known_below()) == 80


@pytest.mark.slow
def test_six_processes_lose_no_update(path: Path, clock: TurnableClock) -> None:
    script = """
print("ready", flush=True)
sys.stdin.readline()
for _ in range(30):
    with store._database.write() as connection:
        row = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'note:n'").first()
        value = int(row[0]) if row else 0
        connection.exec_driver_sql("REPLACE INTO meta VALUES ('note:n', ?)", (str(value + 1),))
store.close()
"""
    processes = [start(path, script) for _ in range(6)]
    for process in processes:
        assert read_line(process) == b"ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    for process in processes:
        finish(process)
    store = open_store(path, clock)
    assert store.note("n") == "180"
    assert store.status().notes == ()
    store.close()


@pytest.mark.slow
def test_a_killed_writer_leaves_whole_commits(path: Path, clock: TurnableClock) -> None:
    script = """
number = int(store.note("n") or 0)
while True:
    number += 1
    store.write([make_put(f"{number}/{n}", f"{number}-{n}") for n in range(5)])
    store.set_note("n", str(number))
    print(number, flush=True)
"""
    for _ in range(10):
        process = start(path, script)
        acknowledged = [int(read_line(process)) for _ in range(4)][-1]
        process.kill()
        process.communicate()
        store = open_store(path, clock)
        assert store.status().notes == ()
        commits = {name.split("/")[0] for name in store.known_below()}
        assert len(commits) >= acknowledged
        for commit in commits:
            assert len(store.known_below(commit)) == 5
        with store._database.read() as connection:
            counts = connection.exec_driver_sql(
                "SELECT count(*) FROM symbol GROUP BY content_id"
            ).scalars()
            assert set(counts) == {2}
            files, contents = (
                connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()  # noqa: S608
                for name in ("filemetadata", "content")
            )
        assert files == contents == 5 * len(commits)
        store.close()


def test_a_write_waits_for_another_programs_lock(store: SqliteStore, path: Path) -> None:
    script = """
with store._database.write():
    print("locked", flush=True)
    sys.stdin.readline()
"""
    process = start(path, script)
    assert read_line(process) == b"locked\n"
    result: list[int] = []
    writer = threading.Thread(target=lambda: result.append(store.write([make_put("a")])))
    writer.start()
    writer.join(timeout=1)
    assert writer.is_alive()
    assert store.known("a") is None  # readers do not wait
    finish(process)
    writer.join(timeout=10)
    assert result == [1]


def test_a_lock_that_stays_is_reported_and_nothing_is_lost(
    path: Path, clock: TurnableClock
) -> None:
    store = open_store(path, clock, busy_seconds=0.05)
    other = open_store(path, clock)
    with other._database.write(), pytest.raises(StoreError) as caught:
        store.write([make_put("a")])
    assert caught.value.code == "store_busy"
    assert store.write([make_put("a")]) == 1
    other.close()
    store.close()


class Broken:
    """No write at all: applying it fails."""


def attempts() -> Sequence[Sequence[Any]]:
    good = make_put("good", "new")
    odd = make_put("odd")
    return [
        [good, make_put("none", "never", bare=True)],
        [good, Move("kept", "moved", good.record.stat), Broken()],
        [good, Put(odd.record, odd.content), Put(make_put("x", "y").record, None)],
    ]


@pytest.mark.parametrize("writes", attempts())
def test_an_error_in_a_batch_undoes_all_of_it(store: SqliteStore, writes: Sequence[Any]) -> None:
    store.write([make_put("kept", "old")])
    before = store.known_below()
    with pytest.raises((StoreError, KeyError)):
        store.write(writes)
    assert store.known_below() == before
    assert store.version() == 1
    content = make_put("good", "new").content
    assert content is not None
    assert store.has_content([content.key]) == {}
    assert store.write([make_put("good", "new")]) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files")
def test_a_full_disk_stops_writes_only_until_there_is_room(path: Path) -> None:
    script = """
import os, resource
from dbp.errors import StoreError
store.write([make_put("first")])
size = os.stat(sys.argv[1] + "-wal").st_size
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, unlimited[1]))
done = 1
try:
    for number in range(1, 100):
        store.write([make_put(f"{number}/{n}", f"{number}-{n}") for n in range(9)])
        done += 9
    raise SystemExit("never full")
except StoreError as error:
    assert error.code in {"store_full", "store_io"}, error.code
assert store.stored("first").extraction is not None
assert len(store.known_below()) == done
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
store.write([make_put("last")])
assert len(store.known_below()) == done + 1
store.close()
"""
    finish(start(path, script))


def test_processes_that_open_at_once_make_one_database(path: Path, clock: TurnableClock) -> None:
    script = """
store.write([make_put(str(__import__("os").getpid()))])
assert store.status().notes == (), store.status()
store.close()
"""
    for process in [start(path, script) for _ in range(4)]:
        finish(process)
    store = open_store(path, clock)
    assert len(store.known_below()) == 4
    store.close()


def test_nobody_opens_the_database_but_sqlite(path: Path) -> None:
    script = """
import os
opened = []
names = {sys.argv[1] + suffix for suffix in ("", "-wal", "-shm", "-journal")}
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        opened.append(os.fsdecode(arguments[0]))
sys.addaudithook(hook)
def run():
    store = open_store(Path(sys.argv[1]), SystemClock())
    store.write([make_put("a")])
    store.stored("a"); store.known_below("a"); store.status(); store.version()
    store.prune_contents(0)
    store.close()
store.close()
run()
with store._database._lock:
    pass
os.truncate(sys.argv[1], 100)
opened.clear()
run()
assert any(name.endswith(".opening") for name in opened), "the hook sees opens"
assert not names & set(opened), opened
"""
    finish(start(path, script))


def test_memory_is_shared_by_threads_too(tmp_path: Path, clock: TurnableClock) -> None:
    (tmp_path / "file").touch()
    store = open_store(tmp_path / "file" / "index.db", clock)
    found: list[int] = []

    def read() -> None:
        for _ in range(50):
            store.stored("f1")
        found.append(len(store.known_below()))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(30):
        store.write([make_put(f"f{number}", str(number))])
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(store.known_below()) == 30
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no /proc or descriptors to compare")
def test_opening_and_closing_leaks_no_descriptor(path: Path, clock: TurnableClock) -> None:
    open_store(path, clock).close()
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(5):
        store = open_store(path, clock)
        store.write([make_put("a")])
        store.stored("a")
        store.version()
        store.close()
    after = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    assert after == before
