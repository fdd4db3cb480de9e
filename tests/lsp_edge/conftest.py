"""One edge server a test, with its own options."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from rawclient import RawClient

EDGE = [sys.executable, str(Path(__file__).with_name("edgeserver.py"))]
Spawn = Callable[..., RawClient]


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Return a function that starts an edge server; keywords are its options."""
    with ExitStack() as stack:

        def start(**options: Any) -> RawClient:
            env = {"EDGE_OPTIONS": json.dumps(options)}
            return stack.enter_context(RawClient.spawn(EDGE, env))

        yield start


@pytest.fixture
def new(spawn: Spawn) -> RawClient:
    """Return a client of a server that was told nothing yet."""
    return spawn()


@pytest.fixture
def client(new: RawClient) -> RawClient:
    """Return a client after the handshake."""
    new.initialize()
    return new


@pytest.fixture(scope="module")
def shared() -> Iterator[RawClient]:
    """Return a client that the tests of a module share: each must leave it as it was."""
    with RawClient.spawn(EDGE) as client:
        client.initialize()
        yield client
