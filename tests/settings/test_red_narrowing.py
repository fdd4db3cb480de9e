"""A no in any file of the workspace wins, also in one whose other settings are not read."""

from __future__ import annotations

import pytest
from settings_places import Places


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[tool.dbp.llm]\nallowed = false\nnever_send = ["b/"]\n'),
        (".dbp.json", '{"llm": {"allowed": false, "never_send": ["b/"]}}'),
    ],
)
def test_a_second_file_forbids_and_sets_nothing(places: Places, file: str, text: str) -> None:
    places.write(".dbp.toml", '[llm]\nallowed = true\nnever_send = ["a/"]\n')
    places.write(file, text)
    llm = places.load().settings.llm
    assert llm.allowed is False
    assert set(llm.never_send) == {"a/", "b/"}


def test_a_second_file_that_allows_turns_no_no_over(places: Places) -> None:
    places.write(".dbp.toml", "[llm]\nallowed = false\n")
    places.write(".dbp.json", '{"llm": {"allowed": true}, "scheduler": {"batch_size": 5}}')
    settings = places.load().settings
    assert settings.llm.allowed is False
    assert settings.scheduler.batch_size == 20


def test_a_second_file_that_cannot_be_understood_forbids(places: Places) -> None:
    places.write(".dbp.toml", "[scheduler]\ndelay_seconds = 5\n")
    places.write(".dbp.json", '{"llm": {"allowed": fal')
    assert places.load().settings.llm.allowed is False
