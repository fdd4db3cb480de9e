"""The files of one commit, written out by us: git never checks anything out.

So no filter, no attribute, no hook and no link of the repository can do anything: only regular
files are written, as their bytes were committed, into folders that we made. Everything else is left
out and counted.
"""

from __future__ import annotations

import errno
import os
import unicodedata
from collections.abc import Iterator
from typing import IO, NamedTuple

from dbp.sources.clone_git import CloneError, Git, too_large
from dbp.sources.clone_space import Space

_CHUNK = 1 << 20
_REGULAR = {b"100644", b"100755", b"100664"}
_LINK, _SUBMODULE = b"120000", b"160000"
_MAX_PATH = 3000
_MAX_NAME = 255
_WRITE = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
# Where a name is taken by a file, or differs from one only in case on a disk that sees none.
_TAKEN = {errno.EEXIST, errno.ENOTDIR, errno.EISDIR}
_UNFIT = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL}


class Written(NamedTuple):
    """How many files were written, and what was left out."""

    files: int
    links: int
    submodules: int
    large: int
    unfit: int

    @property
    def note(self) -> str:
        """Say what is missing, for people; empty when nothing is."""
        kinds = (
            (self.links, "symbolic link", "symbolic links"),
            (self.submodules, "submodule", "submodules"),
            (self.large, "large file", "large files"),
            (self.unfit, "file with an unusable name", "files with unusable names"),
        )
        left = ", ".join(
            f"{count:,} {one if count == 1 else many}" for count, one, many in kinds if count
        )
        return f"left out: {left}" if left else ""


class _Blob(NamedTuple):
    name: bytes
    path: bytes


def write_tree(git: Git, space: Space, commit: str) -> Written:
    """Write the files of a commit into the space's tree. Blocking."""
    counts = {"links": 0, "submodules": 0, "large": 0, "unfit": 0}
    wanted = _wanted(git, space, commit, counts)
    fitting = _fitting(git, space, wanted, counts)
    files = _write(git, space, fitting, counts)
    return Written(files, **counts)


def _wanted(git: Git, space: Space, commit: str, counts: dict[str, int]) -> list[_Blob]:
    """List the regular files of a commit that can have their names here."""
    listing = space.file("listing")
    ended = git.run(["ls-tree", "-r", "-z", "--full-tree", commit], target=listing)
    if ended.code:
        raise _damaged()
    found: list[_Blob] = []
    with open(listing, "rb") as lines:
        for number, line in enumerate(_split(lines)):
            if number >= git.bounds.files:
                raise too_large(git.bounds)
            about, _, path = line.partition(b"\t")
            mode, kind, name = about.split(b" ")
            if mode == _LINK:
                counts["links"] += 1
            elif mode == _SUBMODULE:
                counts["submodules"] += 1
            elif kind != b"blob" or mode not in _REGULAR or not fits(path):
                counts["unfit"] += 1
            else:
                found.append(_Blob(name, path))
    return found


def _split(lines: IO[bytes]) -> Iterator[bytes]:
    """Split what git ends with NUL each."""
    rest = b""
    while chunk := lines.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole


def _fitting(git: Git, space: Space, blobs: list[_Blob], counts: dict[str, int]) -> list[_Blob]:
    """Leave out what is too large; the server may not even have sent it."""
    names, sizes = space.file("names"), space.file("sizes")
    _write_names(names, blobs)
    ended = git.run(["cat-file", "--batch-check"], source=names, target=sizes)
    if ended.code:
        raise _damaged()
    found, total = [], 0
    with open(sizes, "rb") as lines:
        for blob, line in zip(blobs, lines, strict=True):
            name, kind, *size = line.split()
            if name != blob.name or kind not in {b"blob", b"missing"}:
                raise _damaged()
            if not size or int(size[0]) > git.bounds.file_bytes:
                counts["large"] += 1
                continue
            total += int(size[0])
            if total > git.bounds.bytes:
                raise too_large(git.bounds)
            found.append(blob)
    return found


def _write_names(path: str, blobs: list[_Blob]) -> None:
    with open(path, "wb") as file:
        file.writelines(blob.name + b"\n" for blob in blobs)


def _write(git: Git, space: Space, blobs: list[_Blob], counts: dict[str, int]) -> int:
    """Write each blob to its place."""
    names = space.file("names")
    _write_names(names, blobs)
    root, folders, written = os.fsencode(space.tree), {b""}, 0
    with git.reading(["cat-file", "--batch"], names) as stream:
        for blob in blobs:
            git.look()
            data = _next(stream, blob)
            try:
                _make_folders(root, blob.path.rpartition(b"/")[0], folders)
                handle = os.open(os.path.join(root, blob.path), _WRITE, 0o600)
            except OSError as error:
                if error.errno not in _TAKEN | _UNFIT:
                    raise _no_room(error) from error
                counts["unfit"] += 1
                continue
            try:
                with open(handle, "wb") as file:
                    file.write(data)
            except OSError as error:
                raise _no_room(error) from error
            written += 1
    return written


def _next(stream: IO[bytes], blob: _Blob) -> bytes:
    """Read one object of `git cat-file --batch`."""
    line = stream.readline(200)
    name, _, rest = line.partition(b" ")
    kind, _, size = rest.strip().partition(b" ")
    if name != blob.name or kind != b"blob" or not size.isdigit():
        raise _damaged()
    data = stream.read(int(size) + 1)
    if len(data) != int(size) + 1:
        raise _damaged()
    return data[:-1]


def _make_folders(root: bytes, folder: bytes, made: set[bytes]) -> None:
    """Make a folder and those above it; each was made by us, so none is a link."""
    missing = []
    while folder not in made:
        missing.append(folder)
        folder = folder.rpartition(b"/")[0]
    for each in reversed(missing):
        os.mkdir(os.path.join(root, each), 0o700)
        made.add(each)


def fits(path: bytes) -> bool:
    """Tell whether a file of this name may be written: it stays below, and is no git's own."""
    if not path or len(path) > _MAX_PATH or b"\\" in path or (os.name == "nt" and b":" in path):
        return False
    return all(_is_plain(part) for part in path.split(b"/"))


def _is_plain(part: bytes) -> bool:
    if part in {b"", b".", b".."} or len(part) > _MAX_NAME:
        return False
    if part.isascii():
        return _is_not_git(part.decode("ascii"))
    return _is_not_git(part.decode("utf-8", "surrogateescape"))


def _is_not_git(name: str) -> bool:
    """Refuse `.git` in every disguise that some file system takes for it."""
    shown = "".join(
        c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf"
    )
    return shown.casefold().rstrip(". ") not in {".git", "git~1"}


def _damaged() -> CloneError:
    return CloneError(
        "the repository is damaged: git cannot read the commit",
        hint="try git fsck on it",
        reason="damaged",
        lasting=True,
    )


def _no_room(error: OSError) -> CloneError:
    return CloneError(
        f"a file of the repository cannot be written: {error.strerror}",
        hint="DBP_CACHE_DIR says where clones lie",
        reason="disk",
    )
