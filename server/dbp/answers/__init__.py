"""The answers to `dbp/*` requests about one folder (doc/protocol.md, section 4).

Each is quick or hands its work on; each answers through `reply`, at once or later, from any thread.
"""

from __future__ import annotations

from dbp.answers.table import answer

__all__ = ["answer"]
