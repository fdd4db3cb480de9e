"""What every place can only forbid: a project never turns on what its user did not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st
from settings_places import NOTHING_MAY_LEAVE, Places

from dbp.settings import Settings

WORKSPACE = "workspace file .dbp.toml"


def test_by_default_a_workspace_forbids_nothing_and_nobody_is_asked(places: Places) -> None:
    llm = places.load().settings.llm

    assert (llm.provider, llm.allowed, llm.never_send) == ("none", True, ())


def test_a_workspace_file_can_forbid(places: Places) -> None:
    places.write(".dbp.toml", '[llm]\nallowed = false\nnever_send = ["data/"]')
    effective = places.load()

    assert effective.problems == ()
    assert effective.settings.llm.allowed is False
    assert effective.settings.llm.never_send == ("data/",)
    assert effective.origins["llm.allowed"] == WORKSPACE
    assert effective.origins["llm.never_send"] == WORKSPACE


@pytest.mark.parametrize("place", ["user", "editor", "env", "cli"])
def test_a_workspace_file_cannot_allow_what_another_place_forbids(
    places: Places, place: str
) -> None:
    places.write(".dbp.toml", "[llm]\nallowed = true\nnever_send = []")
    given: dict[str, Any] = {
        "user": {},
        "editor": {"editor": {"llm": {"allowed": False, "never_send": ["x"]}}},
        "env": {"env": {"DBP_LLM_ALLOWED": "false", "DBP_LLM_NEVER_SEND": "x"}},
        "cli": {"cli": {"llm.allowed": "false", "llm.never_send": "x"}},
    }[place]
    if place == "user":
        places.write("config.toml", '[llm]\nallowed = false\nnever_send = ["x"]')
    effective = places.load(**given)

    assert effective.settings.llm.allowed is False
    assert effective.settings.llm.never_send == ("x",)
    words = {"user": "user file", "editor": "editor", "env": "environment", "cli": "command line"}
    assert effective.origins["llm.allowed"].startswith(words[place])
    assert effective.origins["llm.never_send"].startswith(words[place])


@pytest.mark.parametrize("higher", ["editor", "env", "cli"])
def test_no_higher_place_takes_back_what_a_workspace_forbids(places: Places, higher: str) -> None:
    places.write(".dbp.toml", '[llm]\nallowed = false\nnever_send = ["data/"]')
    given: dict[str, Any] = {
        "editor": {"editor": {"llm.allowed": True, "llm.never_send": []}},
        "env": {"env": {"DBP_LLM_ALLOWED": "true", "DBP_LLM_NEVER_SEND": ""}},
        "cli": {"cli": {"llm.allowed": "true", "llm.never_send": "[]"}},
    }[higher]
    effective = places.load(**given)

    assert effective.settings.llm.allowed is False
    assert effective.settings.llm.never_send == ("data/",)
    assert effective.origins["llm.allowed"] == WORKSPACE
    assert effective.origins["llm.never_send"] == WORKSPACE


def test_lists_add_up_and_the_highest_place_that_added_is_named(places: Places) -> None:
    places.write("config.toml", '[llm]\nnever_send = ["a", "b"]')
    places.write(".dbp.toml", '[llm]\nnever_send = ["b", "c"]')
    effective = places.load(editor={"llm.never_send": ["a", "c"]})

    assert effective.settings.llm.never_send == ("a", "b", "c")
    assert effective.origins["llm.never_send"] == WORKSPACE


@pytest.mark.parametrize("pattern", ["!data/", " !data/", "\t!x", "!"])
def test_no_pattern_takes_another_place_s_back(places: Places, pattern: str) -> None:
    places.write("config.toml", '[llm]\nnever_send = ["data/"]')
    places.write(".dbp.toml", f"[llm]\nnever_send = {json.dumps([pattern])}")
    effective = places.load()

    (problem,) = effective.problems
    assert "none with `!`" in problem.message
    assert effective.settings.llm.never_send == ("data/",)
    assert effective.settings.llm.allowed is False


@pytest.mark.parametrize(
    "text",
    [
        '[llm]\nallowed = "no"',
        "[llm]\nallowed = 0",
        '[llm]\nnever_send = "data/"',
        '[llm]\nallowed = true\nnever_send = ["data/", 3]',
        "llm = false",
        "[llm\nallowed = false",
    ],
)
def test_what_was_meant_to_forbid_and_is_not_understood_forbids_all(
    places: Places, text: str
) -> None:
    places.write(".dbp.toml", text)
    effective = places.load(editor={"llm.allowed": True})

    assert effective.settings == NOTHING_MAY_LEAVE
    assert effective.origins["llm.allowed"] == WORKSPACE
    assert [problem.severity for problem in effective.problems] == ["error"]


def test_a_value_that_breaks_later_forbids_until_it_is_mended(places: Places) -> None:
    file = places.write(".dbp.toml", '[llm]\nnever_send = ["data/"]')
    first = places.load()
    file.write_text('[llm]\nnever_send = ["data/", 3]')
    broken = places.load(previous=first)
    file.write_text('[llm]\nnever_send = ["data/", "more/"]')
    mended = places.load(previous=broken)

    assert (broken.settings.llm.allowed, broken.settings.llm.never_send) == (False, ("data/",))
    assert mended.settings.llm.allowed is True
    assert mended.settings.llm.never_send == ("data/", "more/")


def test_each_place_may_list_a_thousand_and_together_they_still_load(places: Places) -> None:
    def some(name: str, count: int) -> list[str]:
        return [f"{name}{number}" for number in range(count)]

    places.write("config.toml", f"[llm]\nnever_send = {json.dumps(some('user', 1000))}")
    places.write(".dbp.toml", f"[llm]\nnever_send = {json.dumps(some('workspace', 1000))}")
    given = {"llm.never_send": some("given", 1000)}
    effective = places.load(
        editor={"llm.never_send": some("editor", 1000)},
        env={"DBP_LLM_NEVER_SEND": json.dumps(some("env", 1000))},
        cli=given,
    )
    assert effective.problems == ()
    assert len(effective.settings.llm.never_send) == 5000

    places.write(".dbp.toml", f"[llm]\nnever_send = {json.dumps(some('workspace', 1001))}")
    (problem,) = places.load().problems
    assert problem.key == "llm.never_send"


@pytest.mark.parametrize("name", [".env", ".env.local", ".aws/config", ".dbp.env"])
def test_no_env_file_of_a_workspace_is_read(places: Places, name: str) -> None:
    """Row xS3."""
    (places.root / ".aws").mkdir()
    text = (
        "DBP_LLM_PROVIDER=bedrock\nDBP_LLM_ENDPOINT_URL=https://evil.example\n"
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME=https://evil.example\nMAIN_MODEL=evil\n"
    )
    places.write(name, text)

    assert places.load().settings == Settings()


ALLOWED = st.sampled_from([None, True, False])
PATTERNS = st.lists(st.sampled_from(["a", "b/", "*.c"]), max_size=2)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    allowed=st.lists(ALLOWED, min_size=4, max_size=4),
    patterns=st.lists(PATTERNS, min_size=4, max_size=4),
)
def test_whatever_the_places_say_the_strictest_holds_and_the_origin_said_it(
    places: Places, allowed: list[bool | None], patterns: list[list[str]]
) -> None:
    said = [
        ({"llm": {"allowed": one, "never_send": some}} if one is not None else {"llm": {}})
        for one, some in zip(allowed, patterns, strict=True)
    ]
    user, workspace, editor, cli = said
    for name, table in (("config.toml", user), (".dbp.toml", workspace)):
        lines = [f"{key} = {json.dumps(value)}" for key, value in table["llm"].items()]
        places.write(name, "\n".join(["[llm]", *lines]))
    effective = places.load(editor=editor, cli=cli)

    assert effective.problems == ()
    assert effective.settings.llm.allowed is (False not in allowed)
    wanted = {one for table in said for one in table["llm"].get("never_send", [])}
    assert set(effective.settings.llm.never_send) == wanted
    names = ["user file", "workspace file", "editor", "command line"]
    origin = effective.origins["llm.allowed"]
    if origin != "default":
        (place,) = (names.index(name) for name in names if origin.startswith(name))
        assert allowed[place] is (False not in allowed)
