"""Write what the extension takes from the server's declarations.

`python vscode-extension/scripts/manifest.py` writes the settings into `package.json`, beside those
only the editor knows, and the schema of settings files into `schema/`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from dbp.analysis.rules.catalogue import RULES
from dbp.settings.catalogue import SECTIONS, SETTINGS
from dbp.settings.document import describe

EXTENSION = Path(__file__).parents[1]
PACKAGE = EXTENSION / "package.json"
SCHEMA = EXTENSION / "schema" / "settings.json"
OWN = "editor"
"""The id of the block of settings that only the extension reads."""

_LEVELS = ["off", "hint", "information", "warning", "error"]
_TITLES = {"": "General", "llm": "Amazon Nova", "fs_monitor": "Files", "lsp": "Language Server"}


def configuration() -> list[dict[str, Any]]:
    """Give the blocks of `contributes.configuration` that the server's settings make."""
    blocks = []
    for number, (section, rows) in enumerate(groupby(describe(), key=_section)):
        properties = {f"dbp.{one['key']}": _property(one) for one in rows}
        blocks.append({"id": section or "general", "title": _title(section), "order": number + 2,
                       "properties": properties})  # fmt: skip
    return blocks


def _section(one: Mapping[str, Any]) -> str:
    section, dot, _ = one["key"].partition(".")
    return str(section) if dot else ""


def _title(section: str) -> str:
    return _TITLES.get(section) or section.replace("_", " ").title()


def _property(one: Mapping[str, Any]) -> dict[str, Any]:
    about = re.sub(r"`([a-z_]+(?:\.[a-z_]+)?)`", _linked, one["doc"])
    marks = [
        *(["Set it in your user settings; a workspace cannot."] if _personal(one) else []),
        *(["Every place can only make it stricter."] if one["narrows"] else []),
    ]
    described = " ".join([about, *marks])
    return {**_type(one), "default": one["default"], "markdownDescription": described,
            "scope": one["scope"]}  # fmt: skip


def _personal(one: Mapping[str, Any]) -> bool:
    return bool(one["class"] == "user-only")


def _linked(match: re.Match[str]) -> str:
    """A setting that is named becomes a link to it."""
    return f"`#dbp.{match[1]}#`" if match[1] in SETTINGS else match[0]


def _type(one: Mapping[str, Any]) -> dict[str, Any]:
    kind = one["type"]
    if kind == "choice":
        return {"type": "string", "enum": one["choices"]}
    if kind == "list":
        return {"type": "array", "items": {"type": "string"}}
    if kind == "mapping":
        level = {"type": "string", "enum": _LEVELS}
        codes = {rule.code: {**level, "description": rule.summary} for rule in RULES}
        return {"type": "object", "properties": codes, "additionalProperties": level}
    bounds = {name: one[name] for name in ("minimum", "maximum") if one[name] is not None}
    return {"type": kind, **bounds}


def schema() -> dict[str, Any]:
    """Give the JSON schema of `.dbp.json` and `.dbp.toml`: what a file of a project may set."""
    top: dict[str, Any] = {}
    for one in describe():
        if _personal(one):
            continue
        section, _, name = one["key"].rpartition(".")
        about = f"{one['doc']} Must be {one['range']}."
        value = {**_type(one), "default": one["default"], "description": about}
        if section:
            about = (SECTIONS[section].__doc__ or "").strip()
            holder = top.setdefault(section, {"type": "object", "description": about,
                                              "additionalProperties": False,
                                              "properties": {}})  # fmt: skip
            holder["properties"][name] = value
        else:
            top[name] = value
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of dbp for a project",
        "type": "object",
        "additionalProperties": False,
        "properties": top,
    }


def package(old: Mapping[str, Any]) -> dict[str, Any]:
    """Give the manifest with the settings as they are declared now."""
    new = json.loads(json.dumps(old))
    own = [block for block in new["contributes"]["configuration"] if block["id"] == OWN]
    new["contributes"]["configuration"] = own + configuration()
    restricted = [key for block in own for key in block["properties"] if ".server." in key]
    restricted += [f"dbp.{one['key']}" for one in describe() if _personal(one)]
    new["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = restricted
    place = f"./{SCHEMA.relative_to(EXTENSION).as_posix()}"
    new["contributes"]["jsonValidation"] = [{"fileMatch": ".dbp.json", "url": place}]
    new["contributes"]["tomlValidation"] = [{"fileMatch": ".dbp.toml", "url": place}]
    return dict(new)


def main() -> None:
    """Write both files."""
    made = package(json.loads(PACKAGE.read_text(encoding="utf-8")))
    SCHEMA.parent.mkdir(exist_ok=True)
    for path, value in ((PACKAGE, made), (SCHEMA, schema())):
        text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
