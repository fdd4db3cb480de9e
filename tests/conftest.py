"""What holds for all tests: none depends on how busy the machine is that runs them."""

from __future__ import annotations

import os
import signal

import pytest

from dbp import throttle


@pytest.fixture(scope="session", autouse=True)
def _no_test_gives_way_to_others() -> None:
    """Keep every engine at its usual pace, here and in the processes that tests start."""
    os.environ.setdefault("DBP_THROTTLE_MAX_LOAD", "0")
    throttle.load_per_core = lambda: 0.0


@pytest.fixture(scope="session", autouse=True)
def _an_interrupt_is_one() -> None:
    """Undo what a shell does to jobs in the background: what they start would ignore Ctrl+C."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
