"""Profiles: other defaults for other places. They never touch what sends data out or opens files.

The numbers follow rows PR1 to PR3 where the settings they name exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

PROFILES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "default": {},
        # Somebody works on dbp or tries it out: results at once, and a log that tells.
        "development": {
            "log_level": "debug",
            "scheduler.delay_seconds": 2,
            "scheduler.max_delay_seconds": 30,
            "scheduler.batch_size": 5,
            "cycle_detection.check_delay_seconds": 1.0,
            "incremental_sync.sync_delay_seconds": 2.0,
            "incremental_sync.batch_size": 10,
            "index_optimization.optimize_interval_hours": 6,
            "index_optimization.large_change_threshold": 20,
        },
        # A large workspace on a large machine: throughput before latency, patient recovery.
        "production": {
            "scheduler.worker_threads": 4,
            "scheduler.max_queue_size": 5000,
            "scheduler.batch_size": 50,
            "cache.max_entries": 10000,
            "cache.max_memory_mb": 64,
            "services.workers": 5,
            "incremental_sync.batch_size": 50,
            "index_optimization.optimize_interval_hours": 72,
            "index_optimization.large_change_threshold": 500,
            "jobs.max_retries": 5,
            "jobs.retry_base": 5,
            "incremental_sync.max_retries": 5,
            "cycle_detection.max_retries": 5,
            "index_optimization.max_retries": 5,
        },
        # A small machine, a battery, a shared host: one of everything, rarely.
        "low-resource": {
            "scheduler.delay_seconds": 30,
            "scheduler.max_delay_seconds": 300,
            "scheduler.worker_threads": 1,
            "scheduler.batch_size": 5,
            "fs_monitor.poll_interval_seconds": 30,
            "extraction.processes": 1,
            "llm.max_concurrency": 1,
            "cache.max_entries": 200,
            "cache.max_memory_mb": 4,
            "jobs.workers": 1,
            "services.workers": 1,
            "cycle_detection.check_delay_seconds": 10.0,
            "incremental_sync.sync_delay_seconds": 15.0,
            "incremental_sync.batch_size": 5,
            "index_optimization.optimize_interval_hours": 168,
            "index_optimization.large_change_threshold": 1000,
        },
    }
)
