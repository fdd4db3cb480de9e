"""Fetching a commit: exactly that one, within bounds, running nothing, leaving nothing."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from upstream import Silence, Upstream, git_daemon, plain_http, redirecting

from dbp.clock import SystemClock
from dbp.ports import JobCancelledError
from dbp.repository import parse
from dbp.sources.clone import Checkout, CloneError, fetch
from dbp.sources.clone_git import Bounds, environment
from dbp.sources.clone_space import Space, Spaces
from dbp.sources.clone_tree import Written, fits
from dbp.store.leader import LeaderLock

BOUNDS = Bounds(seconds=30, bytes=50_000_000, files=1000, file_bytes=100_000)


def make_spaces(folder: Path) -> Spaces:
    folder.mkdir(exist_ok=True)
    return Spaces(str(folder), lambda path: LeaderLock(Path(path)))


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path / "up" / "project.git")


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Space]:
    spaces = make_spaces(tmp_path / "clones")
    made = spaces.make()
    yield made
    spaces.remove(made)
    assert [each.name for each in (tmp_path / "clones").iterdir()] == ["door.lock"]


def clone(
    space: Space,
    url: str,
    commit: str = "",
    *,
    bounds: Bounds = BOUNDS,
    depth: int = 1,
    check: Callable[[], None] = lambda: None,
    on_cancel: Callable[[Callable[[], None]], None] = lambda _stop: None,
) -> Checkout:
    return fetch(
        parse(url),
        commit,
        space,
        bounds=bounds,
        depth=depth,
        clock=SystemClock(),
        check=check,
        on_cancel=on_cancel,
    )


def tree(space: Space) -> dict[str, bytes]:
    """Give every entry below the space's tree."""
    root = Path(space.tree)
    return {
        str(each.relative_to(root)): each.read_bytes()
        for each in root.rglob("*")
        if not each.is_dir()
    }


def gits() -> list[psutil.Process]:
    """List the git processes we started."""
    return [
        each
        for each in psutil.Process().children(recursive=True)
        if each.status() != psutil.STATUS_ZOMBIE and each.name().startswith("git")
    ]


def trouble(caught: pytest.ExceptionInfo[CloneError]) -> tuple[str, str]:
    return caught.value.code, caught.value.data["reason"]


# ── which commit ───────────────────────────────────────────────────────────────────────────────


def test_the_files_are_those_of_the_commit_and_not_of_the_newest(
    space: Space, upstream: Upstream
) -> None:
    """Row G28."""
    old = upstream.add({"a.md": "old\n", "sub/deep/b.md": "below\n"})
    new = upstream.add({"a.md": "new\n"})

    found = clone(space, upstream.url, old)

    assert found == Checkout(old, Written(2, 0, 0, 0, 0))
    assert tree(space) == {"a.md": b"old\n", "sub/deep/b.md": b"below\n"}
    assert old != new


@pytest.mark.parametrize("wanted", ["", "main", "side", "v1", "notes", "short"])
def test_a_name_becomes_the_hash_of_its_commit(
    space: Space, upstream: Upstream, wanted: str
) -> None:
    """Row G24: a branch, a tag of either kind, the beginning of a hash, or nothing."""
    first = upstream.add({"a": "1"})
    upstream.git("tag", "v1", first)
    upstream.git("tag", "-a", "notes", "-m", "notes", first)
    side = upstream.add({"a": "side"}, "side")
    newest = upstream.add({"a": "2"})
    hashes = {"": newest, "main": newest, "side": side, "v1": first, "notes": first, "short": first}

    found = clone(space, upstream.url, first[:9] if wanted == "short" else wanted)

    assert found.commit == hashes[wanted]


@pytest.mark.parametrize("wanted", ["nothing", "ab" * 20, "abcdef1"])
def test_what_is_not_there_is_said(space: Space, upstream: Upstream, wanted: str) -> None:
    """Row G48."""
    upstream.add({"a": "1"})
    with pytest.raises(CloneError, match="there is no such branch, tag or commit") as caught:
        clone(space, upstream.url, wanted)
    assert trouble(caught) == ("clone_failed", "ref")
    assert caught.value.data["lasting"] is True


def test_a_server_that_gives_no_single_commit_is_asked_for_everything(
    space: Space, upstream: Upstream
) -> None:
    """Row R30."""
    old = upstream.add({"a.md": "old\n"})
    upstream.add({"a.md": "new\n"})
    upstream.git("update-server-info")
    with plain_http(upstream.path.parent) as server:
        found = clone(space, f"{server}/project.git", old)
    assert found.commit == old
    assert tree(space) == {"a.md": b"old\n"}


@pytest.mark.parametrize(("depth", "commits"), [(1, 1), (2, 2), (0, 3)])
def test_only_as_much_history_as_is_wanted_comes_along(
    space: Space, upstream: Upstream, depth: int, commits: int
) -> None:
    """Row C40."""
    for text in "abc":
        upstream.add({"a": text})
    found = clone(space, upstream.url, depth=depth)
    upstream.path = Path(space.git)
    assert upstream.git("rev-list", "--count", found.commit) == str(commits)


def test_git_has_servers_of_its_own(space: Space, upstream: Upstream) -> None:
    commit = upstream.add({"a": "1"})
    with git_daemon(upstream.path.parent) as server:
        assert clone(space, f"{server}/project.git").commit == commit


# ── what is written ────────────────────────────────────────────────────────────────────────────


def test_links_and_submodules_are_left_out_and_counted(
    space: Space, upstream: Upstream, tmp_path: Path
) -> None:
    """Row G39: nothing of a home folder is reached through a clone."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "secret").write_text("mine")
    blob = upstream.blob(b"1")
    entries = {
        "home": ("120000", upstream.blob(str(tmp_path / "home").encode())),
        "lib": ("160000", "ab" * 20),
        "run": ("100755", blob),
    }
    upstream.commit(upstream.tree(entries))

    found = clone(space, upstream.url)

    assert found.written == Written(1, links=1, submodules=1, large=0, unfit=0)
    assert found.written.note == "left out: 1 symbolic link, 1 submodule"
    assert tree(space) == {"run": b"1"}
    assert stat.S_IMODE((Path(space.tree) / "run").stat().st_mode) == 0o600


@pytest.mark.parametrize("filtering", [True, False])
def test_large_files_are_left_out(space: Space, upstream: Upstream, *, filtering: bool) -> None:
    """A server that can is not even asked for them."""
    upstream.git("config", "uploadpack.allowFilter", str(filtering).lower())
    upstream.add({"small": b"x" * 100_000, "large": os.urandom(100_001)})
    found = clone(space, upstream.url)
    assert (found.written.files, found.written.large) == (1, 1)
    size = sum(each.stat().st_size for each in Path(space.git).rglob("*.pack"))
    assert (size < 10_000) is filtering


def test_names_that_lead_elsewhere_are_left_out(space: Space, upstream: Upstream) -> None:
    blob = upstream.blob(b"[core]\n\tfsmonitor = touch /tmp/planted\n")
    inner = upstream.tree({"config": ("100644", blob)})
    entries = {".git": ("40000", inner), ".GIT": ("40000", inner), "..": ("40000", inner)}
    entries |= {"good": ("100644", blob), "git~1": ("100644", blob)}
    upstream.commit(upstream.tree(entries))
    found = clone(space, upstream.url)
    assert list(tree(space)) == ["good"]
    assert found.written.unfit == 4


@pytest.mark.parametrize(
    "path",
    [
        *(b"", b"/a", b"a//b", b"../a", b"a/../b", b".", b".git", b"a/.GIT/b", b".git ", b".git."),
        *(
            b"git~1",
            b"a/GIT~1",
            ".g\u200cit".encode(),
            "\uff0egit".encode(),
            b"a\\b",
            b"a/" * 2000 + b"a",
        ),
        b"n" * 256,
    ],
)
def test_such_a_name_is_never_written(path: bytes) -> None:
    assert not fits(path)


@pytest.mark.parametrize("path", [b"a", b".gitignore", b"a/.github/b", b"\xff\xfe", "ä/ö".encode()])
def test_any_other_name_is(path: bytes) -> None:
    assert fits(path)


# ── what never runs ────────────────────────────────────────────────────────────────────────────


def test_nothing_that_anybody_configured_runs(
    space: Space, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row R19: no hook, filter, template, helper or address rule, whoever set it."""
    ran = tmp_path / "ran"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\necho ran >> {ran}\ncat\n")
    script.chmod(0o755)
    hooks = tmp_path / "template" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("post-checkout", "reference-transaction", "post-merge"):
        (hooks / name).symlink_to(script)
    config = tmp_path / ".gitconfig"
    config.write_text(
        f"""
        [init] templateDir = {tmp_path / "template"}
        [core] hooksPath = {hooks}
        [core] fsmonitor = {script}
        [core] askPass = {script}
        [filter "x"] smudge = {script}
        [filter "x"] process = {script}
        [credential] helper = {script}
        [uploadpack] packObjectsHook = {script}
        [protocol "ext"] allow = always
        [url "ext::{script} "] insteadOf = file://
        """
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(tmp_path / "template"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(script))
    commit = upstream.add(
        {
            ".gitattributes": "* filter=x diff=x\n*.bin filter=lfs\n",
            ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ../x\n\tupdate = !touch ran\n',
            ".lfsconfig": "[lfs]\n\turl = http://127.0.0.1:1/\n",
            "a.md": "as committed\n",
        }
    )

    assert clone(space, upstream.url).commit == commit
    assert tree(space)["a.md"] == b"as committed\n"
    assert not ran.exists()


def test_git_is_given_nothing_of_the_users_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_SSH_COMMAND", "GIT_TRACE", "GIT_PROXY_COMMAND", "SSH_ASKPASS"):
        monkeypatch.setenv(name, "/theirs")
    monkeypatch.setenv("https_proxy", "http://proxy")
    found = environment("/nowhere", "https")
    assert "/theirs" not in found.values()
    assert found["GIT_ALLOW_PROTOCOL"] == "https"
    assert found["HOME"] == "/nowhere"
    assert found["https_proxy"] == "http://proxy"
    assert "SSH_AUTH_SOCK" not in found


def test_a_redirect_is_not_followed(space: Space, upstream: Upstream) -> None:
    upstream.add({"a": "1"})
    upstream.git("update-server-info")
    with (
        plain_http(upstream.path.parent) as target,
        redirecting(target) as server,
        pytest.raises(CloneError) as caught,
    ):
        clone(space, f"{server}/project.git")
    assert trouble(caught) == ("clone_failed", "redirect")


# ── bounds ─────────────────────────────────────────────────────────────────────────────────────


def test_a_server_that_says_nothing_is_left_after_the_timeout(space: Space) -> None:
    """Row C39: nothing of git is left."""
    with Silence() as server, pytest.raises(CloneError, match=r"longer than 0\.5 s") as caught:
        clone(space, server.url, bounds=BOUNDS._replace(seconds=0.5))
    assert trouble(caught) == ("clone_timeout", "timeout")
    assert gits() == []
    assert not (Path(space.path) / "git.pid").exists()


def test_whoever_cancels_ends_git(space: Space) -> None:
    """Row J16: at once, and all of it."""
    stops: list[Callable[[], None]] = []
    cancelled = threading.Event()

    def check() -> None:
        if cancelled.is_set():
            raise JobCancelledError("it was cancelled")

    with Silence() as server:

        def cancel() -> None:
            server.called.wait(10)
            cancelled.set()
            stops[0]()

        thread = threading.Thread(target=cancel)
        thread.start()
        with pytest.raises(JobCancelledError):
            clone(space, server.url, check=check, on_cancel=stops.append)
        thread.join()
    assert gits() == []


def test_a_repository_that_is_too_large_is_given_up(space: Space, upstream: Upstream) -> None:
    upstream.add({f"{number}": os.urandom(90_000) for number in range(20)})
    with pytest.raises(CloneError, match="too large") as caught:
        clone(space, upstream.url, bounds=BOUNDS._replace(bytes=1_000_000))
    assert trouble(caught) == ("clone_failed", "too_large")


def test_more_files_than_allowed_are_not_written(space: Space, upstream: Upstream) -> None:
    upstream.add({f"{number}": "1" for number in range(11)})
    with pytest.raises(CloneError, match="too large"):
        clone(space, upstream.url, bounds=BOUNDS._replace(files=10))
    assert tree(space) == {}


def test_a_tree_that_unfolds_without_end_is_given_up(space: Space, upstream: Upstream) -> None:
    """Ten billion files out of a few hundred bytes."""
    found = upstream.tree({str(number): ("100644", upstream.blob(b"1")) for number in range(10)})
    for _ in range(9):
        found = upstream.tree({str(number): ("40000", found) for number in range(10)})
    upstream.commit(found)
    with pytest.raises(CloneError, match="too large"):
        clone(space, upstream.url, bounds=BOUNDS._replace(bytes=3_000_000))
    assert gits() == []


# ── trouble in words ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("fatal: unable to access 'https://x.invalid/': Could not resolve host: x.invalid", "host"),
        ("ssh: Could not resolve hostname x.invalid: Name or service not known", "host"),
        ("fatal: could not read Username for 'https://x': terminal prompts disabled", "auth"),
        ("git@x: Permission denied (publickey).\nfatal: Could not read from remote", "auth"),
        ("fatal: repository 'https://x/o/r/' not found", "missing"),
        ("fatal: unable to access 'https://x/': Failed to connect to x port 443", "network"),
        ("fatal: something new", "other"),
    ],
)
def test_what_git_says_is_sorted(said: str, reason: str) -> None:
    from dbp.sources.clone import trouble_of

    assert trouble_of(said).reason == reason


def test_a_host_that_does_not_answer_may_do_so_later(space: Space) -> None:
    with Silence() as server:
        url = server.url
    with pytest.raises(CloneError, match="cannot be reached") as caught:
        clone(space, url)
    assert caught.value.data["lasting"] is False


def test_an_address_without_a_repository_is_said(space: Space, tmp_path: Path) -> None:
    with pytest.raises(CloneError, match="no repository at this address") as caught:
        clone(space, (tmp_path / "nothing").as_uri())
    assert trouble(caught) == ("clone_failed", "missing")
