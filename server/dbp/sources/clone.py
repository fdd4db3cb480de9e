"""Fetching one commit of a repository, for a job, and leaving nothing behind.

The address was checked before (`dbp.repository`); git gets no option that a stranger could have
written. As little as possible is fetched: one commit without its history, without large files; all
of it only where the server gives no single commit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import NamedTuple

from dbp.clock import Clock
from dbp.repository import Repository, is_hash, may_be_hash
from dbp.sources.clone_git import Bounds, CloneError, Ended, Git
from dbp.sources.clone_space import Space
from dbp.sources.clone_tree import Written, write_tree

__all__ = ["Bounds", "Checkout", "CloneError", "fetch"]

_HASH = re.compile(r"[0-9a-f]{40,64}")
# The configuration git wrote while it fetched would let it fetch more, later, on its own.
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
_EVERYTHING = ("+refs/heads/*:refs/dbp/heads/*", "+refs/tags/*:refs/dbp/tags/*")


class Checkout(NamedTuple):
    """A commit whose files lie in the space's tree."""

    commit: str
    written: Written


class Trouble(NamedTuple):
    """What git's words mean: `reason` for programs, a sentence and a hint for people."""

    reason: str
    message: str
    hint: str
    lasting: bool = True


_TROUBLES: tuple[tuple[tuple[str, ...], Trouble], ...] = (
    (
        ("couldn't find remote ref", "remote branch", "no such ref"),
        Trouble("ref", "there is no such branch, tag or commit", "look at its name"),
    ),
    (
        ("could not resolve host", "name or service not known", "unable to look up"),
        Trouble(
            "host", "its host is not known", "look at the address and the network", lasting=False
        ),
    ),
    (
        (
            *("could not read username", "could not read password", "authentication failed"),
            *("terminal prompts disabled", "permission denied", "error: 401", "error: 403"),
            *("host key verification failed",),
        ),
        Trouble(
            "auth",
            "it is private, or needs a login",
            "dbp sends no passwords; an ssh address uses your ssh agent and known hosts",
        ),
    ),
    (
        ("unable to update url base from redirection", "error: 301", "error: 302"),
        Trouble("redirect", "its address leads to another one", "name that one"),
    ),
    (
        ("dubious ownership",),
        Trouble("owner", "it belongs to another user of this machine", "clone it yourself first"),
    ),
    (
        (
            *("does not appear to be a git repository", "repository not exported"),
            *("not found", "does not exist", "error: 404", "not a git repository"),
        ),
        Trouble(
            "missing",
            "there is no repository at this address, or it is private",
            "look at the address",
        ),
    ),
    (
        ("mismatched algorithms", "object format"),
        Trouble("format", "it is of a kind this git does not read", "a newer git may"),
    ),
    (
        (
            *(
                "connection refused",
                "connection timed out",
                "failed to connect",
                "no route to host",
            ),
            *("unable to connect", "network is unreachable", "connection reset", "hung up"),
            *(
                "early eof",
                "ssl",
                "tls",
                "operation too slow",
                "unable to access",
                "couldn't connect",
            ),
        ),
        Trouble("network", "its host cannot be reached", "look at the network", lasting=False),
    ),
)
_OTHER = Trouble("other", "git could not fetch it", "git ls-remote may say more", lasting=False)
_REFUSALS = (*("not our ref", "unadvertised object", "does not allow request", "shallow"),)


def fetch(
    repository: Repository,
    commit: str,
    space: Space,
    *,
    bounds: Bounds,
    depth: int,
    clock: Clock,
    check: Callable[[], None],
    on_cancel: Callable[[Callable[[], None]], None],
) -> Checkout:
    """Fetch a commit (empty: the newest of the default branch) and write its files out. Blocking.

    `depth` is how many commits of history come along, 0 all of them. `check` raises when it is not
    wanted any more, `on_cancel` takes what ends it. Raises `CloneError` (`clone_timeout`,
    `clone_failed`).
    """
    os.mkdir(space.git, 0o700)
    git = Git(space, bounds, clock, check)
    on_cancel(git.stop)
    _must(git.run(["init", "--quiet", "--bare", "--template=", "."]), repository)
    source = _Source(git, repository, depth)
    found = source.commit(commit)
    with open(os.path.join(space.git, "config"), "w", encoding="ascii") as config:
        config.write(_CONFIG)
    return Checkout(found, write_tree(git, space, found))


class _Source(NamedTuple):
    """Where commits come from."""

    git: Git
    repository: Repository
    depth: int

    def commit(self, wanted: str) -> str:
        """Fetch a commit and give its hash."""
        ended = self._fetch([wanted or "HEAD"], shallow=True)
        if not ended.code:
            return self._resolve("FETCH_HEAD", wanted)
        said = ended.said.lower()
        refused = any(words in said for words in _REFUSALS)
        unknown = may_be_hash(wanted) and trouble_of(said).reason == "ref"
        if not (refused or unknown):
            raise _failed(ended, self.repository)
        # The server gives no single commit, or the name is only the beginning of a hash.
        _must(self._fetch(_EVERYTHING, shallow=False), self.repository)
        if may_be_hash(wanted):
            return self._resolve(wanted, wanted)
        _must(self._fetch([wanted or "HEAD"], shallow=False), self.repository)
        return self._resolve("FETCH_HEAD", wanted)

    def _fetch(self, what: tuple[str, ...] | list[str], *, shallow: bool) -> Ended:
        bare = []
        if shallow:
            bare = [f"--filter=blob:limit={self.git.bounds.file_bytes + 1}"]
            bare += [f"--depth={self.depth}"] if self.depth else []
        options = ["--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-gc", "--force"]
        return self.git.run(
            ["fetch", *options, *bare, "--", "origin", *what],
            settings=[f"remote.origin.url={self.repository.url}"],
            protocol=self.repository.scheme,
        )

    def _resolve(self, name: str, wanted: str) -> str:
        """Give the hash of the commit that a name means."""
        target = self.git.space.file("commit")
        ended = self.git.run(
            ["rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"], target=target
        )
        with open(target, encoding="ascii", errors="replace") as file:
            found = file.read(100).strip()
        if ended.code or not _HASH.fullmatch(found) or (is_hash(wanted) and found != wanted):
            raise _trouble(trouble_of("couldn't find remote ref"), self.repository)
        return found


def trouble_of(said: str) -> Trouble:
    """Find out what git's words mean."""
    said = said.lower()
    for words, trouble in _TROUBLES:
        if any(each in said for each in words):
            return trouble
    return _OTHER


def _must(ended: Ended, repository: Repository) -> None:
    if ended.code:
        raise _failed(ended, repository)


def _failed(ended: Ended, repository: Repository) -> CloneError:
    return _trouble(trouble_of(ended.said), repository)


def _trouble(trouble: Trouble, repository: Repository) -> CloneError:
    """Say it without git's own words, which are the server's in part."""
    return CloneError(
        f"{repository.key} cannot be fetched: {trouble.message}",
        hint=trouble.hint,
        reason=trouble.reason,
        lasting=trouble.lasting,
    )
