"""Which file system a folder lies on, where that decides whether native events can be had."""

from __future__ import annotations

import re
from pathlib import Path

# Changes made elsewhere (another machine, the Windows side of WSL) raise no event here.
_REMOTE = re.compile(
    r"9p|drvfs|nfs\d?|cifs|smb\d?|smbfs|afs|fuse(\..+)?|fuseblk|vboxsf|prl_fs|virtiofs"
)
_OCTAL = re.compile(r"\\([0-7]{3})")


def file_system(path: str, mountinfo: str | None = None) -> str:
    """Name the type of the file system `path` (real, absolute) is on; empty when unknown."""
    if mountinfo is None:
        try:
            mountinfo = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
        except OSError:
            return ""
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < 5 or not right:  # noqa: PLR2004 - the mount point is the fifth field
            continue
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= best:  # a later mount on the same point hides the earlier
            best, kind = len(point), right.split(" ")[0]
    return kind


def raises_no_events(kind: str) -> bool:
    """Tell whether changes on such a file system may stay unseen by the kernel."""
    return _REMOTE.fullmatch(kind) is not None
