"""A server on a busy machine: it says that it gives way, does all the same, and comes back."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, source


def make_busy() -> None:
    """Compute until the kernel counts a load: it does so every five seconds."""
    deadline = time.monotonic() + 20
    while os.getloadavg()[0] == 0.0:
        assert time.monotonic() < deadline, "no load is counted"


@pytest.mark.skipif(not hasattr(os, "getloadavg"), reason="this system counts no load")
def test_a_server_gives_way_above_its_limit_and_takes_all_back_below_it(tmp_path: Path) -> None:
    """Row P7."""
    root = tmp_path / "project"
    root.mkdir()
    for number in range(50):
        (root / f"f{number}.py").write_text(source(f"Number {number}."))
    make_busy()
    environment = {"DBP_THROTTLE_MAX_LOAD": "1e-9"}
    with Editor.start(root, tmp_path / "state", env=environment) as editor:
        most = 0

        def status() -> dict[str, Any]:
            nonlocal most
            found = editor.status()
            most = max(most, found["workers"]["active"])
            return found

        deadline = time.monotonic() + 30
        while (found := status())["files"]["indexed"] < 50:
            assert time.monotonic() < deadline, found
        assert found["throttled"] is True
        assert most <= 1
        editor.save("f0.py", source("Another one."))
        editor.settle(flush=False)
        assert editor.intent("f0.py") == "Another one."

    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        assert editor.status()["throttled"] is False
