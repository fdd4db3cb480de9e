"""Column types for what file systems and source files hold and SQLite does not take as it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from sqlalchemy import types
from sqlalchemy.engine import Dialect

_INT64 = 1 << 63


def key_to_sql(key: str) -> str | bytes:
    """Turn a path key into what is stored: TEXT when it is valid Unicode, else its bytes."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return key_bytes(key)
    return key


def key_bytes(key: str) -> bytes:
    """Give a key's bytes on disk; a key no file system can hold gets bytes nothing has."""
    try:
        return os.fsencode(key)
    except UnicodeEncodeError:
        return key.encode("utf-8", "surrogatepass")


def key_from_sql(value: str | bytes) -> str:
    """Undo `key_to_sql`."""
    return value if isinstance(value, str) else os.fsdecode(value)


def clean(text: str) -> str:
    """Replace lone surrogates by U+FFFD: SQLite's TEXT is UTF-8 and cannot hold them."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class PathKey(types.UserDefinedType[str]):
    """A path key, exactly: TEXT or BLOB, in a column without affinity.

    SQLite sorts every TEXT before every BLOB, and each by its bytes.
    """

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Name no type that would convert one into the other."""
        return "BLOB"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:  # noqa: ARG002 - SQLAlchemy's shape
        """Bind a key."""
        return lambda value: key_to_sql(value) if isinstance(value, str) else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002
        """Read a key back."""
        return key_from_sql


class CleanText(types.TypeDecorator[str]):
    """Text without lone surrogates."""

    impl = types.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Clean what is bound."""
        return value if value is None else clean(value)


class WideInteger(types.TypeDecorator[int]):
    """An integer of any size: file systems report inodes and times beyond 63 bits.

    Those are kept as the digits' bytes, which INTEGER affinity leaves alone.
    """

    impl = types.BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Bind a number."""
        if value is None or -_INT64 <= value < _INT64:
            return value
        return str(value).encode()

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Read a number back."""
        return int(value) if isinstance(value, bytes) else value
