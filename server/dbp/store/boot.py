"""Which start of the machine this is: monotonic times of two starts cannot be compared."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_LINUX = Path("/proc/sys/kernel/random/boot_id")
_WINDOWS = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"


@cache
def boot_id() -> str:
    """Name this start of the machine."""
    with suppress(OSError, AttributeError, ImportError, ValueError):
        if sys.platform == "darwin":
            return _session()
        if sys.platform == "win32":
            return _number()
        found = _LINUX.read_text(encoding="ascii").strip()
        if found:
            return found
    import psutil

    # To ten seconds: on some systems it moves a little when the wall clock is set right.
    return f"at {round(psutil.boot_time(), -1):.0f}"


def _session() -> str:
    """Ask macOS, whose time of start follows the wall clock."""
    found = ctypes.create_string_buffer(64)
    size = ctypes.c_size_t(len(found))
    ask: Any = ctypes.CDLL(None).sysctlbyname
    if ask(b"kern.bootsessionuuid", found, ctypes.byref(size), None, ctypes.c_size_t(0)):
        raise OSError("the system does not say")
    return found.value.decode("ascii")


def _number() -> str:
    """Ask Windows, which counts its starts."""
    registry: Any = import_module("winreg")
    with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, _WINDOWS) as key:
        return f"start {registry.QueryValueEx(key, 'BootId')[0]}"
