"""Which files of a workspace changed since another state of it, and what they held then.

Every run of git goes through `dbp.sources.git`. To compare the disk with a commit, git passes
changed files through the `clean` filters that the repository's own configuration names: those are
programs. So the filters that are configured are looked up first and switched off, each by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from dbp.sources import git

_NO_BLOB = "0"
_RAW_FIELDS = 5
_PAGE = 50
_FILTER_KEYS = ("clean", "smudge", "process")
_DIFF = (
    *("diff", "--raw", "-z", "--no-abbrev", "--find-renames", "--relative", "--no-color"),
    *("--no-ext-diff", "--no-textconv", "--ignore-submodules=all"),
)
"""Git's own drivers and no others; submodules are workspaces of their own."""

HEAD = "HEAD"


class Changed(NamedTuple):
    """A file that is new or different. `blob` names what it held before, empty when it is new.

    `old_path` is the key it had then: another one for a renamed file.
    """

    path: str
    old_path: str
    blob: str


def merge_base(root: str, ref: str) -> str:
    """Name the commit where `ref` and the current one part. Raises `GitError`.

    Empty when nothing was ever committed and `ref` is the default.
    """
    commit = _commit(root, ref)
    if ref == HEAD or not commit:
        return commit
    output = git.run(root, ["merge-base", commit, HEAD], ok=(0, 1))
    base = output.decode("ascii", "replace").strip()
    if not base:
        raise git.GitError(f"{ref} and HEAD have no commit in common (is this a shallow clone?)")
    return base


def _commit(root: str, ref: str) -> str:
    if ref.startswith("-") or "\0" in ref or not ref:
        raise git.GitError(f"{ref!r} is no name of a commit")
    output = git.run(root, ["rev-parse", "--verify", "--quiet", ref + "^{commit}"], ok=(0, 1))
    commit = output.decode("ascii", "replace").strip()
    if not commit and ref != HEAD:
        raise git.GitError(f"there is no commit called {ref!r} here")
    return commit


def changed_since(root: str, base: str) -> list[Changed]:
    """List what differs between a commit and the disk, untracked files included.

    Gone files are not listed. Without a base everything is new. Raises `GitError`.
    """
    listed = git.listed(root)
    if not base:
        return [Changed(key, key, "") for key in sorted(listed)]
    output = git.run(root, [*_DIFF, base, "--"], settings=_no_filters(root))
    found = {item.path: item for item in _parse(output)}
    untracked = git.names(git.run(root, ["ls-files", "-o", "--exclude-standard", "-z"]))
    for key in untracked:
        if not key.endswith("/"):
            found.setdefault(key, Changed(key, key, ""))
    return [found[key] for key in sorted(found)]


def contents(root: str, blobs: Iterable[str], max_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Yield blobs with what they hold, a few in memory at a time; larger ones are left out.

    Raises `GitError`.
    """
    wanted = list(dict.fromkeys(blobs))
    for start in range(0, len(wanted), _PAGE):
        page = wanted[start : start + _PAGE]
        heads = git.run(root, ["cat-file", "--batch-check"], _lines(page)).splitlines()
        sizes = [_size(head) for head in heads]
        small = [
            blob
            for blob, size in zip(page, sizes, strict=False)
            if size is not None and size <= max_bytes
        ]
        yield from _read(git.run(root, ["cat-file", "--batch"], _lines(small)) if small else b"")


def _lines(blobs: Sequence[str]) -> bytes:
    return "".join(blob + "\n" for blob in blobs).encode("ascii")


def _size(head: bytes) -> int | None:
    """Read `<id> blob <size>`; None for anything else, as for one that is missing."""
    parts = head.split()
    return int(parts[2]) if len(parts) == 3 and parts[1] == b"blob" else None  # noqa: PLR2004


def _read(output: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at < len(output):
        end = output.find(b"\n", at)
        head = output[at:end]
        size = _size(head)
        if end < 0:
            return
        at = end + 1
        if size is not None:
            yield head.split()[0].decode("ascii"), output[at : at + size]
            at += size + 1


def _parse(output: bytes) -> Iterator[Changed]:
    """Read `:mode mode blob blob status NUL path NUL [path NUL]` of `diff --raw -z`."""
    fields = iter(git.names(output))
    for head in fields:
        parts = head.lstrip(":").split(" ")
        if len(parts) != _RAW_FIELDS:
            raise git.GitError("git diff answered what it never does")
        blob, status = parts[2], parts[4]
        path = old = next(fields, "")
        if status[:1] in "RC":
            path = next(fields, "")
        if status[:1] == "D" or not path:
            continue
        if status[:1] == "C":
            old = path
        new = status[:1] == "A" or not blob.strip(_NO_BLOB)
        yield Changed(path, path if new else old, "" if new else blob)


def _no_filters(root: str) -> list[str]:
    """Make the settings that switch every configured filter off."""
    output = git.run(
        root, ["config", "--includes", "-z", "--name-only", "--get-regexp", r"^filter\."], ok=(0, 1)
    )
    drivers = {name.partition(".")[2].rpartition(".")[0] for name in git.names(output)}
    off = []
    for driver in sorted(drivers):
        if "=" in driver or "\n" in driver:
            # Such a name cannot be given on a command line, so its programs cannot be refused.
            raise git.GitError(f"the filter {driver!r} of this repository cannot be switched off")
        off += [f"filter.{driver}.{key}=" for key in _FILTER_KEYS]
        off.append(f"filter.{driver}.required=false")
    return off
