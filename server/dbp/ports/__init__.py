"""What the core asks of the edges. Edges implement these; the core never imports an edge.

Every method that blocks says so. None of them may be called on the loop thread unless it says
"quick", which means: microseconds, no walk, no write, no network.
"""

from __future__ import annotations

from dbp.ports.account import (
    Account,
    Added,
    CallRecord,
    CallStart,
    Consent,
    Granted,
    Later,
    Limits,
    Project,
    Refused,
    Spent,
)
from dbp.ports.edges import Edges
from dbp.ports.enrichment import UNSURE, EnrichmentEdges
from dbp.ports.extraction import Excluded, ExtractionRequest, Extractor, Failure
from dbp.ports.files import DeafSink, Listed, Scanner, Watcher, WatcherStatus, WatchSink
from dbp.ports.jobs import (
    JobCancelledError,
    JobContext,
    JobEventRow,
    JobFigures,
    JobHandler,
    JobStore,
    LeaseLostError,
    NewJob,
    Rate,
    Submitted,
)
from dbp.ports.model import Answer, BadAnswerError, Model, ModelError, Question
from dbp.ports.processes import Bell, Json, Leader
from dbp.ports.projects import Indexed, ProjectEdges
from dbp.ports.search import Differences, Hit, SearchState, Why
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
    "Added",
    "Answer",
    "BadAnswerError",
    "Bell",
    "CallRecord",
    "CallStart",
    "Consent",
    "DeafSink",
    "Differences",
    "Edges",
    "Enrich",
    "EnrichmentEdges",
    "Excluded",
    "ExtractionRequest",
    "Extractor",
    "Failure",
    "FilePage",
    "Granted",
    "Hit",
    "Indexed",
    "JobCancelledError",
    "JobContext",
    "JobEventRow",
    "JobFigures",
    "JobHandler",
    "JobStore",
    "Json",
    "Known",
    "Later",
    "Leader",
    "LeaseLostError",
    "Limits",
    "Listed",
    "Marked",
    "Model",
    "ModelError",
    "Move",
    "NewJob",
    "Project",
    "ProjectEdges",
    "Publish",
    "Put",
    "Question",
    "Rate",
    "Reader",
    "Refused",
    "Remove",
    "Scanner",
    "SearchState",
    "Spent",
    "Store",
    "StoreStatus",
    "Stored",
    "Submitted",
    "ToEnrich",
    "Touch",
    "WatchSink",
    "Watcher",
    "WatcherStatus",
    "Why",
    "Write",
]
