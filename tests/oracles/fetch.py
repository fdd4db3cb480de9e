"""Fetch the package that an oracle compares with: `python tests/oracles/fetch.py [folder]`.

By the ordinary client of the registry, into `.oracles/` beside the tests; what is there stays.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

DJANGO = "5.2.19"
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Fetch and unpack."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".oracles"
    if (folder / f"django-{DJANGO}").is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    pip += ["--no-binary", ":all:", "--dest", str(folder), f"Django=={DJANGO}"]
    subprocess.run(pip, check=True)
    for archive in folder.glob("[Dd]jango-*.tar.gz"):
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
        archive.unlink()
    for unpacked in folder.glob("Django-*"):
        unpacked.rename(folder / unpacked.name.lower())


if __name__ == "__main__":
    main()
