"""The scanner: lists what is in scope and reads it (see `ports.Scanner`).

Where git governs, its index and its own walk give the names and this module only looks at each;
elsewhere, and whenever git fails, the folders are walked. Both come in plain code point order of
the whole key. Nothing that cannot be read ends a listing: it becomes a warning.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Collection, Iterator, Sequence

from dbp.errors import ScanError
from dbp.model import Stat
from dbp.paths import Root, display
from dbp.ports import Listed
from dbp.sources.beneath import Limits, read_beneath, stat_of
from dbp.sources.ignore import Folder, Scope
from dbp.sources.size import home_folder, too_many

_Test = Callable[[Folder, str, str], bool]
_GONE = {errno.ENOENT, errno.ENOTDIR}


class Scanner:
    """Knows which files below `root` belong, and reads them safely.

    `max_file_bytes` is what `read` gives at most and what makes a file `too_large`;
    `binary_by_name` takes a key. `forbidden` holds (device, inode) of files that are never opened,
    our own database; it is asked at every read, so its owner may add to it. Links are never
    followed.
    """

    def __init__(
        self,
        root: Root,
        scope: Scope,
        *,
        max_file_bytes: int,
        binary_by_name: Callable[[str], bool],
        forbidden: Collection[tuple[int, int]] = frozenset(),
        max_files: int = sys.maxsize,
        home: bool = True,
    ) -> None:
        """Make it; the root is listed when it has at most `max_files`.

        Without `home` it is not, either, when it is the user's home folder or one above it.
        """
        self._root = root
        self._most = max_files
        self._home = None if home else home_folder(root.path)
        self._too_many: ScanError | None = None
        self._scope = scope
        self._limits = Limits(max_file_bytes, forbidden)
        self._binary = binary_by_name
        self._warnings: dict[str, None] = {}
        self._device = self._root_device()
        self._prefix = root.path.rstrip(os.sep) + os.sep  # listed keys need no further check

    @property
    def warnings(self) -> Sequence[str]:
        """What a person should know: broken ignore lines, folders without permission."""
        return (*self._scope.warnings, *self._warnings)

    @property
    def refusal(self) -> ScanError | None:
        """Why the root as a whole is not read; what is asked for by name still is."""
        return self._home or self._too_many

    def forget(self) -> None:
        """Drop cached verdicts: ignore rules or settings changed."""
        self._scope.forget()

    def why_excluded(self, path: str) -> str | None:
        """Say why a path is out of scope, or None."""
        return self._scope.why(path)

    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Yield every file in scope at or below `prefix`, in path order.

        Listing the root starts from fresh verdicts. Raises `ScanError` when the root cannot be
        listed, and (`home_folder`, `too_many_files`) when it is not to be.
        """
        top = self._root.absolute(prefix)
        if not prefix:
            self._too_many = None
            if self._home is not None:
                raise self._home.with_traceback(None)
            self._scope.forget()
            self._warnings.clear()
            self._check_root()
        elif not stat.S_ISDIR(self._mode(top)):
            found = self.look(prefix)
            yield from [found] if found else []
            return
        if self._scope.folder(prefix).closed:
            return
        count = 0
        for key in self._names(prefix):
            listed = self._stat(key)
            if listed is None:
                continue
            count += 1
            if count > self._most:
                error = too_many(self._names(prefix), self._most)
                self._too_many = error if not prefix else None
                raise error
            yield listed

    def _names(self, prefix: str) -> Iterator[str]:
        """Name what is in scope at or below a folder, in path order."""
        keys = self._scope.git_listing(prefix)
        if keys is None:
            return self._walk(prefix, self._scope.counts)
        return self._counted(keys, prefix)

    def look(self, path: str) -> Listed | None:
        """Look at one path now: None when it is not there, a folder, or not in scope."""
        self._root.absolute(path)
        if not path or not self._scope.in_scope(path, is_dir=False):
            return None
        return self._stat(path)

    def read(self, path: str) -> tuple[bytes, Stat]:
        """Read a regular file beneath the root, following no link; see `read_beneath`."""
        return read_beneath(self._root, path, self._limits)

    def _root_device(self) -> int:
        try:
            return os.stat(self._root.path).st_dev
        except OSError:
            return -1

    # ── listing ────────────────────────────────────────────────────────────────────────────────

    def _check_root(self) -> None:
        try:
            with os.scandir(self._root.path):
                pass
            self._device = self._root_device()
        except OSError as error:
            raise ScanError(
                f"the workspace cannot be listed: {display(self._root.path)}",
                hint=error.strerror or "",
            ) from error

    def _counted(self, keys: set[str], prefix: str) -> Iterator[str]:
        """Give the names of git's that our own rules leave, with those an `include` brings back."""
        scope, above, folder = self._scope, "\0", Folder(None)
        if scope.has_includes:
            keys.update(self._walk(prefix, scope.brought_back))
        for key in sorted(keys):
            head, _, name = key.rpartition("/")
            if head != above:
                above, folder = head, scope.folder(head)
            if not folder.closed and scope.counts(folder, key, name):
                yield key

    def _walk(self, prefix: str, wanted: _Test) -> Iterator[str]:
        """Walk the folders that are not closed, with a stack of our own: depth is no limit."""
        stack = [self._entries(prefix, wanted)]
        while stack:
            key, is_dir = next(stack[-1], ("", False))
            if not key:
                stack.pop()
            elif is_dir:
                stack.append(self._entries(key, wanted))
            else:
                yield key

    def _entries(self, key: str, wanted: _Test) -> Iterator[tuple[str, bool]]:
        """Give (key, is folder) of what is wanted in one folder, in the order of whole keys."""
        scope, folder = self._scope, self._scope.folder(key)
        files: list[str] = []
        folders: list[str] = []
        try:
            with os.scandir(self._root.absolute(key)) as entries:
                for entry in entries:
                    (folders if entry.is_dir(follow_symlinks=False) else files).append(entry.name)
        except OSError as error:
            if error.errno not in _GONE:
                self._warn(key, error)
            return
        prefix = key + "/" if key else ""
        closed = scope.prune(key, folders)
        # "/" after a folder's name puts it where the keys below it belong.
        found = [name + "/" for name in folders if name not in closed]
        found += [name for name in files if wanted(folder, prefix + name, name)]
        found.sort()
        for name in found:
            yield prefix + name.rstrip("/"), name.endswith("/")

    # ── single files ───────────────────────────────────────────────────────────────────────────

    def _mode(self, path: str) -> int:
        try:
            return os.lstat(path).st_mode
        except OSError:
            return 0

    def _stat(self, key: str) -> Listed | None:
        try:
            found = os.lstat(f"{self._prefix}{key}")
        except OSError as error:
            if error.errno not in _GONE:
                self._warn(key, error)
            return None
        return self._listed(key, found)

    def _listed(self, key: str, found: os.stat_result) -> Listed | None:
        mode = found.st_mode
        if stat.S_ISDIR(mode):
            return None  # a submodule, or a folder in the place of a tracked file
        if found.st_dev != self._device:
            return None  # a file mounted over another
        if stat.S_ISLNK(mode):
            skip = "symlink"
        elif not stat.S_ISREG(mode):
            skip = "special"
        elif found.st_size > self._limits.size:
            skip = "too_large"
        else:
            skip = "binary" if self._binary(key) else ""
        return Listed(key, stat_of(found), skip)

    def _warn(self, key: str, error: OSError) -> None:
        if len(self._warnings) < 100:  # noqa: PLR2004 - more than anybody reads
            self._warnings[f"{display(key) or '.'}: {error.strerror}"] = None
