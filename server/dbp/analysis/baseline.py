"""Findings that are known and not shown: written down once, and only ever fewer.

A baseline counts findings by path, code and fingerprint. The fingerprint is of what a finding is
about, never of its line, so that a known one stays known wherever it moves to in its file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dbp.hashing import short_hash
from dbp.model import Finding

VERSION = 1
MAX_BYTES = 64 * 1024 * 1024
"""A million findings; what is larger is no baseline."""

Key = tuple[str, str]
"""A finding within its file: code and fingerprint."""


class BaselineError(ValueError):
    """A text that is no baseline; the message says why."""


def fingerprint(finding: Finding) -> str:
    """Name what a finding is about: equal for the same fault in two versions of a file."""
    said = f"{finding.code}\0{finding.about}"
    return short_hash(said.encode("utf-8", "surrogatepass"))


class Baseline:
    """How many findings of each kind are known in each file. A frozen value."""

    def __init__(self, known: Mapping[str, Mapping[Key, int]] | None = None) -> None:
        self._known = {path: dict(counts) for path, counts in (known or {}).items() if counts}

    def __len__(self) -> int:
        """Count the known findings."""
        return sum(sum(counts.values()) for counts in self._known.values())

    @property
    def paths(self) -> Sequence[str]:
        """The files with known findings, in order."""
        return sorted(self._known)

    def split(
        self, path: str, found: Sequence[Finding]
    ) -> tuple[list[Finding], list[Finding], int]:
        """Tell a file's new findings from the known ones, and count those that are gone."""
        left = Counter(self._known.get(path, {}))
        new: list[Finding] = []
        known: list[Finding] = []
        for finding in found:
            key = (finding.code, fingerprint(finding))
            (known if left[key] > 0 else new).append(finding)
            left[key] -= 1
        return new, known, sum((+left).values())

    def without_mended(self, seen: Mapping[str, Mapping[Key, int]]) -> Baseline:
        """Give the baseline without what is gone from files as they were seen; never with more."""
        known = dict(self._known)
        for path, there in seen.items():
            counts = known.get(path, {}).items()
            known[path] = {key: min(n, there[key]) for key, n in counts if there.get(key)}
        return Baseline(known)

    def text(self) -> str:
        """Write it down, one finding a line: two branches that mend different ones merge."""
        lines = []
        for path in self.paths:
            for (code, mark), number in sorted(self._known[path].items()):
                entry: dict[str, Any] = {"path": path, "code": code, "fingerprint": mark}
                if number > 1:
                    entry["count"] = number
                lines.append("  " + json.dumps(entry))
        body = "[\n" + ",\n".join(lines) + "\n ]" if lines else "[]"
        return f'{{"version": {VERSION}, "findings": {body}}}\n'


def count(found: Iterable[Finding]) -> Counter[Key]:
    """Count the findings of one file by code and fingerprint."""
    return Counter((finding.code, fingerprint(finding)) for finding in found)


def read(text: str) -> Baseline:
    """Read what `Baseline.text` wrote. Raises `BaselineError`."""
    try:
        data = json.loads(text)
        version, entries = data.get("version"), data.get("findings")
        known: dict[str, Counter[Key]] = {}
        for entry in entries if version == VERSION else ():
            key = (str(entry["code"]), str(entry["fingerprint"]))
            number = max(0, int(entry.get("count", 1)))
            known.setdefault(str(entry["path"]), Counter())[key] += number
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise BaselineError(f"{type(error).__name__}: {error}"[:200]) from error
    if version != VERSION:
        raise BaselineError(f"version {VERSION} was expected")
    return Baseline(known)
