"""`dbp estimate`: what turning the model on would send and cost. Sends nothing itself.

Each content is prepared exactly as a call would prepare it; only the tokens are estimates.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from dbp.cli import OK, cloud
from dbp.cli.index import progress_bar
from dbp.cli.kit import make_kit
from dbp.cli.session import finish, opened, root_of
from dbp.cli.tally import Tally, count as count_all
from dbp.enrichment.prices import Price, cost, price_of, usd
from dbp.meaning import Usage
from dbp.paths import display
from dbp.settings.declaration import Llm


def run(options: argparse.Namespace) -> int:
    """Bring the record up to date, prepare every content, add up."""
    root = root_of(options)
    tally = Tally()
    with opened(options, root=root, folders=[""]) as workspace:
        engine = workspace.engine
        with progress_bar("indexing") as show:
            tick = (lambda: show(engine.statistics.handled(), None)) if engine else None
            finish(workspace, tick=tick)
        kit = make_kit(root, workspace.effective)
        with cloud.account() as account, progress_bar("preparing") as show:
            count_all(workspace, kit, account, tally, show)
    llm = kit.llm
    price = price_of(llm.model, llm.prices)
    if options.json:
        sys.stdout.write(json.dumps(_json(llm, tally, price), indent=2) + "\n")
    else:
        sys.stdout.write(f"{display(root.path)}\n" + _text(llm, tally, price))
        sys.stdout.write(_withheld(tally, paths=bool(options.verbose)))
    return OK


def _dollars(tally: Tally, price: Price) -> float:
    return cost(Usage(tally.input_tokens, tally.output_tokens), price)


def _minutes(llm: Llm, tally: Tally) -> float:
    """Say how long it takes at least at the configured rate; 0 when there is none."""
    tokens = tally.input_tokens + tally.output_tokens
    by_calls = tally.calls / llm.requests_per_minute if llm.requests_per_minute else 0.0
    by_tokens = tokens / llm.tokens_per_minute if llm.tokens_per_minute else 0.0
    return max(by_calls, by_tokens)


def _days(llm: Llm, tally: Tally, dollars: float) -> int:
    """Say over how many days the daily budgets spread it."""
    tokens = tally.input_tokens + tally.output_tokens
    parts = [(dollars, llm.daily_budget_usd), (float(tokens), float(llm.daily_budget_tokens))]
    return max([1, *(-int(-most // cap) for most, cap in parts if cap)]) if tally.calls else 0


def _json(llm: Llm, tally: Tally, price: Price) -> dict[str, Any]:
    dollars = _dollars(tally, price)
    return {
        "model": llm.model,
        "files": tally.files,
        "contents": tally.contents,
        "calls": tally.calls,
        "alreadyPaid": tally.paid,
        "nothingToAsk": tally.nothing,
        "changedMeanwhile": tally.changed,
        "withheld": {
            "files": tally.withheld.total(),
            "reasons": [
                {"reason": reason, "files": count, "paths": tally.paths[reason]}
                for reason, count in tally.withheld.most_common()
            ],
        },
        "truncated": tally.truncated,
        "redactions": tally.redactions,
        "inputTokens": tally.input_tokens,
        "outputTokens": tally.output_tokens,
        "costUsd": round(dollars, 6),
        "price": {
            "inputUsdPerMillion": round(price.input_usd * 1e6, 6),
            "outputUsdPerMillion": round(price.output_usd * 1e6, 6),
            "date": price.date,
            "known": price.known,
        },
        "minutesAtRate": round(_minutes(llm, tally), 2),
        "daysAtDailyBudget": _days(llm, tally, dollars),
        "exceedsTotalBudget": bool(llm.total_budget_usd and dollars > llm.total_budget_usd),
    }


def _text(llm: Llm, tally: Tally, price: Price) -> str:
    asked = (
        f"{tally.contents:,}: {tally.calls:,} to ask about, {tally.paid:,} paid for already, "
        f"{tally.nothing:,} with nothing to ask"
    )
    rows = [
        ("files", f"{tally.files:,}, of them {tally.withheld.total():,} withheld"),
        ("contents", asked),
        *(_price_rows(llm, tally, price) if tally.calls else [("cost", "nothing")]),
    ]
    if tally.truncated:
        rows.append(("long", f"{tally.truncated:,} of them would be shown in part"))
    if tally.redactions:
        rows.append(("redacted", f"{tally.redactions:,} possible secrets would be blacked out"))
    if tally.changed:
        rows.append(("changed", f"{tally.changed:,} changed meanwhile and are not counted"))
    return "".join(f"  {name:<9} {text}\n" for name, text in rows)


def _price_rows(llm: Llm, tally: Tally, price: Price) -> list[tuple[str, str]]:
    dollars, minutes = _dollars(tally, price), _minutes(llm, tally)
    known = "" if price.known else "; the model has no price, so this is the dearest of the list"
    took = f"at least {minutes:.0f} minutes" if minutes >= 1 else "perhaps under a minute"
    rows = [
        ("tokens", f"about {tally.input_tokens:,} in and {tally.output_tokens:,} out, {llm.model}"),
        ("cost", f"about {usd(dollars)} at the prices of {price.date} (llm.prices){known}"),
        ("time", f"{took} at the configured rate"),
    ]
    if llm.daily_budget_usd or llm.daily_budget_tokens:
        days = _days(llm, tally, dollars)
        spread = f"spread over {days} days by it" if days > 1 else "all of it fits into one day's"
        rows.append(("budget", f"daily: {spread}"))
    if llm.total_budget_usd and dollars > llm.total_budget_usd:
        rows.append(("budget", f"in all: stops at {usd(llm.total_budget_usd)}"))
    return rows


def _withheld(tally: Tally, *, paths: bool) -> str:
    lines = []
    for reason, count in tally.withheld.most_common():
        lines.append(f"  withheld  {count:,}: {reason}")
        if paths:
            lines += [f"              {display(path)}" for path in tally.paths[reason]]
    if lines and not paths:
        lines.append("            (-v names them)")
    return "".join(line + "\n" for line in lines)
