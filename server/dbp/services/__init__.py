"""Background services: what is kept in step, looked for and tidied without anybody asking.

A service decides when; what it does is a job like any other. There is no thread of a service and no
second scheduler: moments come from `dbp.upkeep`, work is done by `dbp.jobs`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from dbp.paths import Root
from dbp.ports import Store
from dbp.services.base import Around, Host
from dbp.services.manager import ServiceManager
from dbp.services.shown import Enrichment, Extraction, Pipeline
from dbp.upkeep import Upkeep

__all__ = ["ServiceManager", "make_services"]


class _Engine(Host, Pipeline, Protocol):
    """What services need of the engine they belong to."""


def make_services(
    engine: _Engine,
    store: Store,
    upkeep: Upkeep,
    root: str,
    *,
    publish: Callable[[Sequence[str]], None],
    recheck: Callable[[], int],
) -> ServiceManager:
    """Make the services of one folder; see `Around` for the doors."""
    around = Around(engine, store, upkeep, Root(root), publish, recheck)
    return ServiceManager(around, [Extraction(engine), Enrichment(engine, store)])
