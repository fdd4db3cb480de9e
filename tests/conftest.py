"""What holds for all tests: none depends on how busy the machine is that runs them."""

from __future__ import annotations

import os

import pytest

from dbp import throttle


@pytest.fixture(scope="session", autouse=True)
def _no_test_gives_way_to_others() -> None:
    """Keep every engine at its usual pace, here and in the processes that tests start."""
    os.environ.setdefault("DBP_THROTTLE_MAX_LOAD", "0")
    throttle.load_per_core = lambda: 0.0
