"""What `dbp/status` and `dbp/metrics` say of enrichment and its money. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dbp.enrichment.gate import CLOSED
from dbp.ports import Spent
from dbp.settings.declaration import Llm

NOTHING = Spent(0, 0.0, 0, 0.0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class FlowStatus:
    """What `dbp/status` says; `closed` is why nothing may leave, `reason` why calls rest."""

    model: str
    region: str
    host: str
    state: str
    reason: str
    closed: str | None
    active: int
    spent: Spent | None


def extraction_json(llm: Llm, flow: FlowStatus | None, counts: Mapping[str, int]) -> dict[str, Any]:
    """Render the `extraction` object of Status; `flow` is None where nothing is enriched."""
    on = llm.provider != "none"
    spent = (flow.spent if flow else None) or NOTHING
    closed = flow.closed if flow else None
    return {
        "provider": llm.provider if on else "local",
        "model": llm.model if on else None,
        "calls": spent.calls,
        "inputTokens": spent.input_tokens,
        "outputTokens": spent.output_tokens,
        "costUsd": round(spent.total_usd, 6),
        "budget": budget_json(llm, spent) if on else None,
        "egress": bool(on and flow and closed is None),
        "state": flow.state if flow else "ok",
        "reason": _reason(flow) if on else None,
        "region": flow.region or None if flow else None,
        "endpoint": flow.host or None if flow else None,
        "bytesSent": spent.sent_bytes,
        "active": flow.active if flow else 0,
        "files": counts_json(counts) if on else None,
    }


def _reason(flow: FlowStatus | None) -> str | None:
    if flow is None:
        return None
    if flow.closed == "opening":
        return flow.reason or None
    return CLOSED[flow.closed] if flow.closed else flow.reason or None


def counts_json(counts: Mapping[str, int]) -> dict[str, int]:
    """Count files by the state of their enrichment; those nobody decided about are pending."""
    return {
        "pending": counts.get("", 0) + counts.get("pending", 0),
        "done": counts.get("done", 0),
        "failed": counts.get("failed", 0),
        "skipped": counts.get("skipped", 0),
    }


def budget_json(llm: Llm, spent: Spent) -> dict[str, Any]:
    """Render budgets beside what is spent; null is no limit. Money is in USD."""
    return {
        "dailyUsd": llm.daily_budget_usd or None,
        "dailyTokens": llm.daily_budget_tokens or None,
        "totalUsd": llm.total_budget_usd or None,
        "totalTokens": llm.total_budget_tokens or None,
        "spentTodayUsd": round(spent.day_usd, 6),
        "spentTodayTokens": spent.day_tokens,
        "spentUsd": round(spent.total_usd, 6),
        "spentTokens": spent.total_tokens,
    }


def metrics_json(llm: Llm, spent: Spent | None, counts: Mapping[str, int]) -> dict[str, Any]:
    """Render `dbp/metrics`: what the ledger of the user adds up to, all folders together."""
    spent = spent or NOTHING
    return {
        "llm": {
            "calls": spent.calls,
            "tokens": spent.input_tokens + spent.output_tokens,
            "inputTokens": spent.input_tokens,
            "outputTokens": spent.output_tokens,
            "costUsd": round(spent.total_usd, 6),
            "bytesSent": spent.sent_bytes,
            "today": {"tokens": spent.day_tokens, "costUsd": round(spent.day_usd, 6)},
            "budget": budget_json(llm, spent),
            "enrichment": counts_json(counts),
        }
    }
