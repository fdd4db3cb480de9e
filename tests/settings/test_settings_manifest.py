"""The extension offers the server's settings, all of them, as they are declared."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from dbp.settings.document import describe

EXTENSION = Path(__file__).parents[2] / "vscode-extension"
PACKAGE: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
SCHEMA: dict[str, Any] = json.loads(
    (EXTENSION / "schema" / "settings.json").read_text(encoding="utf-8")
)
HINT = "run python vscode-extension/scripts/manifest.py"


def offered() -> dict[str, dict[str, Any]]:
    """Give every setting the manifest offers for the server, by its key there."""
    blocks = PACKAGE["contributes"]["configuration"]
    return {
        key.removeprefix("dbp."): value
        for block in blocks
        if block["id"] != "editor"
        for key, value in block["properties"].items()
    }


def test_both_files_are_as_the_script_makes_them() -> None:
    script = runpy.run_path(str(EXTENSION / "scripts" / "manifest.py"))
    assert script["package"](PACKAGE) == PACKAGE, HINT
    assert script["schema"]() == SCHEMA, HINT


def test_every_setting_is_offered_with_its_default_range_and_scope() -> None:
    found = offered()
    assert list(found) == [one["key"] for one in describe()]
    for one in describe():
        property_ = found[one["key"]]
        assert property_["default"] == one["default"]
        assert property_.get("minimum") == one["minimum"]
        assert property_.get("maximum") == one["maximum"]
        assert property_.get("enum", []) == one["choices"] or one["type"] == "mapping"
        assert property_["scope"] == one["scope"]
        assert property_["markdownDescription"]


def test_what_only_the_user_may_set_is_the_machines_and_restricted() -> None:
    """Rows Z10, C31: a workspace that is not trusted cannot name programs or send anything."""
    restricted = PACKAGE["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    personal = {one["key"] for one in describe() if one["class"] == "user-only"}
    assert {key for key, value in offered().items() if value["scope"] == "machine"} == personal
    assert {f"dbp.{key}" for key in personal} < set(restricted)
    assert {"dbp.server.path", "dbp.server.args"} < set(restricted)


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"scheduler": {"delay_seconds": 5}, "diagnostics": {"severity": {"doc-stale": "off"}}}, 0),
        ({"scheduler": {"delay_seconds": 61}}, 1),
        ({"scheduler": {"delay": 5}}, 1),
        ({"llm": {"provider": "bedrock"}}, 1),
        ({"nonsense": 1}, 1),
    ],
)
def test_the_schema_of_settings_files_judges_as_the_server_does(
    settings: dict[str, Any], wrong: int
) -> None:
    judge = jsonschema.Draft7Validator(SCHEMA)
    assert len(list(judge.iter_errors(settings))) == wrong
