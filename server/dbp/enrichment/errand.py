"""One file's way: read, prepare, pass the gate, ask, keep. Blocking; runs on a model worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from dbp.clock import Clock
from dbp.enrichment import gate, prices
from dbp.enrichment.answer import read_answer
from dbp.enrichment.backlog import Item, settle_known
from dbp.enrichment.failures import BY_HAND, HEALED, Failures
from dbp.enrichment.payload import encode
from dbp.enrichment.plan import Plan
from dbp.enrichment.prepare import FileFacts, Prepared, prepare
from dbp.enrichment.turnstile import Place
from dbp.errors import BadPathError, StoreError
from dbp.hashing import content_hash
from dbp.meaning import Meaning, Usage
from dbp.model import EnrichmentState, Extraction
from dbp.ports import (
    UNSURE,
    Account,
    Answer,
    CallStart,
    Enrich,
    Limits,
    Model,
    ModelError,
    Question,
    Scanner,
    Store,
    Stored,
)
from dbp.settings.declaration import Llm

_MARGIN_SECONDS = 5.0
"""What reserving takes, on top of a call's own time: so long a process that died is believed."""

_FRESH_SECONDS = 1.0
"""What waited longer for its turn is looked at again before it is sent."""

_UNREADABLE_SECONDS = 300.0
"""Until a file is looked at again that could not be read."""

_CHANGED = "changed"

_MAYBE_CHARGED = frozenset({"timeout", "cancelled"})
"""What ends a request that the service may have worked on."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a worker has at hand, for one setting of everything."""

    root: str
    llm: Llm
    store: Store
    account: Account
    model: Model
    scanner: Scanner
    clock: Clock
    template: str
    standing: Callable[[], gate.Standing]
    ignored: Callable[[str], str | None]
    never_send: Callable[[str], bool]
    hard_links: Callable[[str], int]
    failures: Failures = field(default_factory=Failures)


@dataclass(frozen=True, slots=True)
class Came:
    """What came of an errand: `write` for the record, or nothing when it has to be done again.

    `settled` are paths that got their meaning already, without a call. `asked` tells whether the
    service answered as a model does, `rubbish` what it answered instead. `decision` is what the
    gate said against it; `again` that its turn did not come, or that it changed while it waited.
    """

    write: Enrich | None = None
    settled: tuple[str, ...] = ()
    asked: bool = False
    rubbish: str = ""
    decision: gate.Decision | None = None
    again: bool = False


class RefusedMeanwhileError(ModelError):
    """The gate closed between two requests of one call."""

    def __init__(self, decision: gate.Decision) -> None:
        super().__init__(decision.reason, code="refused")
        self.decision = decision


def limits_of(llm: Llm) -> Limits:
    """Read the limits out of the settings."""
    return Limits(
        llm.requests_per_minute,
        llm.tokens_per_minute,
        llm.daily_budget_tokens,
        llm.daily_budget_usd,
        llm.total_budget_tokens,
        llm.total_budget_usd,
    )


def run(tools: Tools, item: Item, place: Place) -> Came:
    """Enrich one file. Raises `ModelError` when the service is at fault, and `StoreError`.

    The call takes the `place` and frees it when it was answered; else that is left to the caller.
    """
    stored = _record(tools, item)
    if isinstance(stored, Came):
        return stored
    # Somebody may have paid for it since it was put on the list.
    left, settled = settle_known(
        tools.store,
        tools.account,
        [item.todo],
        lambda *_: item.key,
        tools.clock.now(),
        model=tools.model.name,
    )
    if not left:
        return Came(settled=tuple(settled))
    failed = tools.failures.of(item)
    data = _read(tools, item) if failed is None else None
    if data is None:
        # The record hears of a change by itself; what cannot be read may be readable again.
        now = tools.clock.now()
        return Came(
            later(item, _UNREADABLE_SECONDS, now)
            if failed is None
            else ended(item, EnrichmentState.FAILED, failed, now)
        )
    path = item.todo.path
    facts = FileFacts(path, tools.never_send, tools.hard_links(path), tools.template)
    extraction = stored.extraction
    assert extraction is not None  # noqa: S101  # `_record` looked
    prepared = prepare(facts, data, extraction, stored.meaning, tools.llm)
    plan = prepared.plan
    if plan is None:
        return Came(_write(tools, item, EnrichmentState.SKIPPED, reason=prepared.withheld))
    if plan.question is None:
        return Came(_nothing_asked(tools, item, plan))
    return _call(tools, item, place, extraction, prepared)


def _record(tools: Tools, item: Item) -> Stored | Came:
    """Fetch the record of a file, or say that there is nothing to ask about it."""
    try:
        stored = tools.store.stored(item.todo.path)
    except StoreError as error:
        if error.code != "content_damaged":
            raise
        # It is made anew when somebody looks at the file; the others do not wait for that.
        return Came(later(item, _UNREADABLE_SECONDS, tools.clock.now()))
    if stored is None or stored.extraction is None or _changed(stored, item):
        return Came()
    if stored.record.enrichment == EnrichmentState.FAILED and item.why not in {BY_HAND, HEALED}:
        return Came()  # to open a file that failed, or to touch it, is no other question
    return stored


def _read(tools: Tools, item: Item) -> bytes | None:
    """Read the content the record speaks of; None when the file goes or changes meanwhile."""
    try:
        data, _ = tools.scanner.read(item.todo.path)
    except (OSError, BadPathError):
        return None
    return data if content_hash(data) == item.todo.content_hash else None


def _stands(tools: Tools, item: Item) -> bool:
    """Tell whether what was prepared may still be shown of the file."""
    return _read(tools, item) is not None and tools.hard_links(item.todo.path) <= 1


def _changed(stored: Stored, item: Item) -> bool:
    return stored.record.content_hash != item.todo.content_hash


def _write(
    tools: Tools,
    item: Item,
    state: EnrichmentState,
    *,
    reason: str | None = None,
    meaning: bytes | None = None,
) -> Enrich:
    return Enrich(
        item.todo.path,
        item.todo.content_hash,
        state,
        tools.clock.now(),
        reason,
        item.key if meaning is not None else None,
        meaning,
        model=tools.model.name,
    )


def _nothing_asked(tools: Tools, item: Item, plan: Plan) -> Enrich:
    """Keep what is carried over; without anything the file says all there is by itself."""
    meaning = Meaning(
        tools.model.name,
        tools.clock.now(),
        plan.carried,
        plan.references,
        plan.history,
        unasked=plan.unasked,
        truncated=plan.truncated,
    )
    reason = None if plan.carried or plan.unasked else "nothing is missing"
    return _write(tools, item, EnrichmentState.DONE, reason=reason, meaning=encode(meaning))


def _call(
    tools: Tools, item: Item, place: Place, extraction: Extraction, prepared: Prepared
) -> Came:
    """Make a call when its turn comes; what waited long for it is looked at again before."""
    start = _start(tools, item, prepared, _question(prepared))
    limits = limits_of(tools.llm)
    stale_at = tools.clock.monotonic() + _FRESH_SECONDS

    def reserve() -> gate.Decision:
        if tools.clock.monotonic() > stale_at and not _stands(tools, item):
            return gate.Decision(None, _CHANGED)
        begin = partial(tools.account.begin_call, start, limits)
        return _decide(tools, item, prepared.withheld, begin)

    decision = place.take(reserve)
    if decision is None or decision.code == _CHANGED:
        return Came(again=True)
    if decision.granted is None:
        return Came(decision=decision)
    call_id = decision.granted.call_id
    try:
        answer = _ask(tools, item, extraction, prepared, call_id)
    except ModelError as error:
        return _failed(tools, item, error)
    place.free()
    return Came(_done(tools, item, call_id, answer, start), asked=True)


def _question(prepared: Prepared) -> Question:
    assert prepared.plan is not None  # noqa: S101  # there is a question
    assert prepared.plan.question is not None  # noqa: S101  # the same
    return prepared.plan.question


def _ask(
    tools: Tools, item: Item, extraction: Extraction, prepared: Prepared, call_id: int
) -> Answer:
    """Ask; a call that fails is settled. Raises `ModelError`."""
    plan = prepared.plan
    assert plan is not None  # noqa: S101  # there is a question
    limits = limits_of(tools.llm)

    def check(answer: Any) -> Meaning:
        at = tools.clock.now()
        name = tools.model.name
        return read_answer(answer, plan, extraction, prepared.text, model=name, at=at)

    def before_attempt(number: int) -> None:
        if number == 1:
            return
        reserve = partial(tools.account.begin_attempt, call_id, limits)
        again = _decide(tools, item, prepared.withheld, reserve)
        if again.granted is None:
            raise RefusedMeanwhileError(again)

    try:
        return tools.model.ask(_question(prepared), check, before_attempt)
    except ModelError as error:
        usage = error.usage
        if error.code in _MAYBE_CHARGED and error.attempts:
            # Nobody said what it took: what was sent is the least that can be charged.
            usage = usage.plus(Usage(plan.input_tokens))
        _end(tools, call_id, error.code, usage, error.attempts)
        raise
    except BaseException:
        _end(tools, call_id, "failed", Usage(), 1)
        raise


def _decide(
    tools: Tools, item: Item, withheld: str | None, reserve: Callable[[], gate.Reservation]
) -> gate.Decision:
    """Ask the gate: the folder and the file's place as they are now."""
    path = item.todo.path
    return gate.decide(
        tools.standing(),
        out_of_scope=tools.scanner.why_excluded(path) or tools.ignored(path),
        withheld=withheld,
        reserve=reserve,
    )


def _start(tools: Tools, item: Item, prepared: Prepared, question: Question) -> CallStart:
    body = tools.model.render(question)
    plan = prepared.plan
    assert plan is not None  # noqa: S101  # there is a question
    price = prices.price_of(tools.llm.model, tools.llm.prices)
    tokens_in = max(plan.input_tokens, len(body) // 3)
    return CallStart(
        key=item.key,
        root=tools.root,
        path=item.todo.path,
        content_hash=item.todo.content_hash,
        model=tools.llm.model,
        region=tools.model.region,
        host=tools.model.host,
        body_bytes=len(body),
        digest=content_hash(body),
        units=len(plan.asked),
        redactions=prepared.redactions,
        truncated=plan.truncated,
        reason=item.why,
        tokens=tokens_in + question.max_tokens,
        # No token is shorter than a byte: whatever a file holds, it cannot cost more.
        usd=prices.cost(Usage(len(body), question.max_tokens), price),
        seconds=tools.model.longest + _MARGIN_SECONDS,
        found=b"",
    )


def _end(
    tools: Tools,
    call_id: int,
    outcome: str,
    usage: Usage,
    attempts: int,
    *,
    meaning: bytes | None = None,
) -> None:
    usd = prices.cost(usage, prices.price_of(tools.llm.model, tools.llm.prices))
    tools.account.end_call(call_id, outcome, usage, usd, attempts, meaning=meaning)


def _done(tools: Tools, item: Item, call_id: int, answer: Answer, start: CallStart) -> Enrich:
    payload = encode(answer.value)
    usage = answer.usage
    if not usage.total:
        usage = Usage(start.tokens)  # no answer is free: what nobody counted is the most it can be
    _end(tools, call_id, "done", usage, answer.attempts, meaning=payload)
    return _write(tools, item, EnrichmentState.DONE, meaning=payload)


def _failed(tools: Tools, item: Item, error: ModelError) -> Came:
    if isinstance(error, RefusedMeanwhileError):
        return Came(decision=error.decision)
    if error.waits:
        raise error
    reason = f"{error.code}: {error.message}"
    failed = _write(tools, item, EnrichmentState.FAILED, reason=reason)
    tools.failures.keep(item, reason, rubbish=error.code == "invalid_response")
    if error.code == "invalid_response":
        return Came(failed, rubbish=reason)
    return Came(failed, asked=True)


MAX_ATTEMPTS = 4
"""Calls for a file at which the service fails; each takes at most `llm.attempts` requests."""

_RETRY_SECONDS = 15.0
"""Until the first of them is repeated, then four times as long each: a service that is away for
five minutes must not make a file fail, too few files fail at once to tell that it is away."""


def after_failure(item: Item, error: ModelError, now: float, *, counts: bool) -> Enrich | None:
    """Plan a file again at which the service failed; None: it just waits, nothing is counted."""
    if error.code not in {"unavailable", "timeout"} or not counts:
        return None
    attempts = item.todo.attempts + 1
    path, content = item.todo.path, item.todo.content_hash
    reason = f"{error.code}: {error.message}"
    if attempts >= MAX_ATTEMPTS:
        return Enrich(path, content, EnrichmentState.FAILED, now, reason, attempts=attempts)
    return Enrich(
        path,
        content,
        EnrichmentState.PENDING,
        now,
        reason,
        attempts=attempts,
        retry_at=now + _RETRY_SECONDS * 4.0 ** (attempts - 1),
    )


def ended(item: Item, state: EnrichmentState, reason: str, now: float) -> Enrich:
    """Decide about a file for good, without any meaning."""
    return Enrich(item.todo.path, item.todo.content_hash, state, now, reason)


def out_of_scope(item: Item, reason: str, now: float) -> Enrich:
    """Leave a file out; about what nobody can say now is decided again."""
    if reason == UNSURE:
        return later(item, _UNREADABLE_SECONDS, now)
    return ended(item, EnrichmentState.SKIPPED, reason, now)


def later(item: Item, seconds: float, now: float) -> Enrich:
    """Plan a file again: another process is asking about it, or it cannot be read."""
    return replace(
        Enrich(item.todo.path, item.todo.content_hash, EnrichmentState.PENDING, now),
        attempts=item.todo.attempts,
        retry_at=now + seconds,
    )
