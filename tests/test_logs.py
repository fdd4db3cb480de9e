"""The log as files: whole JSON lines below a cap, whatever the disk and other processes do."""

from __future__ import annotations

import errno
import json
import logging
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dbp import logs
from dbp.logs import FileHandler, files, render

MB = 1024 * 1024
SERVER = str(Path(__file__).parents[1] / "server")


def spawn(name: str, run: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


class Log:
    """A logger with files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logger = logging.Logger("dbp.test", logging.DEBUG)  # noqa: LOG001  # nobody else's
        self.handler = FileHandler(self.place, spawn)
        self.handler.configure(enabled=True, max_mb=1, logger=self.logger)

    def place(self) -> Path:
        """Give the folder."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        return self.folder

    def lines(self) -> list[dict[str, Any]]:
        """Read all lines of all files, in the order they were written in."""
        self.handler.flush()
        found = [file.path.read_text(encoding="ascii") for file in files(self.folder)]
        return [json.loads(line) for text in found for line in text.splitlines()]

    def bytes(self) -> int:
        """Add up what is there."""
        return sum(path.stat().st_size for path in self.folder.iterdir())


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    monkeypatch.setattr(logs, "FLUSH", 10.0)
    made = Log(tmp_path / "logs")
    yield made
    made.handler.configure(enabled=False, max_mb=1, logger=made.logger)


def record(message: Any = "said", *args: Any, **extra: Any) -> logging.LogRecord:
    logger = logging.Logger("dbp.test")  # noqa: LOG001  # nobody else's
    return logger.makeRecord("dbp.test", logging.INFO, "f", 1, message, args, None, extra=extra)


def test_a_line_is_an_object_that_says_when_who_and_what(log: Log) -> None:
    """Rows G44 to G46: structured, with the job's id beside the message."""
    log.logger.info("done in %d s", 3, extra={"job": "j1", "service": "sync", "workspace": "/w"})
    (line,) = log.lines()
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "dbp.test",
        "message": "done in 3 s",
        "thread": "MainThread",
        "job": "j1",
        "service": "sync",
        "workspace": "/w",
    }


def test_a_defect_comes_with_its_traceback(log: Log) -> None:
    try:
        int("odd")
    except ValueError:
        log.logger.exception("it failed")
    (line,) = log.lines()
    assert line["level"] == "error"
    assert line["error"].startswith("Traceback")
    assert line["error"].endswith("with base 10: 'odd'")


class Nasty:
    """An object that cannot be shown."""

    def __str__(self) -> str:
        """Fail."""
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "odd",
    [
        record("a\nb\x1b[31m\u2028\udcff"),
        record("%d", "not a number"),
        record("too %s %s", "few"),
        record("%s", Nasty()),
        record(Nasty()),
        record("x" * 10**6),
        record("\U0001f600" * 10**6),
        record("said", odd=Nasty(), deep={"a": {}}, infinite=float("inf"), nan=float("nan")),
        record("said", **{f"key{n}": "\x00" * 1000 for n in range(100)}),
        record("said", at="mine", level="mine", logger="mine", error="mine", **{"k" * 1000: 1}),
    ],
)
def test_whatever_is_logged_the_line_is_one_bounded_ascii_object(
    log: Log, odd: logging.LogRecord
) -> None:
    log.logger.handle(odd)
    log.logger.info("after")
    *_, last = log.lines()
    assert last["message"] == "after"
    if not isinstance(odd.msg, Nasty):
        text = render(odd)
        assert text.isascii()
        assert "\n" not in text
        assert len(text) < MB // logs.PARTS
        assert json.loads(text)["level"] == "info"


def test_all_files_together_stay_below_the_cap_and_the_newest_lines_are_kept(log: Log) -> None:
    """Row xN8."""
    most = 0
    for number in range(30_000):
        log.logger.info("line %d %s", number, "x" * 100)
        if number % 1000 == 999:
            log.handler.flush()
            most = max(most, log.bytes())
    numbers = [int(line["message"].split()[1]) for line in log.lines()]
    assert log.handler.dropped == 0
    assert MB // 2 < most <= MB
    assert numbers == list(range(numbers[0], 30_000))


def test_another_cap_holds_at_once(log: Log) -> None:
    log.handler.configure(enabled=True, max_mb=4, logger=log.logger)
    for number in range(20_000):
        log.logger.info("line %d %s", number, "x" * 100)
        if number % 1000 == 999:
            log.handler.flush()
    assert log.bytes() > 2 * MB
    log.handler.configure(enabled=True, max_mb=1, logger=log.logger)
    log.logger.info("one more")
    log.handler.flush()
    assert log.bytes() <= MB


def test_files_and_their_folder_are_their_owners_alone(log: Log) -> None:
    log.logger.info("said")
    log.handler.flush()
    (file,) = files(log.folder)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert file.process == os.getpid()


def test_what_is_not_a_log_file_is_left_alone(log: Log) -> None:
    log.place()
    other = log.folder / "dbp-mine.jsonl"
    other.write_bytes(b"x" * 2 * MB)
    target = log.folder.parent / "target"
    target.write_bytes(b"x" * 2 * MB)
    link = log.folder / "dbp-20200101T000000Z-1-1.jsonl"
    link.symlink_to(target)
    for _ in range(5000):
        log.logger.info("%s", "x" * 1000)
    log.handler.flush()
    assert other.stat().st_size == target.stat().st_size == 2 * MB
    assert link.is_symlink()


def test_a_process_whose_file_was_removed_begins_another(log: Log) -> None:
    log.logger.info("first")
    log.handler.flush()
    (file,) = files(log.folder)
    file.path.unlink()
    log.logger.info("second")
    assert [line["message"] for line in log.lines()] == ["second"]


def test_no_thread_is_started_before_the_first_line(tmp_path: Path) -> None:
    started: list[str] = []
    handler = FileHandler(lambda: tmp_path, lambda name, _run: started.append(name))
    logger = logging.Logger("dbp.test")  # noqa: LOG001  # nobody else's
    handler.configure(enabled=True, max_mb=1, logger=logger)
    handler.flush()
    assert started == []
    logger.warning("said")
    logger.warning("said again")
    assert started == ["log"]


def test_what_is_not_wanted_is_not_written(log: Log) -> None:
    log.handler.configure(enabled=False, max_mb=1, logger=log.logger)
    log.logger.error("said")
    assert log.lines() == []
    assert not log.folder.exists()


def test_a_disk_that_hangs_holds_nobody_and_what_was_lost_is_counted(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, reached, write = threading.Event(), threading.Event(), os.write

    def hang(file: int, data: bytes) -> int:
        reached.set()
        go_on.wait(30)
        return write(file, data)

    monkeypatch.setattr(os, "write", hang)
    log.logger.info("hangs")
    assert reached.wait(10)
    for number in range(logs.QUEUE + 500):
        log.logger.info("line %d", number)
    assert log.handler.dropped == 500
    go_on.set()
    log.handler.flush()
    log.logger.info("after")
    messages = [line["message"] for line in log.lines()]
    assert "500 lines were not written: the disk did not take them" in messages
    assert messages[-1] == "after"
    assert len(messages) == 1 + logs.QUEUE + 1 + 1


@pytest.mark.parametrize("short", [True, False])
def test_a_full_disk_is_told_once_on_stderr_and_never_raised(
    log: Log, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *, short: bool
) -> None:
    full, write = threading.Event(), os.write

    def maybe(file: int, data: bytes) -> int:
        if not full.is_set():
            return write(file, data)
        if short:
            return write(file, data[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", maybe)
    log.logger.info("before")
    log.handler.flush()
    full.set()
    for _ in range(100):
        log.logger.info("lost")
    log.handler.flush()
    full.clear()
    late = record("after")
    late.created += logs.RETRY
    log.logger.handle(late)
    assert [line["message"] for line in log.lines()] == [
        "before",
        "100 lines were not written: the disk did not take them",
        "after",
    ]
    said = capfd.readouterr()
    assert said.err.count("the log cannot be written to a file") == 1
    assert said.out == ""


def test_a_folder_that_cannot_be_had_is_told_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    log = Log(tmp_path / "file" / "logs")
    for _ in range(10):
        log.logger.error("said")
    log.handler.flush()
    assert capfd.readouterr().err.count("Not a directory") == 1


_FLOOD = """
import logging, sys, threading
from pathlib import Path
from dbp.logs import FileHandler
import dbp.logs
dbp.logs.FLUSH = 30.0
def spawn(name, run):
    threading.Thread(target=run, daemon=True).start()
handler = FileHandler(lambda: Path(sys.argv[1]), spawn)
logger = logging.Logger("dbp.flood")
handler.configure(enabled=True, max_mb=1, logger=logger)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    logger.info("%s %d %s", sys.argv[2], number, "x" * 100)
    if number % 500 == 0:
        handler.flush()
handler.flush()
"""


@pytest.mark.parametrize("processes", [3, logs.PARTS + 4])
def test_processes_side_by_side_write_whole_lines_and_stay_below_the_cap(
    tmp_path: Path, processes: int
) -> None:
    argv = [sys.executable, "-c", _FLOOD, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": SERVER}
    running = [
        subprocess.Popen([*argv, f"p{each}", "4000"], stdin=subprocess.PIPE, env=environment)
        for each in range(processes)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    most = 0
    while any(process.poll() is None for process in running):
        most = max(most, sum(file.size for file in files(tmp_path)))
        os.sched_yield()
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0
    found = files(tmp_path)
    assert most <= MB
    assert sum(file.size for file in found) > MB // 4
    assert len({file.process for file in found}) > 1
    for file in found:
        text = file.path.read_text(encoding="ascii")
        assert text.endswith("\n")
        said = [json.loads(line)["message"].split() for line in text.splitlines()]
        numbers = [int(number) for _, number, _ in said]
        assert len({name for name, *_ in said}) == 1
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_what_ended_processes_wrote_is_kept_while_it_is_small(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", _FLOOD, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": SERVER}
    running = [
        subprocess.Popen([*argv, f"p{each}", "1"], stdin=subprocess.PIPE, env=environment)
        for each in range(logs.PARTS + 1)
    ]
    for process in running:
        process.communicate(b"go\n")
        assert process.returncode == 0
    log = Log(tmp_path)
    log.logger.info("last")
    # None is as large as a living one's may become, so nothing had to go.
    assert len(log.lines()) == len(running) + 1
