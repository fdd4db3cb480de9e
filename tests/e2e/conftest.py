"""One user with one folder, before a stand-in for Bedrock that answers honestly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bedrock import USUAL, StandIn
from nova import Nova
from nova_talk import honest


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    for name in USUAL:
        monkeypatch.delenv(name, raising=False)
    with StandIn(responder=honest) as found:
        yield found


@pytest.fixture
def nova(tmp_path: Path, stand_in: StandIn) -> Nova:
    """Give a user who consented for the folder."""
    made = Nova(tmp_path, stand_in)
    made.consent()
    return made
