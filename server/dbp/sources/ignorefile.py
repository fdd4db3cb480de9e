"""Reading `.gitignore` and `.dbpignore` files: regular ones of a sane size, through no link."""

from __future__ import annotations

import os
import stat

from dbp.paths import Root, display
from dbp.sources.patterns import Rules, compile_rules

MAX_BYTES = 1_000_000  # git reads up to 100 MB; nobody writes a million patterns by hand
_NONE = Rules(())
_BLANKET = {"*", "/*", "**", "/**"}
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def read_rules(root: Root, folder: str, name: str, warnings: list[str]) -> Rules:
    """Read one rule file of a folder; empty rules when there is none that can be used."""
    path = root.absolute(f"{folder}/{name}" if folder else name)
    shown = f"{folder}/{name}" if folder else name
    try:
        handle = os.open(path, _FLAGS)
    except OSError as error:
        # A folder that cannot be searched is warned about when it is listed.
        if os.path.lexists(path):
            warnings.append(f"{display(shown)}: not used, {error.strerror}")
        return _NONE
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            warnings.append(f"{display(shown)}: not used, no regular file of a sane size")
            return _NONE
        data = os.read(handle, MAX_BYTES)
    except OSError as error:
        warnings.append(f"{display(shown)}: not used, {error.strerror}")
        return _NONE
    finally:
        os.close(handle)
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    lines = text.split("\n")
    if shown == ".gitignore":
        lines = [_unless_blanket(number, line, warnings) for number, line in enumerate(lines, 1)]
    return compile_rules(lines, shown, warnings)


def _unless_blanket(number: int, line: str, warnings: list[str]) -> str:
    """Drop a rule of the root that ignores everything; only called where there is no git.

    Such a rule means "only what is tracked counts". Without git nobody knows what is tracked, and
    obeying it would leave nothing (Debian's kernel sources are such a tree).
    """
    if line.strip() not in _BLANKET:
        return line
    warnings.append(f".gitignore:{number} {line.strip()}: not used, it means tracked files only")
    return ""
