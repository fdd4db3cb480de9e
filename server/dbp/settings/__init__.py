"""Settings: declared once, merged from seven places, each value with its origin.

Promises: `load` always gives a valid `Settings` and never raises for what somebody wrote; a value
that is refused is refused alone, by name, range and origin; a file of the workspace can never set
what sends data out, opens files elsewhere or lowers a guard. Never: nothing of the workspace is
executed, no link there is followed, no `.env` is read.

`Settings()` is the defaults. To add a setting, add one field in `declaration.py`; the reference
page is written by `python -m dbp.settings.document`.
"""

from __future__ import annotations

from dbp.settings.declaration import Settings
from dbp.settings.effective import (
    Effective,
    changed_keys,
    effective_json,
    flat,
    load,
    needs_restart,
)
from dbp.settings.files import WORKSPACE_FILES, user_file
from dbp.settings.layers import SettingProblem

__all__ = [
    "WORKSPACE_FILES",
    "Effective",
    "SettingProblem",
    "Settings",
    "changed_keys",
    "effective_json",
    "flat",
    "load",
    "needs_restart",
    "user_file",
]
