"""Opening what enrichment needs: the account, the model, the project's template, the consent."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from dbp.clock import Clock
from dbp.enrichment import gate, secrets
from dbp.enrichment.errand import Tools
from dbp.enrichment.prepare import (
    TEMPLATES,
    FileFacts,
    find_template,
    key_of,
    withheld_by_facts,
)
from dbp.errors import BadPathError
from dbp.hashing import content_hash
from dbp.model import EnrichmentState
from dbp.ports import Account, Consent, EnrichmentEdges, Model, Scanner, Store
from dbp.settings import Settings
from dbp.settings.declaration import Llm

_BASIS = "enrichment"
"""The note in the record that says which model, prompt and template its meanings come from."""

_SKIPPED_BY, _FAILED_BY = "enrichment skipped by", "enrichment failed by"
"""Notes of the settings by which files were skipped, and by which they failed."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the engine lends the flow; every call may come from a worker's thread."""

    root: str
    store: Store
    scanner: Callable[[], Scanner]
    is_open: Callable[[str], bool]
    editor_trusts: Callable[[], bool | None]
    published: Callable[[Sequence[str]], None]
    noticed: Callable[[str], None]
    spawn: Callable[[str, Callable[[], None]], threading.Thread]
    throttled: Callable[[], bool] = lambda: False
    timed: Callable[[Model], Model] = lambda model: model

    def why(self, path: str) -> str:
        """Say why a file is asked about whose turn it is."""
        return "open in an editor" if self.is_open(path) else "in the record"


class Opener:
    """Opens and closes the account and models of one flow. Blocking."""

    def __init__(self, edges: EnrichmentEdges, around: Surroundings, clock: Clock) -> None:
        self._edges = edges
        self._around = around
        self._clock = clock
        self._account: Account | None = None
        self._consent: tuple[object, Consent | None] | None = None

    def open(self, settings: Settings) -> Tools:
        """Make what workers need. Raises `DbpError`."""
        if self.lost():
            self.close()
        if self._account is None:
            self._account = self._edges.open_account()
        self._consent = None
        account, llm = self._account, settings.llm
        model = self._around.timed(self._edges.open_model(llm))
        scanner = self._around.scanner()
        never_send, ignored = self._edges.never_send(llm), self._edges.ignored(settings)
        hard_links = self._edges.hard_links
        tools = Tools(
            root=self._around.root,
            llm=llm,
            store=self._around.store,
            account=account,
            model=model,
            scanner=scanner,
            clock=self._clock,
            template=read_template(scanner, ignored, never_send, hard_links, llm),
            standing=partial(self._standing, settings, account, model),
            ignored=ignored,
            never_send=never_send,
            hard_links=hard_links,
        )
        _consider_anew(tools, settings)
        return tools

    def _standing(self, settings: Settings, account: Account, model: Model) -> gate.Standing:
        llm, consent = settings.llm, self._consent_now(account)
        # Without a consent nothing of AWS is even loaded.
        region, host = ("", "") if consent is None else _where(model)
        trusts = self._around.editor_trusts()
        return gate.Standing(llm.provider, llm.allowed, trusts, consent, region, host)

    def _consent_now(self, account: Account) -> Consent | None:
        """Fetch the consent; another folder at the path has its own, one that is gone has none."""
        try:
            device, inode = self._edges.folder()
        except OSError:
            return None
        basis = (account.version(), device, inode)
        if self._consent is None or self._consent[0] != basis:
            self._consent = (basis, account.consent(self._around.root, device, inode))
        return self._consent[1]

    def lost(self) -> bool:
        """Tell whether the account was removed, and with it every consent."""
        return self._account is not None and self._account.lost()

    def close(self) -> None:
        """Close the account, when no worker uses it any more."""
        account, self._account = self._account, None
        if account is not None:
            account.close()


_LOADED = threading.Event()


def _where(model: Model) -> tuple[str, str]:
    """Give the region and the host; the first time in a process that loads the AWS libraries.

    What they bring lives as long as we do: a search for garbage in it would cost an unlucky hover
    a tenth of a second, so the collector never sees it.
    """
    if _LOADED.is_set():
        return model.region, model.host
    _LOADED.set()
    collects = gc.isenabled()
    gc.disable()
    try:
        return model.region, model.host
    finally:
        gc.freeze()
        if collects:
            gc.enable()


def _consider_anew(tools: Tools, settings: Settings) -> None:
    """Let files be asked about again for which other settings are in force than before.

    All of them when model, prompt or template are other ones; those that were skipped or failed
    when what decided about them is.
    """
    llm = tools.llm
    skipping = (llm.never_send, llm.max_file_size_kb, settings.fs_monitor, secrets.VERSION)
    failing = (
        *(llm.max_tokens, llm.max_input_tokens, llm.timeout_seconds),
        *(llm.temperature, llm.service_tier),
    )
    for note, basis, states in (
        (_BASIS, key_of("", "", llm, tools.template), ()),
        (_SKIPPED_BY, _hashed(skipping), (EnrichmentState.SKIPPED,)),
        (_FAILED_BY, _hashed(failing), (EnrichmentState.FAILED,)),
    ):
        if tools.store.note(note) != basis:
            tools.store.enrich_again(states)
            tools.store.set_note(note, basis)


def _hashed(settings: tuple[object, ...]) -> str:
    return content_hash(repr(settings).encode("utf-8", "surrogatepass"))


def read_template(
    scanner: Scanner,
    ignored: Callable[[str], str | None],
    never_send: Callable[[str], bool],
    hard_links: Callable[[str], int],
    llm: Llm,
) -> str:
    """Read the project's template if it may leave as any file may; else give the bundled one."""

    def read(path: str) -> bytes | None:
        try:
            listed = scanner.look(path)
            if listed is None or listed.skip or ignored(path) is not None:
                return None
            data, _ = scanner.read(path)
        except (OSError, BadPathError):
            return None
        facts = FileFacts(path, never_send, hard_links(path))
        return data if withheld_by_facts(facts, len(data), llm) is None else None

    return find_template(read, never_send, TEMPLATES)
