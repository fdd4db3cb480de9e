"""Which paths are in scope: one answer for the walker, the watcher and single looks.

In order: names that never count (`.git`, our own `.dbp`), borders (links, other file systems, other
work trees), the ignore rules as git itself applies them (or `.gitignore` files read here where git
does not govern), `.dbpignore` files, the setting `exclude`, and last `include`, which brings back
what it names with all below it. An excluded folder excludes all below it, so verdicts are kept per
folder. Every method may block briefly, except `quick`.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dbp.paths import Root, display, parent
from dbp.ports import UNSURE
from dbp.sources import git
from dbp.sources.ignorefile import read_rules
from dbp.sources.patterns import Rule, Rules, compile_rules

NEVER = frozenset({".git", ".hg", ".svn", ".dbp"})
WITHOUT_GIT = frozenset(
    {
        "node_modules",
        "__pycache__",
        ".venv",
        "venv",
        ".tox",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
    }
)
RULE_FILES = frozenset({".gitignore", ".dbpignore"})
SETTING = "fs_monitor.ignore_patterns"
_CACHED_NAMES = 50_000  # file verdicts kept; about 5 MB
_BATCH = 5_000  # names of one folder judged by one run of git: 15 ms
_MAX_WARNINGS = 100

Layer = tuple[tuple[str, Rules], ...]


class Folder(NamedTuple):
    """The verdict on a folder and what its entries are judged by.

    `reason` says why it is out of scope with all below it; `opened` that an `include` may still
    name something below; `included` that one has named it. Layers hold (folder, rules), top first.
    """

    reason: str | None
    opened: bool = False
    included: bool = False
    ignore: Layer = ()
    own: Layer = ()

    @property
    def closed(self) -> bool:
        """Tell whether nothing below can be in scope."""
        return self.reason is not None and not self.opened


class Scope:
    """Judges keys below `root`. Thread-safe; verdicts are kept until `forget`.

    `exclude` and `include` are patterns in git's syntax, relative to the root. `has_includes` tells
    whether anything may be brought back into scope. Where git fails for a moment everything counts;
    with `strict` nothing does.
    """

    def __init__(
        self,
        root: Root,
        *,
        exclude: Sequence[str] = (),
        include: Sequence[str] = (),
        strict: bool = False,
    ) -> None:
        self.root = root
        self._strict = strict
        self._lock = threading.RLock()
        self._settings_warnings: list[str] = []
        self._exclude = compile_rules(exclude, SETTING, self._settings_warnings)
        self._include = compile_rules(include, "include", self._settings_warnings)
        self.has_includes = bool(self._include)  # asked for every file
        self._has_excludes = bool(self._exclude)
        self._warnings: list[str] = []
        self.forget()

    @property
    def warnings(self) -> Sequence[str]:
        """What a person should know: lines that are not used, git that cannot be asked."""
        return tuple(dict.fromkeys([*self._settings_warnings, *self._warnings]))[:_MAX_WARNINGS]

    def forget(self) -> None:
        """Drop every verdict: a rule file, a setting or the index changed."""
        with self._lock:
            self._governed: bool | None = None
            self._folders: dict[str, Folder] = {}
            self._counted: set[str] = set()
            self._ignored: dict[str, str] = {}
            self._ignored_names: set[str] = set()
            self._suspicion: dict[str, Rules] = {}
            self._files: dict[str, dict[str, str | None]] = {}
            self._file_count = 0
            self._warnings = []

    # ── verdicts ───────────────────────────────────────────────────────────────────────────────

    def in_scope(self, key: str, is_dir: bool) -> bool:  # noqa: FBT001 - the two kinds of a path
        """Tell whether a file is read, or a folder entered."""
        if is_dir:
            return not self.folder(key).closed
        return self._why_file(key) is None

    def why(self, key: str) -> str | None:
        """Say why a path is out of scope, or None; a path that is gone is judged as a file."""
        if not key or not _is_folder(self.root.absolute(key)):
            return self._why_file(key)
        verdict = self.folder(key)
        if verdict.reason or verdict.included or not self.governed:
            return verdict.reason
        try:
            return git.verdicts(self.root.path, [key + "/"]).get(key + "/")
        except git.GitError as error:
            self._failed(error)
            return None

    def prune_dir(self, key: str) -> bool:
        """Tell whether nothing below a folder is in scope, so that it need not be watched."""
        return bool(self.prune(parent(key), [key.rpartition("/")[2]]))

    def prune(self, above: str, names: Iterable[str]) -> set[str]:
        """Name those folders in `above` that need not be entered; one run of git at most."""
        keys = {f"{above}/{name}" if above else name: name for name in names}
        with self._lock:
            self._ask_git(key for key in keys if key not in self._folders)
            return {name for key, name in keys.items() if self.folder(key).closed}

    def quick(self, key: str) -> bool:
        """Tell, from what is known already, that a path is out of scope. No I/O, no lock."""
        above, _, name = key.rpartition("/")
        known = self._folders.get(above)
        while known is None:
            if name in NEVER:
                return True
            if not above:
                return False
            above, _, name = above.rpartition("/")
            known = self._folders.get(above)
        if known.closed or name in NEVER:
            return True
        entry = f"{above}/{name}" if above else name
        inner = self._folders.get(entry)
        if inner is not None:
            return inner.closed
        if entry != key:
            return False
        return self._entry(known, key, name, is_dir=False)[0] is not None

    def counts(self, above: Folder, key: str, name: str) -> bool:
        """Tell whether a file git has listed, or one where git does not govern, is in scope."""
        return self._entry(above, key, name, is_dir=False)[0] is None

    def brought_back(self, above: Folder, key: str, name: str) -> bool:
        """Tell whether an `include` names a file, or a folder it lies in."""
        return self._entry(above, key, name, is_dir=False)[1]

    # ── folders ────────────────────────────────────────────────────────────────────────────────

    def folder(self, key: str) -> Folder:
        """Judge a folder, from the root down."""
        found = self._folders.get(key)
        if found is not None:
            return found
        with self._lock:
            below: list[str] = []
            while key and key not in self._folders:
                below.append(key)
                key = parent(key)
            verdict = self._folders.get(key) or self._top()
            for inner in reversed(below):
                verdict = self._judge_folder(verdict, inner)
            return verdict

    def _top(self) -> Folder:
        verdict = self._with_rules(Folder(None), "")
        self._folders[""] = verdict
        return verdict

    def _judge_folder(self, above: Folder, key: str) -> Folder:
        if above.closed:
            return above
        path = self.root.absolute(key)
        there, border = _border(path, self.root.path)
        name = key.rpartition("/")[2]
        if border:
            verdict = Folder(border)
        else:
            reason, included = self._entry(above, key, name, is_dir=True)
            if reason is None and not included:
                reason = self._git_folder(key)
            opened = reason is not None and name not in NEVER and self._include.opens(key)
            verdict = above._replace(reason=reason, opened=opened, included=included)
            if not verdict.closed:
                verdict = self._with_rules(verdict, key)
        if there:
            self._folders[key] = verdict
        return verdict

    def _with_rules(self, verdict: Folder, key: str) -> Folder:
        own = read_rules(self.root, key, ".dbpignore", self._warnings)
        if own:
            verdict = verdict._replace(own=(*verdict.own, (key, own)))
        if not self.governed:
            ignore = read_rules(self.root, key, ".gitignore", self._warnings)
            if ignore:
                verdict = verdict._replace(ignore=(*verdict.ignore, (key, ignore)))
        return verdict

    def _entry(
        self, above: Folder, key: str, name: str, *, is_dir: bool
    ) -> tuple[str | None, bool]:
        """Judge one entry by everything but git: (reason, whether an include holds)."""
        if name in NEVER:
            return f"built in: {name}", False
        if above.included or (self.has_includes and _says(self._include, key, name, is_dir=is_dir)):
            return None, True
        if above.reason is not None:
            return above.reason, False
        return self._by_rules(above, key, name, is_dir=is_dir), False

    def _by_rules(self, above: Folder, key: str, name: str, *, is_dir: bool) -> str | None:
        """Say which rule of ours excludes an entry."""
        if is_dir and name in WITHOUT_GIT and not self.governed:
            return f"built in: {name}"
        for layer in (above.ignore, above.own):
            rule = _decide(layer, key, name, is_dir=is_dir) if layer else None
            if rule is not None and not rule.negated:
                return display(f"ignored by {rule.origin}")
        rule = _says(self._exclude, key, name, is_dir=is_dir) if self._has_excludes else None
        if rule is not None:
            pattern = rule.origin.partition(" ")[2]
            return display(f"excluded by the setting {SETTING}: {pattern}")
        return None

    def _why_file(self, key: str) -> str | None:
        above = self.folder(parent(key))
        if above.closed or not key:
            return above.reason
        reason, included = self._entry(above, key, key.rpartition("/")[2], is_dir=False)
        return self._git_file(key) if reason is None and not included else reason

    # ── git ────────────────────────────────────────────────────────────────────────────────────

    @property
    def governed(self) -> bool:
        """Tell whether git decides here. Runs git once until `forget`."""
        if self._governed is None:
            with self._lock:
                try:
                    self._governed = git.governs(self.root.path)
                except git.GitError as error:
                    self._do_without(error)
        return bool(self._governed)

    def _do_without(self, error: git.GitError) -> None:
        """Judge without git until `forget`: what was judged with it has no rules of its own."""
        with self._lock:
            self._warn(f"{error}; .gitignore files are read without git")
            self._governed = False
            self._folders = {}
            self._files = {}

    def _failed(self, error: git.GitError) -> None:
        """Take one failed run as "nothing is ignored", unless all will fail."""
        if error.lasting:
            self._do_without(error)
        else:
            self._warn(str(error))

    def _warn(self, text: str) -> None:
        """Keep a warning for people."""
        if len(self._warnings) < _MAX_WARNINGS and text not in self._warnings:
            self._warnings.append(display(text))

    def git_listing(self, prefix: str) -> set[str] | None:
        """List what git counts in at or below `prefix`; None where git does not say."""
        if not self.governed:
            return None
        try:
            keys = git.listed(self.root.path, prefix)
        except git.GitError as error:
            self._do_without(error)
            return None
        folders: set[str] = set()
        for key in keys:
            above = parent(key)
            while above and above not in folders:
                folders.add(above)
                above = parent(above)
        with self._lock:
            self._counted |= folders
            for folder in folders & self._ignored.keys():  # a file in it was tracked meanwhile
                del self._ignored[folder]
        return keys

    def survey(self) -> None:
        """Learn which folders git counts in and which not, before every folder is asked for."""
        if self.git_listing("") is None:
            return
        try:
            ignored = git.ignored_folders(self.root.path)
        except git.GitError as error:
            self._failed(error)
            return
        with self._lock:
            self._ignored |= ignored
            self._ignored_names = {key.rpartition("/")[2] for key in ignored}

    def _ask_git(self, folders: Iterable[str]) -> None:
        """Judge folders nobody has judged yet, in one run for those that look ignored.

        Asking for every new folder would cost a process each (3 ms) while events wait. One that
        does not look ignored is taken as counted: its files are judged by git in any case, so a
        rule this misses (`core.excludesFile`) costs a watch and nothing else.
        """
        if not self.governed:
            return
        unknown = [key for key in folders if key not in self._counted and key not in self._ignored]
        suspects = {key for key in unknown if self._looks_ignored(key)}
        self._counted.update(key for key in unknown if key not in suspects)
        try:
            reasons = git.verdicts(self.root.path, [key + "/" for key in suspects])
        except git.GitError as error:
            self._failed(error)
            reasons = {}
        for key in suspects:
            reason = reasons.get(key + "/")
            if reason:
                self._ignored[key] = reason
            else:
                self._counted.add(key)

    def _looks_ignored(self, key: str) -> bool:
        """Guess from names and from the rule files above, without a process."""
        if _border(self.root.absolute(key), self.root.path)[1]:
            return False  # git ends the whole batch over a name behind a border
        above, _, name = key.rpartition("/")
        if name in WITHOUT_GIT or name in self._ignored_names:
            return True
        while True:
            rules = self._suspicion.get(above)
            if rules is None:
                rules = read_rules(self.root, above, ".gitignore", [])
                self._suspicion[above] = rules
            if rules.decide(key[len(above) + 1 :] if above else key, name, is_dir=True):
                return True
            if not above:
                return False
            above = parent(above)

    def _git_folder(self, key: str) -> str | None:
        if not self.governed or key in self._counted:
            return None
        if key not in self._ignored:
            self._ask_git([key])
        return self._ignored.get(key)

    def _git_file(self, key: str) -> str | None:
        """Judge a file, and with it every other one in its folder: a storm costs one run each."""
        if not self.governed:
            return None
        above, _, name = key.rpartition("/")
        with self._lock:
            known = self._files.get(above)
            if known is not None and name in known:
                return known[name]
            if self._file_count > _CACHED_NAMES:
                self._files, self._file_count = {}, 0
            known = self._files.setdefault(above, {})
            names = {name, *(_names(self.root.absolute(above), _BATCH) - known.keys())}
            prefix = above + "/" if above else ""
            try:
                reasons = git.verdicts(self.root.path, [prefix + each for each in names])
            except git.GitError as error:
                self._failed(error)
                return UNSURE if self._strict else None
            for each in names:
                known[each] = reasons.get(prefix + each)
            self._file_count += len(names)
            return known[name]


def _decide(layer: Layer, key: str, name: str, *, is_dir: bool) -> Rule | None:
    """Ask the rules of each folder, the deepest first."""
    for base, rules in reversed(layer):
        below = key[len(base) + 1 :] if base else key
        rule = rules.decide(below, name, is_dir=is_dir)
        if rule is not None:
            return rule
    return None


def _says(rules: Rules, key: str, name: str, *, is_dir: bool) -> Rule | None:
    """Give the rule of a setting that names an entry, unless a later `!` takes it back."""
    rule = rules.decide(key, name, is_dir=is_dir)
    return None if rule is None or rule.negated else rule


def _border(path: str, root: str) -> tuple[bool, str | None]:
    """Tell whether a folder is there, and which border it stands behind."""
    try:
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            return True, "a link"
        if found.st_dev != os.lstat(root).st_dev:
            return True, "another file system"
    except OSError:
        return False, None
    if os.path.lexists(path + "/.git"):
        return True, "another git work tree"
    return True, None


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _names(folder: str, limit: int) -> set[str]:
    """Name the entries of a folder that are no folders, at most `limit`."""
    names: set[str] = set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if len(names) >= limit:
                    break
                if not entry.is_dir(follow_symlinks=False):
                    names.add(entry.name)
    except OSError:
        return names
    return names
