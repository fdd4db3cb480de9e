"""The sources room: what is on disk, which of it belongs to the workspace, and what just changed.

It owns watchdog, pathspec and every run of git in a workspace. It promises that one `Scope` gives
the same verdict to the walker, the watcher and single looks; that nothing in a workspace makes it
run code, block, or read outside the root; and that whatever cannot be known becomes a warning or a
hint to look again, never silence. It writes nothing below the root.
"""

from __future__ import annotations

import logging

_INACTIVE = "InotifyEmitter.queue_events() called when the thread is inactive"


def _worth_telling(record: logging.LogRecord) -> bool:
    """Leave out what watchdog calls an error and is the usual end of its reading thread."""
    return record.msg != _INACTIVE


# Here, since the bell is heard where nothing else is watched, too.
logging.getLogger("watchdog.observers.inotify").addFilter(_worth_telling)
