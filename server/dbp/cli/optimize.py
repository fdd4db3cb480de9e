"""`dbp optimize`: tidy the database."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from dbp.cli.operation import carry_out


def run(options: argparse.Namespace) -> int:
    """Submit, wait, print; 1 when it failed."""
    return carry_out(options, "optimize", "dbp/optimize", lambda _root: {}, text)


def text(result: Mapping[str, Any]) -> str:
    """Say what each step did."""
    lines = [_line(step) for step in result["steps"]]
    before, after = result["bytesBefore"] / 1e6, result["bytesAfter"] / 1e6
    lines.append(f"{before:.1f} MB before, {after:.1f} MB after, {result['seconds']:.1f} s")
    return "\n".join(lines) + "\n"


def _line(step: Mapping[str, Any]) -> str:
    if "slices" not in step:
        return f"{step['step']:<16} skipped: {step['skipped']}"
    shown = ("contents", "meanings", "jobs", "merged", "orphans", "moved")
    counted = ", ".join(f"{step[name]:,} {name}" for name in shown if step.get(name))
    slices = f"{step['slices']:>4} x at most {step['longestSlice'] * 1000:3.0f} ms"
    found = counted or step.get("skipped") or "nothing to do"
    return f"{step['step']:<16} {step['seconds']:6.2f} s  {slices}  {found}"
