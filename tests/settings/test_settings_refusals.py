"""What is refused, alone, with its name, its range and its origin; and what stands then."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st
from settings_places import Places

from dbp.errors import SettingsError
from dbp.settings import Settings
from dbp.settings.catalogue import SETTINGS
from dbp.settings.effective import flat
from dbp.settings.fields import Section
from dbp.settings.profiles import PROFILES

NUMBERS = [one for one in SETTINGS.values() if one.minimum is not None]
OUTSIDE = [
    (one, value) for one in NUMBERS for value in ((one.minimum or 0) - 1, (one.maximum or 0) + 1)
]


@pytest.mark.parametrize(("one", "value"), OUTSIDE, ids=lambda x: getattr(x, "key", str(x)))
def test_each_bound_is_kept(places: Places, one: Any, value: float) -> None:
    variable = one.environment[0]
    effective = places.load(env={variable: str(value)})

    (problem,) = effective.problems
    assert problem.message == (
        f"{one.key}: {problem.message.split()[1]} is not allowed: "
        f"must be from {one.minimum} to {one.maximum} (from environment {variable})"
    )
    assert (problem.key, problem.severity) == (one.key, "error")
    assert effective.settings == Settings()


@pytest.mark.parametrize("one", NUMBERS, ids=lambda one: one.key)
def test_each_bound_itself_is_allowed(places: Places, one: Any) -> None:
    for value in (one.minimum, one.maximum):
        effective = places.load(editor={one.key: value})
        assert effective.problems == ()
        assert flat(effective.settings)[one.key] == value


def test_the_message_reads_as_promised(places: Places) -> None:
    effective = places.load(env={"DBP_SCHEDULER_DELAY_SECONDS": "0"})

    (problem,) = effective.problems
    assert str(problem) == (
        "scheduler.delay_seconds: 0 is not allowed: must be from 1 to 60 "
        "(from environment DBP_SCHEDULER_DELAY_SECONDS); 10 stays in force (from default)"
    )
    with pytest.raises(SettingsError, match="must be from 1 to 60"):
        effective.raise_for_errors()


def test_a_refused_value_leaves_its_neighbours_and_the_next_place_decides(places: Places) -> None:
    places.write(".dbp.toml", "[scheduler]\ndelay_seconds = 20")
    effective = places.load(editor={"scheduler": {"delay_seconds": 61, "batch_size": 3}})

    assert effective.settings.scheduler.delay_seconds == 20
    assert effective.settings.scheduler.batch_size == 3
    assert effective.problems[0].hint == "20 stays in force (from workspace file .dbp.toml)"


@pytest.mark.parametrize(
    ("key", "value", "range_"),
    [
        ("scheduler.enabled", 1, "true or false"),
        ("scheduler.delay_seconds", "ten", "a whole number from 1 to 60"),
        ("scheduler.delay_seconds", True, "a whole number from 1 to 60"),
        ("scheduler.delay_seconds", 1.5, "a whole number from 1 to 60"),
        ("scheduler.delay_seconds", [], "a whole number from 1 to 60"),
        ("llm.temperature", False, "a number from 0 to 1"),
        ("llm.temperature", float("nan"), "a number from 0 to 1"),
        ("fs_monitor.backend", "magic", "one of auto, native, polling, off"),
        ("fs_monitor.ignore_patterns", "x/", "a list of at most 1000 patterns"),
        ("fs_monitor.ignore_patterns", [1], "a list of at most 1000 patterns"),
        ("fs_monitor.ignore_patterns", ["!"], "a list of at most 1000 patterns"),
        ("fs_monitor.include", ["foo\\"], "a list of at most 1000 patterns"),
        ("fs_monitor.include", ["a\nb"], "a list of at most 1000 patterns"),
        ("fs_monitor.include", ["x"] * 1001, "a list of at most 1000 patterns"),
        ("diagnostics.severity", 3, "a table from finding codes"),
        ("database.path", "here.db", "an absolute path"),
        ("llm.endpoint_url", "http://example.com", "an https URL"),
        ("llm.endpoint_url", "http://localhost:1@example.com", "an https URL"),
        ("llm.endpoint_url", "https://user:secret@example.com", "an https URL"),
        ("llm.region", "us east", "the name of an AWS region"),
        ("llm.prices", [], "a list of 1 to 200 texts like"),
        ("llm.prices", ["amazon.nova-lite-v1:0 0.06 2025-12"], "a list of 1 to 200 texts like"),
        ("llm.prices", ["amazon.nova-lite-v1:0 -1 0.2 2025-12"], "a list of 1 to 200 texts like"),
        ("llm.prices", ["amazon.nova-lite-v1:0 0.1 0.2 2025-13"], "a list of 1 to 200 texts like"),
        ("llm.prices", ["amazon.nova-lite-v1:0 1e9 0.2 2025-12"], "a list of 1 to 200 texts like"),
        ("llm.prices", ["a  1 1 2025-12"], "a list of 1 to 200 texts like"),
        ("llm.prices", "a 1 1 2025-12", "a list of 1 to 200 texts like"),
        ("llm.daily_budget_usd", float("inf"), "a number from 0 to 100000"),
        ("profile", "fast", "one of default, development, production, low-resource"),
    ],
)
def test_another_kind_is_refused(places: Places, key: str, value: Any, range_: str) -> None:
    effective = places.load(editor={key: value})

    (problem,) = effective.problems
    assert problem.key == key
    assert f"is not allowed: must be {range_}" in problem.message
    assert effective.settings == Settings()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("llm.endpoint_url", "http://127.0.0.1:8080/x"),
        ("llm.endpoint_url", "http://[::1]:1"),
        ("llm.endpoint_url", "https://vpce-1.bedrock.eu-west-1.vpce.amazonaws.com"),
        ("llm.region", "us-gov-west-1"),
        ("llm.prices", ["us.amazon.nova-lite-v1:0 0.06 0.24 2025-12-31", "x 1 1 2026-01"]),
        ("llm.daily_budget_usd", 2),
        ("llm.never_send", ["*.sql", "\\!odd", "/data/"]),
        ("fs_monitor.ignore_patterns", ["a\\\\", "!b", "\\#c"]),
    ],
)
def test_a_good_text_is_taken(places: Places, key: str, value: Any) -> None:
    assert places.load(editor={key: value}).problems == ()


def test_a_home_is_expanded_in_the_database_path(places: Places) -> None:
    effective = places.load(cli={"database.path": "~/dbp.db"})

    assert effective.settings.database.path == os.path.expanduser("~/dbp.db")  # noqa: PTH111 - text


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("scheduler.delay_second", "scheduler.delay_seconds"),
        ("delay_seconds", "scheduler.delay_seconds"),
        ("shceduler", "scheduler"),
        ("scheduler.bogus", ""),
        ("qqqqqq", ""),
    ],
)
def test_an_unknown_key_names_the_nearest(places: Places, key: str, meant: str) -> None:
    (problem,) = places.load(editor={key: 1}).problems

    assert problem.message == f"{key}: there is no such setting (from editor)"
    assert problem.hint == (f"did you mean {meant}?" if meant else "")
    assert problem.severity == "warning"


def test_a_section_must_be_a_table(places: Places) -> None:
    (problem,) = places.load(editor={"scheduler": 3}).problems

    assert problem.message == "scheduler: 3 is not allowed: must be a table (from editor)"


def test_thousands_of_wrong_keys_are_told_about_in_a_few_lines(places: Places) -> None:
    places.write(".dbp.toml", "\n".join(f"key{i} = 1" for i in range(5000)))
    problems = places.load().problems

    assert len(problems) == 21
    assert problems[-1].message == "workspace file .dbp.toml: 4980 more problems"


USER_ONLY = [one for one in SETTINGS.values() if one.user_only]


@pytest.mark.parametrize("one", USER_ONLY, ids=lambda one: one.key)
def test_a_repository_cannot_set_what_is_the_users(places: Places, one: Any) -> None:
    value = {"string": '"x"', "choice": '"bedrock"', "boolean": "true"}.get(one.kind, "1")
    table = f"[{one.section}]\n" if one.section else ""
    places.write(".dbp.toml", f"{table}{one.name} = {value}")
    effective = places.load()

    assert effective.settings == Settings()
    (problem,) = effective.problems
    assert problem.severity == "warning"
    assert problem.message == (
        f"{one.key}: a repository cannot set this (from workspace file .dbp.toml)"
    )
    assert one.scope == "machine"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        (".dbp.toml", "[llm]\n{}"),
        ("pyproject.toml", "[tool.dbp.llm]\n{}"),
        ("pyproject.toml", "[tool]\ndbp.llm.{}"),
    ],
)
def test_a_hostile_repository_changes_nothing_of_what_is_sent_where(
    places: Places, name: str, form: str
) -> None:
    """Row xS1: each key is ignored with a warning of its own."""
    hostile = {
        "provider": '"bedrock"',
        "model": '"evil.model-v1:0"',
        "model_id": '"evil.model-v1:0"',
        "region": '"us-west-2"',
        "profile": '"work"',
        "endpoint_url": '"https://evil.example"',
        "instance_metadata": "true",
        "service_tier": '"priority"',
        "max_file_size_kb": "1024",
        "daily_budget_usd": "0",
        "total_budget_usd": "0",
        "prices": '["evil 0 0 2025-12"]',
    }
    keys = [one.name for one in USER_ONLY if one.section == "llm"]
    for key in {*hostile, *keys}:
        places.write(name, form.format(f"{key} = {hostile.get(key, '1')}"))
        effective = places.load()

        assert effective.settings == Settings()
        (problem,) = effective.problems
        assert problem.severity == "warning"
        assert "a repository cannot set this" in problem.message


def test_old_names_do_not_get_around_the_rule(places: Places) -> None:
    places.write(".dbp.json", '{"llm.model_id": "evil", "llm": {"model_id": "evil"}}')
    effective = places.load()

    assert effective.settings == Settings()
    assert len(effective.problems) == 2


def test_what_sends_data_out_or_opens_files_elsewhere_is_the_users() -> None:
    keys = {one.key for one in USER_ONLY}
    narrowing = {key for key, one in SETTINGS.items() if one.narrows}

    assert narrowing == {"llm.allowed", "llm.never_send"}
    sensitive = {key for key in SETTINGS if key.startswith(("llm.", "database."))}
    assert sensitive - narrowing <= keys
    assert "extraction.memory_limit_mb" in keys


def test_the_user_may_set_them_anywhere_else(places: Places) -> None:
    places.write("config.toml", '[llm]\nprovider = "bedrock"\nregion = "eu-west-1"')
    assert places.load().settings.llm.provider == "bedrock"
    assert places.load(env={"DBP_LLM_PROVIDER": "none"}).settings.llm.provider == "none"
    assert places.load(editor={"llm.profile": "work"}).settings.llm.profile == "work"


def test_no_profile_touches_what_sends_data_out_or_opens_files() -> None:
    touched = {key for values in PROFILES.values() for key in values}

    harmless = {"extraction.processes", "llm.max_concurrency"}
    assert {key for key in touched if SETTINGS[key].user_only} == harmless
    assert PROFILES["low-resource"]["llm.max_concurrency"] == 1


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_is_allowed_and_holds_the_rules(places: Places, profile: str) -> None:
    effective = places.load(cli={"profile": profile})

    assert effective.problems == ()
    for key, value in PROFILES[profile].items():
        assert flat(effective.settings)[key] == value
        assert effective.origins[key] == f"profile:{profile}"


def test_delay_above_max_delay_is_refused_naming_both(places: Places) -> None:
    effective = places.load(
        editor={"scheduler": {"delay_seconds": 60, "max_delay_seconds": 30, "batch_size": 3}}
    )

    (problem,) = effective.problems
    assert problem.message == (
        "scheduler.max_delay_seconds: 30 (from editor) must not be below "
        "scheduler.delay_seconds: 60 (from editor)"
    )
    assert effective.settings.scheduler.delay_seconds == 10
    assert effective.settings.scheduler.max_delay_seconds == 120
    assert effective.settings.scheduler.batch_size == 3


def test_across_places_the_one_with_less_to_say_gives_way(places: Places) -> None:
    places.write(".dbp.toml", "[scheduler]\nmax_delay_seconds = 30")
    effective = places.load(env={"DBP_SCHEDULER_DELAY_SECONDS": "60"})

    assert effective.settings.scheduler.delay_seconds == 60
    assert effective.settings.scheduler.max_delay_seconds == 120
    assert effective.problems[0].origin == "workspace file .dbp.toml"


def test_a_profile_gives_way_without_a_word(places: Places) -> None:
    effective = places.load(cli={"profile": "development", "scheduler.delay_seconds": 60})

    assert effective.settings.scheduler.max_delay_seconds == 120
    assert effective.problems == ()


def test_the_model_alone_keeps_the_rule_too() -> None:
    scheduler = type(Settings().scheduler)
    assert issubclass(scheduler, Section)
    with pytest.raises(ValueError, match="max_delay_seconds must not be below delay_seconds"):
        scheduler(delay_seconds=60, max_delay_seconds=30)


KEYS = st.sampled_from([*SETTINGS, "scheduler", "dbp", "diagnostics.severity.x", "unknown"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(editor=st.dictionaries(KEYS | st.text(), VALUES, max_size=5))
def test_whatever_an_editor_sends_the_settings_are_valid(
    places: Places, editor: dict[str, Any]
) -> None:
    effective = places.load(editor=editor)

    again = Settings.model_validate(effective.settings.model_dump())
    assert again == effective.settings
