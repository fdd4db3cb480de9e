"""The port to what belongs to the user and not to a folder: paid meanings, the ledger, consent.

One database for all workspaces of a user, shared by all processes, so that nothing is paid twice
and no budget is spent twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from dbp.meaning import Usage
from dbp.ports.jobs import Rate


@dataclass(frozen=True, slots=True)
class Limits:
    """What the settings allow; 0 is no limit. Money is in USD."""

    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    daily_tokens: int = 0
    daily_usd: float = 0.0
    total_tokens: int = 0
    total_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class CallStart:
    """One call that is about to be made; what the ledger keeps of it.

    `key` names what is asked (content, model, prompt, schema): one live call a key. `tokens` and
    `usd` are the most one request can take: they count against the budget until the truth is
    known. `digest` is the `blake2b:` hash of the body, `reason` why this file now. `seconds` is
    how long the call can take at most. `found` is the meaning that lay under the key when it was
    looked for, empty for none: when another one lies there by now, it was paid for meanwhile. None
    leaves that unchecked.
    """

    key: str
    root: str
    path: str
    content_hash: str
    model: str
    region: str
    host: str
    body_bytes: int
    digest: str
    units: int
    redactions: int
    truncated: bool
    reason: str
    tokens: int
    usd: float
    seconds: float
    found: bytes | None = None


class Granted(NamedTuple):
    """The call may be made."""

    call_id: int


class Later(NamedTuple):
    """Not now, but in so many seconds.

    `why` is `rate`, `throttled`, `claimed` (another process asks the same now, or just did: look
    for its meaning) or `reserved` (what running calls may take holds the rest of the budget).
    """

    seconds: float
    why: str


class Refused(NamedTuple):
    """Not before `until` (epoch seconds; None: never by itself).

    `why` is `daily_tokens`, `daily_usd`, `total_tokens` or `total_usd`.
    """

    why: str
    until: float | None


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One line of the ledger; `outcome` is `open` while it runs, `lost` when it never ended.

    Otherwise it is `done` or the code of a `ModelError`. `usd` and the tokens are the truth from
    the responses; of one that is open or lost they are the most they can be, and all tokens stand
    in `input_tokens`. Times are seconds since the epoch.
    """

    call_id: int
    at: float
    ended_at: float | None
    root: str
    path: str
    content_hash: str
    model: str
    region: str
    host: str
    body_bytes: int
    digest: str
    units: int
    redactions: int
    truncated: bool
    reason: str
    outcome: str
    attempts: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    usd: float


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent, open calls at their most; the day is the user's local one."""

    day_tokens: int
    day_usd: float
    total_tokens: int
    total_usd: float
    calls: int
    input_tokens: int
    output_tokens: int
    sent_bytes: int


@dataclass(frozen=True, slots=True)
class Consent:
    """A user's consent for one folder: content may go to this provider, region and host.

    The folder is meant by its real path and its (device, inode): another one at the same place is
    another folder. `at` is in seconds since the epoch.
    """

    path: str
    device: int
    inode: int
    provider: str
    region: str
    host: str
    at: float


@dataclass(frozen=True, slots=True)
class Project:
    """A project the user keeps in the list: a folder, or a commit of a repository.

    `kind` is `folder` or `repository`, `location` the folder's real path or the repository's
    address without credentials. `key` is equal for all spellings of one location; with an equal
    `commit` (empty: the newest) it is the same project. Times are seconds since the epoch.
    """

    id: str
    name: str
    kind: str
    location: str
    key: str
    commit: str
    added_at: float
    last_opened_at: float | None = None


class Added(NamedTuple):
    """The project, and whether it was there already."""

    project: Project
    known: bool


class Account(Protocol):
    """Thread-safe and shared by processes; every method is one short transaction. Blocking."""

    def meanings(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """Fetch the paid meanings among these keys (see `dbp.enrichment.payload`)."""

    def begin_call(self, call: CallStart, limits: Limits) -> Granted | Later | Refused:
        """Reserve budget, rate and the key, and write the ledger's line, or say why not."""

    def begin_attempt(self, call_id: int, limits: Limits) -> Granted | Later | Refused:
        """Reserve another request of the same call: the one before may have been charged."""

    def throttled(self, model: str) -> None:
        """Slow every process down: the service said 429. Successes speed up again."""

    def end_call(
        self,
        call_id: int,
        outcome: str,
        usage: Usage,
        usd: float,
        attempts: int,
        *,
        meaning: bytes | None = None,
    ) -> None:
        """Settle a call with what the responses said, and keep what was paid for under its key."""

    def spent(self, since: float | None = None) -> Spent:
        """Add up the ledger; `since` bounds the calls counted in the totals and counts."""

    def calls(
        self, limit: int = 100, before: int | None = None, root: str = ""
    ) -> Sequence[CallRecord]:
        """List the ledger, newest first; `before` is the id to go on below."""

    def call(self, call_id: int) -> CallRecord | None:
        """Fetch one line of the ledger."""

    def consent(self, path: str, device: int, inode: int) -> Consent | None:
        """Fetch the consent for a folder."""

    def grant(self, consent: Consent) -> None:
        """Keep a consent, in the place of an older one for the folder."""

    def revoke(self, path: str) -> bool:
        """Take a consent back; tells whether there was one."""

    def add_project(self, project: Project, requested_by: str, rate: Rate) -> Added:
        """Keep a project, unless the same one is there; then only its name may be another.

        What is new counts against the rate of whoever asks, in the same transaction. Raises
        `RequestError` (`rate_limited`, `retryAfter` seconds in its data).
        """

    def projects(self) -> Sequence[Project]:
        """List the projects, oldest first."""

    def project(self, project_id: str) -> Project | None:
        """Fetch one."""

    def project_opened(self, kind: str, key: str, at: float) -> None:
        """Note that it was opened, if it is in the list."""

    def remove_project(self, project_id: str) -> bool:
        """Forget one; tells whether it was there."""

    def lost(self) -> bool:
        """Tell whether its file was removed or replaced: close, and open again. Quick."""

    def version(self) -> tuple[int, int]:
        """Change whenever another process has committed since. Quick."""

    def close(self) -> None:
        """Close it."""
