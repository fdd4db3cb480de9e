"""Which place wins, and what each place may write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from settings_places import Places

from dbp.settings import Settings, effective_json, load
from dbp.settings.catalogue import SETTINGS

DELAY = "scheduler.delay_seconds"


def test_without_anything_every_setting_is_its_default(places: Places) -> None:
    effective = places.load()

    assert effective.settings == Settings()
    assert effective.problems == ()
    assert set(effective.origins) == set(SETTINGS)
    assert set(effective.origins.values()) == {"default"}


def test_the_places_win_in_the_promised_order(places: Places) -> None:
    user = places.write("config.toml", 'profile = "low-resource"\n[scheduler]\ndelay_seconds = 11')
    expected = [
        (15, "command line", {"cli": {DELAY: 15}}),
        (14, "environment DBP_SCHEDULER_DELAY_SECONDS", {"env": True}),
        (13, "editor", {"editor": {DELAY: 13}}),
        (12, "workspace file .dbp.toml", {"file": True}),
        (11, f"user file {user}", {}),
    ]
    for first in range(len(expected)):
        given: dict[str, Any] = {}
        for _, _, one in expected[first:]:
            given |= one
        if given.pop("env", False):
            given["env"] = {"DBP_SCHEDULER_DELAY_SECONDS": "14"}
        file = places.write(".dbp.toml", "[scheduler]\ndelay_seconds = 12")
        if not given.pop("file", False):
            file.unlink()
        effective = places.load(**given)
        assert (effective.settings.scheduler.delay_seconds, effective.origins[DELAY]) == (
            expected[first][0],
            expected[first][1],
        )
        assert effective.problems == ()
    user.write_text('profile = "low-resource"')
    effective = places.load()
    assert effective.settings.scheduler.delay_seconds == 30
    assert effective.origins[DELAY] == "profile:low-resource"


@pytest.mark.parametrize(
    "editor",
    [
        {"scheduler": {"delay_seconds": 7}},
        {"scheduler.delay_seconds": 7},
        {"dbp": {"scheduler": {"delay_seconds": 7}}},
        {"dbp": {"scheduler.delay_seconds": 7}},
        {"dbp.scheduler.delay_seconds": 7},
        {"dbp.scheduler": {"delay_seconds": 7.0, "batch_size": None}, "llm": None},
        {"scheduler.delay_seconds": 7, "trace": {"server": "off"}, "dbp.interpreter": ["python"]},
    ],
)
def test_an_editor_may_nest_or_dot(places: Places, editor: dict[str, Any]) -> None:
    effective = places.load(editor=editor)

    assert effective.settings.scheduler.delay_seconds == 7
    assert type(effective.settings.scheduler.delay_seconds) is int
    assert effective.problems == ()


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("DBP_SCHEDULER_ENABLED", "false", "scheduler.enabled", False),
        ("DBP_SCHEDULER_ENABLED", "0", "scheduler.enabled", False),
        ("DBP_HOVER_ENABLED", "False", "hover.enabled", False),
        ("DBP_HOVER_ENABLED", "0", "hover.enabled", False),
        ("DBP_HOVER_ENABLED", "", "hover.enabled", True),
        ("DBP_LOG_LEVEL", "info", "log_level", "info"),
        ("DBP_PROFILE", "low_resource", "profile", "low-resource"),
        ("DBP_FS_MONITOR_IGNORE_PATTERNS", "a/, *.gen", "fs_monitor.ignore_patterns", None),
        ("DBP_FS_MONITOR_IGNORE_PATTERNS", '["a/", "*.gen"]', "fs_monitor.ignore_patterns", None),
        ("DBP_FS_MONITOR_IGNORE_PATTERNS", "", "fs_monitor.ignore_patterns", ()),
        ("DBP_LLM_TEMPERATURE", "0.5", "llm.temperature", 0.5),
        ("DBP_LLM_MODEL_ID", "m", "llm.model", "m"),
        ("MAIN_MODEL", "m", "llm.model", "m"),
        ("DBP_DIAGNOSTICS_SEVERITY", "a-b=off, c=hint", "diagnostics.severity", {"a-b": "off"}),
        ("DBP_DIAGNOSTICS_SEVERITY", '{"a-b": "off"}', "diagnostics.severity", {"a-b": "off"}),
    ],
)
def test_environment_texts_are_read_by_kind(
    places: Places, variable: str, text: str, key: str, value: Any
) -> None:
    effective = places.load(env={variable: text})

    assert effective.problems == ()
    section, _, name = key.rpartition(".")
    settings = effective.settings
    got = getattr(getattr(settings, section) if section else settings, name)
    if isinstance(value, dict):
        assert value.items() <= got.items()
    else:
        assert got == (("a/", "*.gen") if value is None else value)


def test_every_setting_has_an_environment_name(places: Places) -> None:
    for one in SETTINGS.values():
        text = json.dumps(one.default if one.kind != "list" else list(one.default)).strip('"')
        effective = places.load(env={one.environment[0]: text})
        assert effective.problems == ()
        if text not in {"", "{}"} and one.key != "llm.never_send":  # an empty list adds nothing
            assert effective.origins[one.key] == f"environment {one.environment[0]}"


def test_folders_are_no_settings_and_an_unknown_variable_is_told_about(places: Places) -> None:
    effective = places.load(
        env={"DBP_STATE_DIR": "/s", "DBP_CACHE_DIR": "/c", "DBP_SCHEDULER_DELAY": "1"}
    )

    (problem,) = effective.problems
    assert str(problem) == (
        "DBP_SCHEDULER_DELAY: there is no such setting (from environment DBP_SCHEDULER_DELAY); "
        "did you mean DBP_SCHEDULER_DELAY_SECONDS?"
    )


def test_command_line_texts_are_read_by_kind(places: Places) -> None:
    effective = places.load(
        cli={DELAY: "3", "hover.enabled": "no", "fs_monitor.include": "a,b", "log_level": "debug"}
    )

    assert effective.problems == ()
    assert effective.settings.scheduler.delay_seconds == 3
    assert effective.settings.hover.enabled is False
    assert effective.settings.fs_monitor.include == ("a", "b")
    assert effective.settings.log_level == "debug"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".dbp.toml", "[scheduler]\ndelay_seconds = 9"),
        (".dbp.toml", "scheduler.delay_seconds = 9"),
        (".dbp.toml", '"scheduler.delay_seconds" = 9'),
        (".dbp.json", '{"scheduler": {"delay_seconds": 9}}'),
        (".dbp.json", '\ufeff{"scheduler.delay_seconds": 9.0}'),
        ("pyproject.toml", "[tool.dbp.scheduler]\ndelay_seconds = 9"),
        ("pyproject.toml", "[tool.dbp]\nscheduler = {delay_seconds = 9}"),
    ],
)
def test_a_workspace_file_has_three_forms(places: Places, name: str, text: str) -> None:
    places.write(name, text)
    effective = places.load()

    assert effective.settings.scheduler.delay_seconds == 9
    assert effective.origins[DELAY] == f"workspace file {name}"
    assert effective.problems == ()


def test_dbp_toml_wins_over_the_other_files_with_one_warning(places: Places) -> None:
    places.write(".dbp.toml", "[scheduler]\ndelay_seconds = 5")
    places.write(".dbp.json", '{"scheduler": {"batch_size": 5}}')
    places.write("pyproject.toml", "[tool.dbp.scheduler]\nbatch_size = 6")
    effective = places.load()

    assert effective.settings.scheduler.delay_seconds == 5
    assert effective.settings.scheduler.batch_size == 20
    (problem,) = effective.problems
    assert problem.severity == "warning"
    assert problem.message.startswith(".dbp.json and pyproject.toml: these settings are not read")


@pytest.mark.parametrize(
    "text", ["[project]\nname = 'x'", "[project", "[project]\nname = 'dbp'\n["]
)
def test_a_pyproject_without_our_table_says_nothing(places: Places, text: str) -> None:
    places.write("pyproject.toml", text)

    assert places.load().problems == ()


def test_nothing_else_of_the_workspace_is_read(places: Places) -> None:
    places.write(".env", "DBP_SCHEDULER_DELAY_SECONDS=5")
    places.write("config.json", '{"scheduler": {"delay_seconds": 5}}')

    assert places.load().settings == Settings()


def test_entries_of_a_mapping_are_layered_one_by_one(places: Places) -> None:
    places.write("config.toml", '[diagnostics.severity]\n"missing-header" = "off"\nstale = "hint"')
    places.write(".dbp.toml", '[diagnostics.severity]\nstale = "error"\n"Bad Code" = "off"')
    effective = places.load(editor={"diagnostics.severity": {"cycle": "loud"}})

    assert effective.settings.diagnostics.severity == {"missing-header": "off", "stale": "error"}
    assert effective.origins["diagnostics.severity.stale"] == "workspace file .dbp.toml"
    assert [problem.key for problem in effective.problems] == [
        "diagnostics.severity.cycle",
        "diagnostics.severity.Bad Code",
    ]
    shape = effective_json(effective)["settings"]["diagnostics"]["severity"]
    assert shape["entries"]["stale"] == "workspace file .dbp.toml"


def test_a_profile_sets_defaults_and_explicit_keys_win(places: Places) -> None:
    places.write(".dbp.toml", 'profile = "production"\n[scheduler]\nbatch_size = 7')
    effective = places.load()

    assert effective.settings.scheduler.worker_threads == 4
    assert effective.origins["scheduler.worker_threads"] == "profile:production"
    assert effective.settings.scheduler.batch_size == 7
    assert effective.origins["profile"] == "workspace file .dbp.toml"
    development = places.load(cli={"profile": "development"})
    assert development.settings.log_level == "debug"
    assert development.settings.scheduler.worker_threads == 2


def test_effective_json_is_plain_and_nested(places: Places) -> None:
    shape = effective_json(places.load(env={"DBP_SCHEDULER_BATCH_SIZE": "0"}))

    assert json.loads(json.dumps(shape)) == shape
    assert shape["settings"]["scheduler"]["delay_seconds"] == {"value": 10, "origin": "default"}
    assert shape["settings"]["profile"] == {"value": "default", "origin": "default"}
    assert shape["settings"]["fs_monitor"]["ignore_patterns"]["value"] == ["scratchpad/"]
    assert shape["problems"][0]["key"] == "scheduler.batch_size"


def test_without_a_root_no_workspace_file_is_read(tmp_path: Path) -> None:
    effective = load(None, env={"DBP_CONFIG_DIR": str(tmp_path / "nowhere")})

    assert effective.settings == Settings()
    assert effective.root is None
