"""The sync service: disk, record, memory and search index say the same.

Vectors come with embeddings; until then the search index is what follows the record.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from serving import Serving
from sqlalchemy import TableClause, func, select

from dbp.job import JobStatus
from dbp.paths import Root
from dbp.settings.declaration import Cache
from dbp.store.tables import FILES
from dbp.view import View


def found(s: Serving, word: str) -> set[str]:
    """Name the files a search finds."""
    return {hit.path for hit in s.real.search(word)}


def raw(s: Serving, statement: str, parameters: Sequence[Any] = ()) -> None:
    """Change the database behind the store's back."""
    with s.real._database.write() as connection:
        connection.exec_driver_sql(statement, tuple(parameters))


def test_vs1_nothing_differs_after_a_storm(tmp_path: Path) -> None:
    """Row VS1."""
    chosen = random.Random(5)  # noqa: S311 - a test's dice
    with Serving(tmp_path) as s:
        names = [f"f{number}.py" for number in range(30)]
        for _ in range(200):
            name = chosen.choice(names)
            if name in s.disk.files and chosen.random() < 0.3:
                s.delete(name)
            else:
                s.save(name, f"word{chosen.randrange(50)}\nmore".encode())
            if chosen.random() < 0.1:
                s.turn(chosen.random() * 6)
        s.turn(1)
        s.settle()
        s.turn(6)
        s.quiet()
        result = s.done("sync", "full_resync")
        assert result["files"] == len(s.disk.files)
        assert result["differences"] == {"record": 0, "memory": 0, "search": 0}
        assert not any(result["left"].values())
        assert s.services["sync"]["search"] == {
            "pending": 0,
            "indexed": len(s.disk.files),
            "leaving": 0,
        }


def test_vs2_c20_c21_the_index_follows_new_and_changed_files_as_the_settings_say(
    tmp_path: Path,
) -> None:
    """Rows VS2, C20, C21."""
    with Serving(tmp_path, incremental_sync={"sync_on_create": False}) as s:
        s.record("a.py", "the alpha")
        s.turn(6)
        s.wait_for("sync")
        assert found(s, "alpha") == set()
        s.done("sync", "batch_sync")  # somebody asks: now it is taken in
        assert found(s, "alpha") == {"a.py"}
        s.record("a.py", "the beta")
        s.turn(6)
        s.wait_for("sync", "batch_sync", 3)
        assert found(s, "beta") == {"a.py"}
        s.engine.services.configure("sync", sync_on_create=True, sync_on_update=False)
        s.record("a.py", "the gamma")
        s.record("b.py", "the delta")
        s.turn(6)
        s.until(lambda: found(s, "delta") == {"b.py"}, "the new file")
        s.quiet()
        assert found(s, "gamma") == set()
        assert s.real.search_state().pending == 1


def test_vs3_a_changed_relationship_reaches_the_graph(tmp_path: Path) -> None:
    """Row VS3."""
    with Serving(tmp_path) as s:
        s.record("a.py", "-> b.py")
        facts = s.real.facts("a.py")
        assert facts is not None
        assert [link.target for link in facts.links] == ["b.py"]
        s.record("a.py", "-> c.py")
        facts = s.real.facts("a.py")
        assert facts is not None
        assert [link.target for link in facts.links] == ["c.py"]


def test_vs4_what_is_deleted_renamed_or_ignored_leaves_the_index(tmp_path: Path) -> None:
    """Row VS4."""
    with Serving(tmp_path) as s:
        for name in ("gone", "old", "secret"):
            s.record(f"{name}.py", name)
        s.turn(6)
        s.wait_for("sync")
        s.delete("gone.py")
        s.disk.rename("old.py", "new.py")
        s.touch("old.py")
        s.touch("new.py")
        s.disk.ignored.add("secret.py")
        s.touch("secret.py")
        s.turn(1)
        s.settle()
        s.turn(6)
        s.wait_for("sync", count=2)
        assert (found(s, "gone"), found(s, "secret")) == (set(), set())
        assert found(s, "old") == {"new.py"}  # its content is what it was
        assert s.real.check_search().none


def test_vs5_one_file_is_synchronised_under_both_names(tmp_path: Path) -> None:
    """Row VS5: a change nobody saw is found, too."""
    with Serving(tmp_path) as s:
        s.record("a.py", "alpha")
        for operation, word in (("sync_file", "beta"), ("sync_task", "gamma")):
            s.disk.write("a.py", word.encode())
            result = s.done("sync", operation, "a.py")
            assert (result["operation"], result["state"]) == ("sync_file", "indexed")
            assert found(s, word) == {"a.py"}
        assert s.trigger("sync", "sync_file").error is not None
        s.disk.ignored.add("a.py")
        error = s.trigger("sync", "sync_file", "a.py").error
        assert error is not None
        assert error.code == "ignored"


def test_vs6_cleanup_leaves_no_row_in_any_table(tmp_path: Path) -> None:
    """Row VS6."""
    with Serving(tmp_path) as s:
        s.record("a.py", "-> b.py\nalpha\nbeta")
        s.done("sync", "batch_sync")
        error = s.trigger("sync", "cleanup_task", "a.py").error
        assert error is not None
        assert error.code == "invalid_state"  # it is still there
        s.disk.remove("a.py")
        result = s.done("sync", "cleanup_file", "a.py")
        assert (result["removed"], result["contents"]) == (True, 1)
        for table in ("filemetadata", "content", "contentfacts", "contentsearch", "symbol"):
            assert rows(s, table) == 0, table
        for table in ("docreference", "searchgone", "filesearch_docsize", "symbolsearch_docsize"):
            assert rows(s, table) == 0, table
        assert s.done("sync", "cleanup_file", "a.py")["removed"] is False


def rows(s: Serving, table: str) -> int:
    """Count the rows of a table."""
    with s.real._database.read() as connection:
        return int(
            connection.execute(select(func.count()).select_from(TableClause(table))).scalar_one()
        )


def test_vs7_c22_a_transaction_takes_as_many_files_as_the_setting_says(tmp_path: Path) -> None:
    """Rows VS7, C22."""
    with Serving(tmp_path, incremental_sync={"batch_size": 2}) as s:
        s.engine.services.configure("sync", enabled=False)
        for number in range(5):
            s.record(f"f{number}.py", f"word{number}")
        s.engine.services.configure("sync", enabled=True)
        search = s.done("sync", "batch_sync")["search"]
        # The last one finds that nothing is left.
        assert search == {"taken": 5, "transactions": 4, "pending": 0}


def test_vs8_a_full_resync_restores_a_wrecked_index(tmp_path: Path) -> None:
    """Rows VS8, B45: under its former name as well."""
    with Serving(tmp_path) as s:
        s.record("a.py", "alpha")
        s.record("b.py", "beta")
        s.done("sync", "batch_sync")
        raw(s, "DELETE FROM filesearch")
        raw(s, "DELETE FROM symbolsearch")
        assert found(s, "sentence") == set()
        result = s.done("sync", "force_full_resync")
        assert result["operation"] == "full_resync"
        assert result["differences"]["search"] > 0
        assert not any(result["left"].values())
        assert {name: found(s, name) for name in ("alpha", "beta")} == {
            "alpha": {"a.py"},
            "beta": {"b.py"},
        }


def test_vs8_tables_that_were_taken_away_are_made_anew(tmp_path: Path) -> None:
    """Row VS8."""
    with Serving(tmp_path) as s:
        s.record("a.py", "alpha")
        s.done("sync", "batch_sync")
        raw(s, "DROP TABLE filesearch_data")
        result = s.done("sync", "full_resync")
        assert result["differences"]["search"] == 1  # it could not be read at all
        assert found(s, "alpha") == {"a.py"}


def test_m9_a_row_that_was_tampered_with_is_repaired_and_counted(tmp_path: Path) -> None:
    """Rows M9, VS1: in the record by reading the file again, in memory by comparing."""
    with Serving(tmp_path) as s:
        s.record("a.py", "alpha")
        s.view = View(Root(str(tmp_path)), s.real, bounds=Cache())
        shown = s.view.get("a.py")
        assert shown is not None
        with s.real._database.write() as connection:
            lie = {"content_hash": "blake2b:lie", "intent": "lie"}
            connection.execute(FILES.update().values(**lie))
        result = s.done("sync", "full_resync")
        assert result["differences"]["record"] == 1
        assert result["differences"]["memory"] == 1
        again = s.view.get("a.py")
        assert again is not None
        assert again.record == s.real.stored("a.py").record  # type: ignore[union-attr]
        assert again.content_hash == shown.content_hash
        assert s.services["sync"]["repaired"] >= 2


def test_vs9_the_start_finds_what_changed_meanwhile(tmp_path: Path) -> None:
    """Row VS9: unchanged files are not read again."""
    with Serving(tmp_path) as s:
        for name in ("same", "edited", "deleted", "renamed"):
            s.record(f"{name}.py", f"{name}\nbefore")
        clock, disk = s.clock, s.disk
    disk.write("edited.py", b"edited\nafter")
    disk.remove("deleted.py")
    disk.rename("renamed.py", "moved.py")
    disk.write("added.py", b"added")
    with Serving(tmp_path, clock=clock, disk=disk) as s:
        s.turn(6)
        s.wait_for("sync")
        assert sorted(s.extractor.paths()) == ["added.py", "edited.py"]
        assert found(s, "after") == {"edited.py"}
        assert found(s, "deleted") == set()
        assert found(s, "renamed") == {"moved.py"}
        assert found(s, "added") == {"added.py"}


def test_vs10_the_next_comparison_finds_what_no_event_told(tmp_path: Path) -> None:
    """Rows VS10, C19."""
    with Serving(tmp_path, incremental_sync={"interval_seconds": 100}) as s:
        s.disk.write("quiet.py", b"quiet")
        s.turn(99)
        assert s.jobs("sync", "reconcile") == []
        s.turn(1)
        [job] = s.wait_for("sync", "reconcile")
        assert job.result is not None
        assert (job.result["differences"]["record"], job.result["repaired"]) == (1, 1)
        s.until(lambda: found(s, "quiet") == {"quiet.py"}, "the index")
        s.quiet()
        s.turn(100)
        job = s.wait_for("sync", "reconcile", 2)[-1]
        assert job.result is not None
        assert job.result["differences"]["record"] == 0
        counted = s.services["sync"]
        assert (counted["reconciles"], counted["repaired"]) == (2, 1)


def test_vs10_nothing_is_compared_while_automatic_work_is_paused(tmp_path: Path) -> None:
    """Row VS10."""
    with Serving(tmp_path) as s:
        s.engine.pause()
        s.turn(10_000)
        assert s.jobs("sync", "reconcile") == []


def test_vs11_a_failing_index_leaves_the_record_alone_and_is_tried_again(tmp_path: Path) -> None:
    """Row VS11."""
    with Serving(tmp_path) as s:
        raw(s, "CREATE TEMP TRIGGER no_room BEFORE UPDATE OF synced_at ON main.filemetadata"
            " BEGIN SELECT RAISE(ABORT, 'no room'); END")  # fmt: skip
        s.record("a.py", "alpha")
        s.turn(6)
        s.until(lambda: any(job.retry_count for job in s.jobs("sync")), "the retry")
        known = s.real.known("a.py")
        assert known is not None
        assert known.state == "indexed"
        assert s.real.search_state().pending == 1
        raw(s, "DROP TRIGGER temp.no_room")
        s.turn(3)
        s.until(lambda: s.real.search_state().pending == 0, "the index")
        assert found(s, "alpha") == {"a.py"}
        [job] = s.wait_for("sync")
        assert (job.status, job.retry_count) == (JobStatus.COMPLETED, 1)


def test_while_files_come_in_crowds_it_does_one_small_piece_at_a_time(tmp_path: Path) -> None:
    """Row VS1: it keeps nobody's extraction waiting, and goes on by itself."""
    with Serving(tmp_path, incremental_sync={"batch_size": 1}) as s:
        service = s.service("sync")
        crowded = True
        service.busy = lambda: crowded  # type: ignore[method-assign]
        for number in range(3):
            s.record(f"f{number}.py", f"word{number}")
        s.turn(6)
        [job] = s.wait_for("sync")
        assert job.result is not None
        assert job.result["search"] == {"taken": 1, "transactions": 1, "pending": 2}
        crowded = False
        s.turn(6)
        s.wait_for("sync", count=2)
        assert s.real.search_state().pending == 0
