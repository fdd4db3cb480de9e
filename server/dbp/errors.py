"""The error tree.

    DbpError
    ├── SettingsError       a value was refused; names key, range and origin
    ├── BadPathError        a path or URI that cannot be served (code says why)
    ├── RequestError        a request that cannot be answered (code says why)
    ├── StoreError          the database cannot be used
    │   └── NewerSchemaError
    └── ScanError           the workspace cannot be listed

Expected errors carry a `code` for programs, a message for people and a `hint`: the next step. They
are shown as one line; anything else is a defect and is logged with its traceback.
"""

from __future__ import annotations

from typing import Any


class DbpError(Exception):
    """An expected error: `code` is stable, `hint` says what to do next."""

    code = "failed"

    def __init__(self, message: str, *, hint: str = "", code: str = "", **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.data: dict[str, Any] = data
        if code:
            self.code = code

    def __str__(self) -> str:
        """Render as one line: what is wrong, then what to do."""
        return f"{self.message} ({self.hint})" if self.hint else self.message


class SettingsError(DbpError):
    """A setting was refused."""

    code = "bad_settings"


class BadPathError(DbpError):
    """A path or URI that cannot be served.

    Codes: `bad_params` (not a usable file URI), `outside_workspace`, `ignored`, `not_found`,
    `too_large`.
    """

    code = "bad_params"


class RequestError(DbpError):
    """A request that cannot be answered; `code` is one of those in doc/protocol.md."""

    code = "bad_params"


class StoreError(DbpError):
    """The database cannot be used."""

    code = "store_failed"


class NewerSchemaError(StoreError):
    """The database was written by a newer dbp; it is left untouched."""

    code = "newer_schema"


class ScanError(DbpError):
    """The workspace cannot be listed."""

    code = "scan_failed"


def defect(error: BaseException) -> DbpError:
    """Answer instead of an error that nobody expected; what it was stands in the log."""
    return DbpError(
        f"internal error: {type(error).__name__}",
        hint="the server's log tells more",
        code="internal",
    )
