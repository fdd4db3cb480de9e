"""URI ↔ path ↔ key: the only module that turns one into another.

A *path* is absolute and native, undecodable bytes kept with `surrogateescape`. A *key* is relative
to the workspace root with `/` between parts (see `dbp.model`). Nothing here lists a directory or
opens a file; a few `stat` calls happen only for paths that are not spelled below the root.

Conversions are strict: what a client sends is either a place inside the root or a `BadPathError`.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes, unquote_to_bytes

from dbp.errors import BadPathError

_WINDOWS = os.name == "nt"
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DRIVE = re.compile(r"/([A-Za-z]):(?:/|$)")
_LOW_SURROGATE = 0xDC00  # surrogateescape keeps the byte 0xNN as U+DCNN

# Unreserved characters and those a path may carry as they are (RFC 3986, pchar) minus `:`, so that
# a Windows drive looks as VS Code writes it (`file:///c%3A/x`).
_SAFE = "/-._~!$&'()*+,;=@"


def uri_to_path(uri: str, *, windows: bool = _WINDOWS) -> str:
    """Turn a `file` URI into an absolute native path.

    Raises `BadPathError` (`bad_params`) for another scheme, a host, a query or fragment, NUL, a
    broken percent escape, and anything that is not absolute.
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() != "file":
        raise _bad(uri, "only file: URIs are served")
    if rest.startswith("//"):
        host, slash, tail = rest[2:].partition("/")
        if host.lower() not in {"", "localhost"}:
            raise _bad(uri, "a file URI with a host is not served")
        rest = slash + tail
    if "?" in rest or "#" in rest:
        raise _bad(uri, "? and # in a name must be percent-encoded")
    if _BAD_PERCENT.search(rest):
        raise _bad(uri, "broken percent escape")
    try:
        data = unquote_to_bytes(rest.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError as error:
        raise _bad(uri, "lone surrogate") from error
    if b"\0" in data:
        raise _bad(uri, "NUL in the path")
    if not data.startswith(b"/") or data.startswith(b"//"):
        raise _bad(uri, "the path must be absolute")
    if windows:
        return _windows_path(data.decode("utf-8", "surrogateescape"))
    return os.fsdecode(data)


def path_to_uri(path: str, *, windows: bool = _WINDOWS) -> str:
    """Turn an absolute native path into a `file` URI; `uri_to_path` gives the path back.

    Raises `BadPathError` (`bad_params`) for a relative path and for NUL.
    """
    if windows:
        path = path.replace("\\", "/")
        if re.match(r"[A-Za-z]:", path):
            path = "/" + path[0].lower() + path[1:]
    if not path.startswith("/") or path.startswith("//") or "\0" in path:
        raise BadPathError(f"not an absolute path: {display(path)}")
    data = path.encode("utf-8", "surrogateescape") if windows else _encoded(path)
    return "file://" + quote_from_bytes(data, safe=_SAFE)


def _windows_path(path: str) -> str:
    r"""Turn `/c:/x/y` into `C:\x\y`; pure, so that it is tested on every system."""
    drive = _DRIVE.match(path)
    tail = path[3:]
    if drive is None or ":" in tail:
        raise _bad(path, "the path needs a drive, and no other colon")
    return drive[1].upper() + ":" + (tail.replace("/", "\\") or "\\")


def _bad(uri: str, why: str) -> BadPathError:
    return BadPathError(f"not a usable file URI: {display(uri[:200])}", hint=why)


def _encoded(path: str) -> bytes:
    try:
        return os.fsencode(path)
    except UnicodeEncodeError as error:
        raise BadPathError(f"not a usable path: {display(path)}", hint="lone surrogate") from error


@dataclass(frozen=True, slots=True)
class Root:
    """A workspace folder: `Root("/home/me/project")`.

    `given` is what the client said, made absolute; `path` is the real path, every link resolved;
    `uri` is the URI of `path`. The folder need not exist (yet, or any more).
    """

    given: str
    path: str = field(init=False)
    uri: str = field(init=False)

    def __post_init__(self) -> None:
        if "\0" in self.given:
            raise BadPathError("not a usable path: NUL in the workspace folder")
        _encoded(self.given)
        path = os.path.realpath(self.given)
        object.__setattr__(self, "given", os.path.abspath(self.given))
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "uri", path_to_uri(path))

    def key(self, path: str) -> str:
        """Turn an absolute path into a key; `..` is collapsed as text, then the place is checked.

        The root may be spelled as its real path, as the client said it, or through any other name
        of the same directory. No link below the root is followed. Raises `BadPathError`
        (`outside_workspace`, or `bad_params` for a relative path and for NUL).
        """
        if not os.path.isabs(path) or "\0" in path:
            raise BadPathError(f"not an absolute path: {display(path)}")
        _encoded(path)
        path = os.path.normpath(path)
        if path.startswith("//"):
            path = path[1:]
        for root in (self.path, self.given):
            below = _below(path, root)
            if below is not None:
                return below
        below = self._below_other_name(path)
        if below is None:
            raise _outside(path)
        return below

    def absolute(self, key: str) -> str:
        """Turn a key into the absolute path below the real root.

        Raises `BadPathError` (`outside_workspace`) for anything that is not a clean key.
        """
        if not key:
            return self.path
        parts = key.split("/")
        if "\0" in key or any(part in {"", ".", ".."} for part in parts):
            raise _outside(key)
        if _WINDOWS and ("\\" in key or ":" in key):
            raise _outside(key)
        return self.path.rstrip(os.sep) + os.sep + os.sep.join(parts)

    def key_of_uri(self, uri: str) -> str:
        """Turn a file URI into a key; raises as `uri_to_path` and `key` do."""
        return self.key(uri_to_path(uri))

    def uri_of(self, key: str) -> str:
        """Turn a key into a file URI; raises as `absolute` does."""
        return path_to_uri(self.absolute(key))

    def _below_other_name(self, path: str) -> str | None:
        """Look, from the top, for a folder of `path` that is the root under another name."""
        try:
            root = os.stat(self.path)
        except OSError:
            return None
        ends = [i for i, letter in enumerate(path) if letter == os.sep and i] + [len(path)]
        for end in ends:
            try:
                folder = os.stat(path[:end])
            except (OSError, ValueError):
                return None
            if os.path.samestat(root, folder):
                return path[end + 1 :].replace(os.sep, "/")
        return None


def _below(path: str, root: str) -> str | None:
    """Give the key of a normal path below `root`, by spelling alone, or None."""
    spelled, folder = os.path.normcase(path), os.path.normcase(root)
    if spelled == folder:
        return ""
    prefix = folder if folder.endswith(os.sep) else folder + os.sep
    return path[len(prefix) :].replace(os.sep, "/") if spelled.startswith(prefix) else None


def _outside(path: str) -> BadPathError:
    return BadPathError(
        f"outside the workspace: {display(path)}",
        code="outside_workspace",
        hint="only files below the workspace folder are served",
    )


def parent(key: str) -> str:
    """Name the folder a key lies in; the root is its own parent."""
    return key.rpartition("/")[0]


def is_below(key: str, prefix: str) -> bool:
    """Tell whether `key` is `prefix` or lies anywhere below it."""
    return not prefix or key == prefix or key.startswith(prefix + "/")


def common_folder(keys: Iterable[str]) -> str:
    """Name the deepest folder that holds every key; the root for none."""
    folders = [parent(key).split("/") for key in keys]
    if not folders:
        return ""
    low, high = min(folders), max(folders)
    same = 0
    while same < min(len(low), len(high)) and low[same] == high[same]:
        same += 1
    return "/".join(low[:same])


def display(key: str) -> str:
    """Make a path safe to show: control, bidi, invisible and undecodable letters are escaped."""
    if key.isascii() and key.isprintable():
        return key
    return "".join(_shown(letter) for letter in key)


def _shown(letter: str) -> str:
    if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"}:
        return letter
    code = ord(letter)
    if _LOW_SURROGATE + 0x80 <= code <= _LOW_SURROGATE + 0xFF:
        return f"\\x{code - _LOW_SURROGATE:02x}"
    if code <= 0xFF:  # noqa: PLR2004 - the widest number two hex digits hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four digits
