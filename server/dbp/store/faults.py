"""From what SQLite says to a `StoreError` with a code for programs and a hint for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError

from dbp.errors import StoreError

# Primary result codes, https://sqlite.org/rescode.html
_BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 6, 8, 10, 11, 13, 14, 26
# A file that ends too early: -wal or the database was cut or deleted under us.
_SHORT_READ = 522

# Our statements and our text are right, so that these say something of the file; their code is the
# general one, or none.
_SIGNS_OF_DAMAGE = ("no such table", "no such column", "decode to UTF-8")

_FAULTS = {
    _BUSY: ("store_busy", "another program holds the database; it is tried again"),
    _LOCKED: ("store_busy", "another program holds the database; it is tried again"),
    _READONLY: ("store_readonly", "make the state directory writable"),
    _IOERR: ("store_io", "check the disk that holds the state directory"),
    _CORRUPT: ("store_corrupt", "it is set aside and rebuilt when it is opened again"),
    _FULL: ("store_full", "free some space; what is recorded stays readable"),
    _CANTOPEN: ("store_unusable", "make the state directory writable"),
    _NOTADB: ("store_corrupt", "it is set aside and rebuilt when it is opened again"),
}


def store_error(error: BaseException, doing: str) -> StoreError:
    """Explain a DB-API error."""
    extended = getattr(error, "sqlite_errorcode", None) or 0
    primary = extended & 0xFF
    code, hint = _FAULTS.get(primary, ("store_failed", "the log says more"))
    if extended == _SHORT_READ or any(sign in str(error) for sign in _SIGNS_OF_DAMAGE):
        code, hint = _FAULTS[_CORRUPT]
    return StoreError(f"{doing}: {error}", hint=hint, code=code, sqlite=extended)


@contextmanager
def explained(doing: str, kinds: type[BaseException] | Any = DBAPIError) -> Iterator[None]:
    """Turn the errors of SQLAlchemy, or the driver's own `kinds`, into `StoreError`s."""
    try:
        yield
    except DBAPIError as error:
        raise store_error(error.orig or error, doing) from error
    except kinds as error:
        raise store_error(error, doing) from error
