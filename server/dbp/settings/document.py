"""What is generated from the declaration: the reference page and the template of a settings file.

`python -m dbp.settings.document` writes `doc/settings.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from dbp.settings.catalogue import SECTIONS, SETTINGS, Setting
from dbp.settings.declaration import Settings
from dbp.settings.profiles import PROFILES

_HEAD = """\
# Settings

<!-- Written by `python -m dbp.settings.document`; change server/dbp/settings/declaration.py. -->

A value comes from the first of these places that has it:

| place | how |
|---|---|
| command line | `--set scheduler.delay_seconds=1` |
| environment | `DBP_SCHEDULER_DELAY_SECONDS=1`; lists as `a,b` or JSON, `true`, `false`, `1`, `0` |
| editor | `dbp.scheduler.delay_seconds`, dotted or nested |
| workspace file | `.dbp.toml`, else `.dbp.json`, else `[tool.dbp]` in `pyproject.toml` |
| user file | `config.toml` in your configuration folder for dbp |
| profile | the values below, chosen by `profile` |
| default | the values below |

A value that is out of range, of another kind or unknown is refused alone: it is reported with its
name, its range and its origin, and the last good value of that place stays, else the next place
decides. A file that cannot be read keeps what it said last.

**user only** marks what a file of the workspace can never set, because it sends data out, opens
files elsewhere, or lowers a guard that protects you from the workspace. **narrows** marks what
every place can only make stricter: a `false` anywhere is false, lists add up, and a value or file
that cannot be understood forbids all that the setting could. **restart** marks what takes effect
when the engine is built anew.

`DBP_CONFIG_DIR`, `DBP_STATE_DIR` and `DBP_CACHE_DIR` move your own folders; they are no settings.
"""

_WIDEST = 60
"""Characters of a default that a cell of a table can hold."""

_TEMPLATE_HEAD = """\
# Settings of dbp for {place}. Every line shows the default; remove the `#` to change it.
# What each does and which other places there are: doc/settings.md.
"""


def describe() -> list[dict[str, Any]]:
    """Every setting as plain values, for generators such as the extension's manifest."""
    return [_described(one) for one in SETTINGS.values()]


def _described(one: Setting) -> dict[str, Any]:
    return {
        "key": one.key,
        "type": one.kind,
        "default": list(one.default) if one.kind == "list" else one.default,
        "range": one.range,
        "minimum": one.minimum,
        "maximum": one.maximum,
        "choices": list(one.choices),
        "scope": one.scope,
        "class": "user-only" if one.user_only else "repo-ok",
        "restart": one.restart,
        "environment": list(one.environment),
        "oldNames": list(one.old_names),
        "narrows": one.narrows,
        "doc": one.doc,
    }


def document() -> str:
    """Render `doc/settings.md`."""
    parts = [_HEAD]
    for section, settings in _by_section():
        title = f"## `{section}`" if section else "## General"
        rows = "\n".join(_row(one) for one in settings)
        table = f"| setting | default | value | |\n|---|---|---|---|\n{rows}"
        longs = "".join(_long_default(one) for one in settings if _is_long(one))
        parts.append(f"{title}\n\n{_about(section)}\n\n{table}\n{longs}")
    parts.append(_profiles())
    return "\n".join(parts)


def _by_section() -> Iterator[tuple[str, list[Setting]]]:
    for section, settings in groupby(SETTINGS.values(), key=lambda one: one.section):
        yield section, list(settings)


def _about(section: str) -> str:
    model = SECTIONS[section] if section else Settings
    return (model.__doc__ or "").strip()


def _row(one: Setting) -> str:
    has = (("user only", one.user_only), ("narrows", one.narrows), ("restart", one.restart))
    marks = [word for word, on in has if on]
    marked = f" **{', '.join(marks)}**" if marks else ""
    olds = f" Old name: `{'`, `'.join(one.old_names)}`." if one.old_names else ""
    default = "below" if _is_long(one) else f"`{_toml(one.default)}`"
    return f"| `{one.key}` | {default} | {one.range} | {one.doc}{olds}{marked} |"


def _is_long(one: Setting) -> bool:
    return one.kind == "list" and len(_toml(one.default)) > _WIDEST


def _long_default(one: Setting) -> str:
    """Write a default that no cell of a table can hold, as a settings file would have it."""
    items = "".join(f"  {_toml(item)},\n" for item in one.default)
    return f"\nThe default of `{one.key}`:\n\n```toml\n{one.name} = [\n{items}]\n```\n"


def _profiles() -> str:
    names = [name for name in PROFILES if name != "default"]
    keys = [key for key in SETTINGS if any(key in PROFILES[name] for name in names)]
    lines = [f"| setting | default | {' | '.join(names)} |", "|---" * (len(names) + 2) + "|"]
    for key in keys:
        cells = (_toml(PROFILES[name][key]) if key in PROFILES[name] else "" for name in names)
        lines.append(f"| `{key}` | {_toml(SETTINGS[key].default)} | {' | '.join(cells)} |")
    return "## Profiles\n\n" + "\n".join(lines) + "\n"


def template(*, user: bool = False) -> str:
    """Render a settings file with every line commented out: `.dbp.toml`, or the user's own file.

    The user's has the keys that only a user may set besides.
    """
    parts = [_TEMPLATE_HEAD.format(place="you" if user else "this workspace")]
    for section, settings in _by_section():
        offered = [one for one in settings if user or not one.user_only]
        if not offered:
            continue
        lines = [f"# {_about(section)}", f"[{section}]"] if section else []
        for one in offered:
            lines += [f"# {one.doc}", f"# Must be {one.range}."]
            lines.append(f"#{one.name} = {_toml(one.default)}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _toml(value: Any) -> str:
    """Write a default: what JSON and TOML write alike, and tables."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def main() -> None:
    """Write the page."""
    page = Path(__file__).parents[3] / "doc" / "settings.md"
    page.write_text(document(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
