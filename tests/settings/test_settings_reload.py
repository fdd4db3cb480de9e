"""Files that break, and loads after the first: the last good value stays."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from settings_places import NOTHING_MAY_LEAVE, Places

from dbp.settings import (
    WORKSPACE_FILES,
    Settings,
    changed_keys,
    effective_json,
    load,
    needs_restart,
    user_file,
)

DELAY = "scheduler.delay_seconds"


@pytest.mark.parametrize(
    ("name", "text", "line", "column"),
    [
        (".dbp.toml", "[scheduler]\ndelay_seconds = = 3\n", 2, 17),
        (".dbp.toml", "[scheduler]\ndelay_seconds = [1", 2, 19),
        (".dbp.toml", "a = 1\na = 2", 2, 6),
        (".dbp.json", '{"scheduler":\n  {,}}', 2, 4),
        (".dbp.json", "[]", 0, 0),
        (".dbp.json", "[" * 100_000, 0, 0),
        (".dbp.toml", "a = " + "[" * 100_000, 0, 0),
        (".dbp.json", '{"a": ' + "1" * 5000 + "}", 0, 0),
        ("pyproject.toml", "[tool.dbp]\nx", 2, 2),
        ("pyproject.toml", "[tool]\ndbp = 3", 0, 0),
    ],
)
def test_a_broken_file_is_left_out_and_says_where(
    places: Places, name: str, text: str, line: int, column: int
) -> None:
    path = places.write(name, text)
    effective = places.load()

    (problem,) = effective.problems
    assert (problem.line, problem.column) == (line, column)
    assert (problem.path, problem.severity) == (str(path), "error")
    assert problem.message.startswith(f"workspace file {name}: ")
    if line:
        assert f"at line {line}, column {column}" in problem.message
    assert problem.hint == "it is left out"
    assert effective.settings == NOTHING_MAY_LEAVE


def test_a_file_in_another_encoding_is_broken_at_that_place(places: Places) -> None:
    (places.root / ".dbp.toml").write_bytes(b"# fine\n# caf\xe9\n")
    (problem,) = places.load().problems

    assert (problem.line, problem.column) == (2, 6)


def test_numbers_and_nests_too_large_to_write_down_are_refused(places: Places) -> None:
    places.write(".dbp.toml", f"[scheduler]\ndelay_seconds = 0x{'f' * 20000}")
    (problem,) = places.load().problems

    assert problem.message.startswith("scheduler.delay_seconds: this int is not allowed")


def test_a_file_too_large_is_not_read(places: Places) -> None:
    places.write(".dbp.toml", "#" * ((1 << 20) + 1))

    assert "larger than 1024 KB" in places.load().problems[0].message


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes need POSIX")
@pytest.mark.parametrize("name", WORKSPACE_FILES)
def test_no_link_is_followed_and_no_pipe_waited_for(places: Places, name: str) -> None:
    expected = Settings().scheduler
    elsewhere = places.write("config.toml", "")
    elsewhere.write_text("[scheduler]\ndelay_seconds = 5\n[tool.dbp]\n")
    (places.root / name).symlink_to(elsewhere)
    assert places.load(env={"DBP_CONFIG_DIR": "/nowhere"}).settings.scheduler == expected

    (places.root / name).unlink()
    os.mkfifo(places.root / name)
    assert places.load(env={"DBP_CONFIG_DIR": "/nowhere"}).settings.scheduler == expected

    (places.root / name).unlink()
    (places.root / name).mkdir()
    assert places.load(env={"DBP_CONFIG_DIR": "/nowhere"}).settings.scheduler == expected


@pytest.mark.skipif(sys.platform == "win32", reason="links need POSIX")
def test_the_users_own_file_may_be_a_link(places: Places) -> None:
    real = places.write(".dotfile", "[scheduler]\ndelay_seconds = 5")
    (places.config / "config.toml").symlink_to(real)

    assert places.load().settings.scheduler.delay_seconds == 5


def test_the_user_file_moves_with_the_variable(tmp_path: Path) -> None:
    assert user_file({"DBP_CONFIG_DIR": str(tmp_path)}) == tmp_path / "config.toml"
    assert user_file({}).parts[-2:] == ("dbp", "config.toml")


def test_a_file_that_breaks_keeps_what_it_said_last(places: Places) -> None:
    file = places.write(".dbp.toml", "[scheduler]\ndelay_seconds = 20\nbatch_size = 4")
    first = places.load()
    file.write_text("[scheduler]\ndelay_seconds = ")
    broken = places.load(previous=first)
    still = places.load(previous=broken)

    assert still.settings == broken.settings
    assert still.settings.scheduler == first.settings.scheduler
    assert still.origins[DELAY] == first.origins[DELAY]
    assert still.settings.llm.allowed is False
    assert still.problems[0].hint == "what it said before stays in force"
    file.write_text("[scheduler]\ndelay_seconds = 21")
    mended = places.load(previous=still)
    assert mended.settings.scheduler.delay_seconds == 21
    assert mended.settings.scheduler.batch_size == 20
    assert mended.settings.llm.allowed is True
    file.unlink()
    assert places.load(previous=mended).settings == Settings()


@pytest.mark.parametrize("place", ["editor", "env", "cli"])
def test_a_bad_value_keeps_the_last_good_one_of_its_place(places: Places, place: str) -> None:
    def given(value: int) -> dict[str, dict[str, str | int]]:
        if place == "env":
            return {"env": {"DBP_SCHEDULER_DELAY_SECONDS": str(value)}}
        return {place: {DELAY: value}}

    places.write(".dbp.toml", "[scheduler]\ndelay_seconds = 20")
    first = places.load(**given(5))  # type: ignore[arg-type]  # one of three shapes
    second = places.load(**given(0), previous=first)  # type: ignore[arg-type]  # the same

    assert second.settings.scheduler.delay_seconds == 5
    assert second.origins[DELAY] == first.origins[DELAY]
    assert second.problems[0].hint.startswith("5 stays in force")
    third = places.load(previous=second)
    assert third.settings.scheduler.delay_seconds == 20


def test_entries_of_a_mapping_keep_their_last_good_values(places: Places) -> None:
    first = places.load(editor={"diagnostics": {"severity": {"a": "off", "b": "hint"}}})
    entry = places.load(editor={"diagnostics.severity": {"a": "loud"}}, previous=first)
    whole = places.load(editor={"diagnostics.severity": "loud"}, previous=first)

    assert entry.settings.diagnostics.severity == {"a": "off"}
    assert whole.settings.diagnostics.severity == {"a": "off", "b": "hint"}


def test_a_pair_against_the_rule_keeps_the_last_good_pair(places: Places) -> None:
    first = places.load(editor={DELAY: 5, "scheduler.max_delay_seconds": 40})
    second = places.load(editor={DELAY: 60, "scheduler.max_delay_seconds": 30}, previous=first)

    assert second.settings == first.settings
    assert len(second.problems) == 1


def test_another_root_has_no_last_good_values(places: Places, tmp_path: Path) -> None:
    first = places.load(editor={DELAY: 5})
    other = load(tmp_path, env={"DBP_CONFIG_DIR": "/nowhere"}, editor={DELAY: 0}, previous=first)

    assert other.settings.scheduler.delay_seconds == 10


def test_changed_keys_and_those_that_need_a_restart(places: Places) -> None:
    old = places.load().settings
    new = places.load(
        editor={
            DELAY: 5,
            "scheduler.worker_threads": 3,
            "scheduler.max_queue_size": 100,
            "diagnostics.severity.a": "off",
            "fs_monitor": {"ignore_patterns": ["x/"], "backend": "polling"},
        }
    )
    keys = changed_keys(old, new.settings)

    assert keys == {
        DELAY,
        "scheduler.worker_threads",
        "scheduler.max_queue_size",
        "diagnostics.severity",
        "fs_monitor.ignore_patterns",
        "fs_monitor.backend",
    }
    assert needs_restart(keys) == ["fs_monitor.backend", "scheduler.max_queue_size"]
    assert changed_keys(old, old) == frozenset()
    assert effective_json(new)["problems"] == []
