"""Who does the jobs: claims them, runs their handlers, keeps their leases, writes how they end."""

from __future__ import annotations

from dbp.jobs.runner import JobRunner, Lane

__all__ = ["JobRunner", "Lane"]
