"""Folders for settings files, apart from the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    root, config = tmp_path / "workspace", tmp_path / "config"
    root.mkdir()
    config.mkdir()
    return Places(root, config)
