"""The watcher when the system refuses or loses something: never silent."""

from __future__ import annotations

import errno
import os

import pytest
from sources_help import Watch, tree
from watchdog.observers.inotify_c import InotifyFD

from dbp.paths import Root
from dbp.sources import inotify
from dbp.sources.mounts import file_system, raises_no_events


def test_watchdog_still_has_the_inside_we_reach_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert inotify.contract_holds()
    monkeypatch.delattr(InotifyFD, "_get_or_create_watch")
    assert not inotify.contract_holds()


def test_another_watchdog_is_watched_with_plainly(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inotify, "contract_holds", lambda: False)
    watched = watch(exclude=["gen/"])
    tree(watched.folder, "a.py", "gen/x.py")
    (watched.bell / "note").touch()
    watched.sink.until(("file", "a.py"), ("bell", "note"))
    assert watched.watcher.alive()
    assert watched.watcher.status().backend == "inotify"


def test_a_queue_overflow_is_told_and_survived(watch: Watch) -> None:
    watched = watch("auto")
    tree(watched.folder, "a", "b", *(f"d{i}/x" for i in range(20)))
    watched.barrier()
    before = watched.watcher.status().directories
    with open("/proc/sys/fs/inotify/max_queued_events") as file:  # noqa: PTH123 - one number
        limit = int(file.read())
    group = watched.watcher._native._observer.group()
    with group._lock:  # the reading thread waits here while the kernel's queue fills
        for i in range(limit + 5000):  # the thread has read up to 2,560 already
            os.utime(watched.folder / "ab"[i % 2])
        tree(watched.folder, "late/deep/y")
    watched.sink.until(("overflow", ""))
    status = watched.watcher.status()
    assert (status.overflows, status.directories) == (1, before + 2)
    watched.barrier()
    tree(watched.folder, "late/deep/z", "d7/z")
    assert {("file", "late/deep/z"), ("file", "d7/z")} <= set(watched.barrier())
    assert watched.watcher.alive()


def test_the_watch_limit_is_named(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    real, budget = InotifyFD._get_or_create_watch, 6

    def limited(self: InotifyFD, path: bytes, mask: int) -> object:
        nonlocal budget
        if budget == 0:
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        budget -= 1
        return real(self, path, mask)  # type: ignore[arg-type]

    monkeypatch.setattr(InotifyFD, "_get_or_create_watch", limited)
    watched = watch()
    tree(watched.folder, *(f"d{i}/" for i in range(10)))
    watched.barrier()
    status = watched.watcher.status()
    assert status.directories == 5
    assert status.warning is not None
    assert status.warning.startswith("6 folders are not watched")
    assert status.warning.endswith("with sudo sysctl fs.inotify.max_user_watches=524288")
    tree(watched.folder, "still.py")
    assert ("file", "still.py") in watched.barrier()


def test_without_an_inotify_instance_it_polls(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_cls: object = None) -> int:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr(InotifyFD, "_create_inotify_fd", refuse)
    watched = watch("auto")
    tree(watched.folder, "a.py")
    watched.sink.until(("file", "a.py"))
    status = watched.watcher.status()
    assert status.backend == "polling"
    assert status.warning is not None
    assert status.warning == (
        "polling: raise the limit with sudo sysctl fs.inotify.max_user_instances=1024"
    )


def test_an_error_on_the_reading_thread_is_survived(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = watch()
    tree(watched.folder, "d/")
    watched.barrier()

    def fail(_self: object, _event: object) -> bool:
        raise KeyError("a race in the library")

    monkeypatch.setattr(inotify.PrunedGroup, "_handle_folder", fail)
    (watched.folder / "d").rmdir()
    watched.sink.until(("overflow", ""))
    monkeypatch.undo()
    tree(watched.folder, "e/f.py")
    watched.barrier()
    assert watched.watcher.alive()


MOUNTS = """\
22 1 8:1 / / rw - ext4 /dev/vda rw
30 22 0:40 / /mnt/c rw - 9p drvfs rw
31 22 0:41 / /mnt/with\\040space rw shared:1 - nfs4 host:/x rw
32 22 0:42 / /mnt/c/inner rw - ext4 /dev/vdb rw
33 22 0:43 / /home rw - btrfs /dev/vdc rw
34 22 0:44 / /home rw - fuse.sshfs host: rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind", "polled"),
    [
        ("/srv/x", "ext4", False),
        ("/mnt/c/Users", "9p", True),
        ("/mnt/cc", "ext4", False),
        ("/mnt/with space/x", "nfs4", True),
        ("/mnt/c/inner/x", "ext4", False),
        ("/home/me", "fuse.sshfs", True),
        ("/", "ext4", False),
    ],
)
def test_file_systems(path: str, kind: str, *, polled: bool) -> None:
    assert file_system(path, MOUNTS) == kind
    assert raises_no_events(kind) is polled


def test_this_machine_has_a_file_system() -> None:
    assert file_system(Root("/").path)
