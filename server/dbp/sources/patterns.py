"""Ignore patterns in git's syntax, compiled line by line with pathspec.

One bad line becomes a warning that names file and line, never an exception. pathspec translates a
glob; what it gets wrong against git is handled here: a rule matches exactly the entry it names
(what lies below follows from pruning), `/` at the end asks for a folder, `[!x]` never matches `/`.
Wildcards are capped, because a backtracking matcher is exponential in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dbp.paths import display

# Measured: four `*` in one part cost 0.18 s on a hostile 255 byte name, three 2 ms; 1,462 lines of
# the Linux and Django trees never use more than three. `**` multiplies by the depth of the path.
MAX_STARS_IN_PART = 3
MAX_DOUBLE_STARS = 3
MAX_LINE = 1024
MAX_LINES = 10_000

_POSIX_CLASSES = {
    "[:alnum:]": "a-zA-Z0-9",
    "[:alpha:]": "a-zA-Z",
    "[:digit:]": "0-9",
    "[:lower:]": "a-z",
    "[:space:]": r" \t",
    "[:upper:]": "A-Z",
    "[:xdigit:]": "0-9a-fA-F",
}
_EVERYTHING = {"**", "/**", "**/*", "**/**"}
_SPECIAL = re.compile(r"[*?\[\\]")


@dataclass(frozen=True, slots=True)
class Rule:
    """One usable line. `whole` rules match the key below their folder, the others its last part.

    `last` is the last part of the glob and `head` what stands before its first wildcard.
    """

    origin: str
    negated: bool
    folders_only: bool
    whole: bool
    regex: re.Pattern[str]
    last: str
    head: str

    def matches(self, key: str, name: str, *, is_dir: bool) -> bool:
        """Tell whether the rule names exactly this entry."""
        if self.folders_only and not is_dir:
            return False
        text = key if self.whole else name
        found = self.regex.match(text)
        return found is not None and found.end() == len(text)


class Rules:
    """The lines of one file or setting; the last one that matches decides.

    Most names are ruled out by their text alone: a rule's last part is a plain name, a plain
    ending (`*.o`), or something else with a plain beginning, and only fitting rules are tried.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._names: dict[str, list[int]] = {}
        self._endings: list[int] = []
        self._others: list[tuple[str, int]] = []
        for index, rule in enumerate(self.rules):
            special = _SPECIAL.search(rule.last)
            if special is None:
                self._names.setdefault(rule.last, []).append(index)
            elif rule.last[0] == "*" and rule.last[1:] and not _SPECIAL.search(rule.last[1:]):
                self._endings.append(index)
            else:
                self._others.append((rule.last[: special.start()], index))
        self._ending = tuple(self.rules[index].last[1:] for index in self._endings)

    def __bool__(self) -> bool:
        return bool(self.rules)

    def decide(self, key: str, name: str, *, is_dir: bool) -> Rule | None:
        """Find the rule that decides about an entry; `key` is relative to the rules' folder."""
        fitting = self._names.get(name, ())
        if self._ending and name.endswith(self._ending):
            fitting = [*fitting, *self._endings]
        if self._others:
            others = [index for start, index in self._others if name.startswith(start)]
            fitting = [*fitting, *others] if others else fitting
        for index in sorted(fitting, reverse=True):
            rule = self.rules[index]
            if rule.matches(key, name, is_dir=is_dir):
                return rule
        return None

    def opens(self, key: str) -> bool:
        """Tell whether a rule with a literal beginning names something below the folder `key`."""
        return any(rule.whole and rule.head.startswith(key + "/") for rule in self.rules)


def compile_rules(lines: Iterable[str], origin: str, warnings: list[str]) -> Rules:
    """Compile lines; `origin` names their file or setting, for people."""
    rules = []
    for number, raw in enumerate(lines, 1):
        if number > MAX_LINES:
            warnings.append(f"{origin}: only the first {MAX_LINES} lines are used")
            break
        line = _stripped(raw)
        if not line:
            continue
        where = f"{origin}:{number} {line}"
        try:
            rules.append(_compile(line, where))
        except Exception as error:  # noqa: BLE001 - pathspec raises re.error, ValueError and more
            warnings.append(f"{display(where[:200])}: not used, {display(str(error)[:100])}")
    return Rules(rule for rule in rules if rule is not None)


def _stripped(line: str) -> str:
    """Take the line end and unescaped trailing spaces away, and comments altogether."""
    line = line.rstrip("\r\n")
    if line.startswith("#"):
        return ""
    bare = line.rstrip(" ")
    escapes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if escapes % 2 and len(bare) < len(line) else bare


def _compile(line: str, origin: str) -> Rule | None:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    _check_cost(line)
    negated = line.startswith("!")
    glob = line[negated:]
    folders_only = glob.endswith("/")
    glob = glob[:-1] if folders_only else glob
    if not glob:
        raise ValueError("it names nothing")
    glob = "*" if glob in _EVERYTHING else glob
    whole = "/" in glob
    if glob.endswith("/**"):
        glob += "/*"  # everything below, at any depth: pathspec's own answer names the folder too
    for name, letters in _POSIX_CLASSES.items():
        glob = glob.replace(name, letters)
    if glob in {"*", "/*"}:
        regex = re.compile(r"[^/]+")
    else:
        # pathspec must not read a leading "!" or "#" as its own; plain globs match names only.
        text = "\\" + glob if glob[0] in "!#" else glob
        pattern = GitIgnoreSpecPattern(text if whole else "/" + text).regex
        if pattern is None:
            return None
        regex = re.compile(pattern.pattern.replace("[^", "[^/"), re.DOTALL)
    glob = glob.removeprefix("/")
    special = _SPECIAL.search(glob)
    head = glob[: special.start()] if special else glob
    return Rule(origin, negated, folders_only, whole, regex, glob.rpartition("/")[2], head)


def _check_cost(line: str) -> None:
    if len(line) > MAX_LINE:
        raise ValueError(f"longer than {MAX_LINE} letters")
    if line.count("**") > MAX_DOUBLE_STARS:
        raise ValueError(f"more than {MAX_DOUBLE_STARS} `**`")
    for part in line.split("/"):
        if len(re.findall(r"\*+", part.rstrip("*"))) > MAX_STARS_IN_PART:
            raise ValueError(f"more than {MAX_STARS_IN_PART} `*` in one part")


def never_sent(lines: Iterable[str]) -> Callable[[str], bool]:
    """Make the test whether a key, or a folder above it, is named by one of these lines.

    Lines that take something out again (`!`) are left out: such a list only ever grows.
    """
    chosen = [line for line in lines if not line.startswith("!")]
    return _naming(compile_rules(chosen, "llm.never_send", []))


def path_matcher(pattern: str) -> Callable[[str], bool]:
    """Make the test whether a key, or a folder above it, is named by a pattern.

    A pattern that cannot be used, or that takes out (`!`), names nothing.
    """
    lines = [] if pattern.startswith("!") else [pattern]
    return _naming(compile_rules(lines, "pattern", []))


def _naming(rules: Rules) -> Callable[[str], bool]:
    def named(key: str) -> bool:
        parts = key.split("/")
        for depth in range(1, len(parts) + 1):
            above = "/".join(parts[:depth])
            if rules.decide(above, parts[depth - 1], is_dir=depth < len(parts)) is not None:
                return True
        return False

    return named
