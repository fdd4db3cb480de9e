"""What is generated stands in step with the declaration."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from settings_places import Places

from dbp.settings import Settings
from dbp.settings.catalogue import SETTINGS
from dbp.settings.document import describe, document, template

PAGE = Path(__file__).parents[2] / "doc" / "settings.md"


def test_the_page_on_disk_is_what_would_be_written() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run python -m dbp.settings.document"


def test_every_setting_is_on_the_page_and_explained() -> None:
    page = document()

    for one in describe():
        assert f"| `{one['key']}` |" in page
        assert one["doc"].endswith(".")


def test_describe_says_all_a_generator_needs() -> None:
    (delay,) = (one for one in describe() if one["key"] == "scheduler.delay_seconds")

    assert delay["type"] == "integer"
    assert (delay["default"], delay["minimum"], delay["maximum"]) == (10, 1, 60)
    assert delay["range"] == "a whole number from 1 to 60"
    assert (delay["scope"], delay["class"], delay["restart"]) == ("resource", "repo-ok", False)
    assert delay["environment"] == ["DBP_SCHEDULER_DELAY_SECONDS"]
    assert {one["key"] for one in describe() if one["narrows"]} == {
        "llm.allowed",
        "llm.never_send",
    }


def test_a_long_default_stands_below_its_table_and_a_person_can_copy_it() -> None:
    page = document()

    assert "| `llm.prices` | below |" in page
    block = page.partition("The default of `llm.prices`:\n\n```toml\n")[2].partition("```")[0]
    assert tuple(tomllib.loads(block)["prices"]) == Settings().llm.prices
    assert max(len(row.split(" | ")[1]) for row in page.splitlines() if row.startswith("| `")) < 60


@pytest.mark.parametrize("user", [False, True])
def test_the_template_uncommented_is_the_defaults(places: Places, *, user: bool) -> None:
    text = template(user=user)
    name = "config.toml" if user else ".dbp.toml"
    places.write(name, text)
    assert places.load().origins["scheduler.delay_seconds"] == "default"

    places.write(name, re.sub(r"(?m)^#(?=[a-z_]+ =)", "", text))
    effective = places.load()
    assert effective.problems == ()
    assert effective.settings == Settings()
    assert effective.origins["scheduler.delay_seconds"] != "default"


def test_the_workspace_template_offers_only_what_a_repository_may_set() -> None:
    offered = tomllib.loads(re.sub(r"(?m)^#(?=[a-z_]+ =)", "", template()))

    assert set(offered["llm"]) == {"allowed", "never_send"}
    assert "database" not in offered
    assert set(offered["extraction"]) == {"max_file_size_kb"}
    assert len(tomllib.loads(template(user=True))) < len(SETTINGS)


def test_importing_settings_stays_light() -> None:
    code = (
        "import sys, dbp.settings; "
        "print([m for m in ('tomllib', 'platformdirs', 'sqlmodel', 'pygls') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "[]"
