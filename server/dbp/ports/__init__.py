"""What the core asks of the edges. Edges implement these; the core never imports an edge.

Every method that blocks says so. None of them may be called on the loop thread unless it says
"quick", which means: microseconds, no walk, no write, no network.
"""

from __future__ import annotations

from dbp.ports.account import (
    Account,
    CallRecord,
    CallStart,
    Consent,
    Granted,
    Later,
    Limits,
    Refused,
    Spent,
)
from dbp.ports.edges import Edges
from dbp.ports.enrichment import UNSURE, EnrichmentEdges
from dbp.ports.extraction import Excluded, ExtractionRequest, Extractor, Failure
from dbp.ports.files import DeafSink, Listed, Scanner, Watcher, WatcherStatus, WatchSink
from dbp.ports.model import Answer, BadAnswerError, Model, ModelError, Question
from dbp.ports.processes import Bell, Json, Leader
from dbp.ports.store import Publish, Reader, Store
from dbp.ports.writes import (
    Accept,
    Enrich,
    FilePage,
    Known,
    Marked,
    Move,
    Put,
    Remove,
    Stored,
    StoreStatus,
    ToEnrich,
    Touch,
    Write,
)

__all__ = [
    "UNSURE",
    "Accept",
    "Account",
    "Answer",
    "BadAnswerError",
    "Bell",
    "CallRecord",
    "CallStart",
    "Consent",
    "DeafSink",
    "Edges",
    "Enrich",
    "EnrichmentEdges",
    "Excluded",
    "ExtractionRequest",
    "Extractor",
    "Failure",
    "FilePage",
    "Granted",
    "Json",
    "Known",
    "Later",
    "Leader",
    "Limits",
    "Listed",
    "Marked",
    "Model",
    "ModelError",
    "Move",
    "Publish",
    "Put",
    "Question",
    "Reader",
    "Refused",
    "Remove",
    "Scanner",
    "Spent",
    "Store",
    "StoreStatus",
    "Stored",
    "ToEnrich",
    "Touch",
    "WatchSink",
    "Watcher",
    "WatcherStatus",
    "Write",
]
