"""What the core asks of the edges. Edges implement these; the core never imports an edge.

Every method that blocks says so. None of them may be called on the loop thread unless it says
"quick", which means: microseconds, no walk, no write, no network.
"""

from __future__ import annotations

from dbp.ports.edges import Edges
from dbp.ports.extraction import Excluded, ExtractionRequest, Extractor, Failure
from dbp.ports.files import DeafSink, Listed, Scanner, Watcher, WatcherStatus, WatchSink
from dbp.ports.processes import Bell, Json, Leader
from dbp.ports.store import Publish, Reader, Store
from dbp.ports.writes import FilePage, Known, Move, Put, Remove, Stored, StoreStatus, Touch, Write

__all__ = [
    "Bell",
    "DeafSink",
    "Edges",
    "Excluded",
    "ExtractionRequest",
    "Extractor",
    "Failure",
    "FilePage",
    "Json",
    "Known",
    "Leader",
    "Listed",
    "Move",
    "Publish",
    "Put",
    "Reader",
    "Remove",
    "Scanner",
    "Store",
    "StoreStatus",
    "Stored",
    "Touch",
    "WatchSink",
    "Watcher",
    "WatcherStatus",
    "Write",
]
