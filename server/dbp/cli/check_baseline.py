"""The baseline of a run of `dbp check`: read, compared with, written, and ratcheted down."""

from __future__ import annotations

import argparse
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dbp.analysis.baseline import MAX_BYTES, Baseline, BaselineError, count, read
from dbp.errors import RequestError
from dbp.model import Finding
from dbp.paths import Root, display

if TYPE_CHECKING:
    from collections import Counter

    from dbp.analysis.baseline import Key
    from dbp.view import View


class Ledger:
    """Sorts what is found into new and known, and keeps the file."""

    def __init__(self, path: Path, name: str, baseline: Baseline, mode: str) -> None:
        """Make it; `mode` is `read`, `write` or `ratchet`, `name` is how people know the file."""
        self._path = path
        self._baseline = baseline
        self._mode = mode
        self._seen: dict[str, Counter[Key]] = {}
        self._gone = 0
        self.name = name

    @classmethod
    def open(cls, options: argparse.Namespace, root: Root, setting: str) -> Ledger:
        """Read the baseline a run is compared with. Raises `RequestError` for one that is none."""
        if options.no_baseline:
            return cls(Path(root.absolute(setting)), "", Baseline(), "read")
        written = options.write_baseline
        given = options.baseline or (written or None)
        path = Path(given) if given else Path(root.absolute(setting))
        name = str(given or setting)
        if written is not None:
            return cls(path, name, Baseline(), "write")
        text = _read(path, name)
        if text is None and options.baseline:
            raise RequestError(f"there is no baseline {display(name)}", code="not_found")
        try:
            baseline = read(text) if text is not None else Baseline()
        except BaselineError as error:
            raise RequestError(
                f"{display(name)} is no baseline: {error}", hint="dbp check --write-baseline"
            ) from error
        mode = "ratchet" if options.ratchet else "read"
        return cls(path, name if text is not None else "", baseline, mode)

    def split(
        self, path: str, found: Sequence[Finding], *, whole: bool = True
    ) -> tuple[list[Finding], list[Finding]]:
        """Tell the new findings of a file from the known ones.

        When it was not judged as a `whole`, what is not found is not taken as mended.
        """
        if self._mode == "write":
            self._seen[path] = count(found)
            return [], list(found)
        new, known, gone = self._baseline.split(path, found)
        if whole and gone:
            self._seen[path] = count(found)
            self._gone += gone
        return new, known

    def close(self, view: View | None) -> str:
        """Write the file where there is a reason to; returns a sentence about it, or nothing."""
        if self._mode == "write":
            baseline = Baseline(self._seen)
            _write(self._path, baseline.text())
            return f"{display(self.name)} now holds {len(baseline)} known findings"
        for path in self._baseline.paths:
            if view is not None and not view.exists(path):
                self._seen[path] = count(())
        smaller = self._baseline.without_mended(self._seen)
        mended = len(self._baseline) - len(smaller)
        if not mended:
            return ""
        if self._mode != "ratchet":
            return f"{mended} known findings are mended: --ratchet takes them out of the baseline"
        _write(self._path, smaller.text())
        return f"{mended} mended findings left the baseline, which now holds {len(smaller)}"


def _read(path: Path, name: str) -> str | None:
    """Read a file that may be anybody's; None when there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return None
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_BYTES:
        os.close(descriptor)
        raise RequestError(f"{display(name)} is no baseline: no file of a usable size")
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(MAX_BYTES).decode("utf-8", "replace")


def _write(path: Path, text: str) -> None:
    """Put a file in the place of the old one, whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
