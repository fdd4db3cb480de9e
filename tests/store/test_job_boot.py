"""Which start of the machine this is: the same for all processes, another after the next start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest

from dbp.store import boot
from dbp.store.boot import boot_id


@pytest.fixture
def fresh() -> Iterator[None]:
    boot_id.cache_clear()
    yield
    boot_id.cache_clear()


def test_all_processes_name_the_start_alike() -> None:
    server = Path(boot.__file__).parents[2]
    script = f"import sys; sys.path[:0] = [{str(server)!r}]; from dbp.store.boot import boot_id\n"
    found = subprocess.run(
        [sys.executable, "-c", f"{script}print(boot_id())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == boot_id()
    assert len(boot_id()) > 5


@pytest.mark.usefixtures("fresh")
def test_a_system_that_does_not_say_is_asked_when_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(boot, "_LINUX", tmp_path / "none")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("psutil.boot_time", lambda: 1_700_000_003.2)
    assert boot_id() == "at 1700000000"


@pytest.mark.usefixtures("fresh")
def test_windows_counts_its_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    class Key:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    asked: list[Any] = []
    registry = SimpleNamespace(
        HKEY_LOCAL_MACHINE="machine",
        OpenKey=lambda *where: asked.append(where) or Key(),
        QueryValueEx=lambda _, name: (asked.append(name) or 41, 4),
    )
    monkeypatch.setitem(sys.modules, "winreg", registry)
    monkeypatch.setattr("sys.platform", "win32")
    assert boot_id() == "start 41"
    assert asked[0][0] == "machine"
    assert asked[1] == "BootId"


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("fails", [False, True])
def test_macos_names_its_session(monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:  # noqa: FBT001 - a case
    def ask(name: bytes, found: Any, *_: object) -> int:
        assert name == b"kern.bootsessionuuid"
        found.value = b"5E5510"
        return -1 if fails else 0

    monkeypatch.setattr(boot.ctypes, "CDLL", lambda _: SimpleNamespace(sysctlbyname=ask))
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr("psutil.boot_time", lambda: 1_700_000_000.0)
    assert boot_id() == ("at 1700000000" if fails else "5E5510")
