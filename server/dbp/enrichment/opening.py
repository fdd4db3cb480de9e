"""Opening what enrichment needs: the account, the model, the project's template, the consent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from dbp.clock import Clock
from dbp.enrichment import gate
from dbp.enrichment.errand import Tools
from dbp.enrichment.prepare import TEMPLATES, find_template, key_of
from dbp.errors import BadPathError
from dbp.ports import Account, Consent, EnrichmentEdges, Model, Scanner, Store
from dbp.settings import Settings

_BASIS = "enrichment"
"""The note in the record that says which model, prompt and template its meanings come from."""


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
        if self._account is None:
            self._account = self._edges.open_account()
        self._consent = None
        account, llm = self._account, settings.llm
        model = self._edges.open_model(llm)
        scanner = self._around.scanner()
        never_send, ignored = self._edges.never_send(llm), self._edges.ignored(settings)
        tools = Tools(
            root=self._around.root,
            llm=llm,
            store=self._around.store,
            account=account,
            model=model,
            scanner=scanner,
            clock=self._clock,
            template=find_template(partial(read_in_scope, scanner, ignored), never_send, TEMPLATES),
            standing=partial(self._standing, settings, account, model),
            ignored=ignored,
            never_send=never_send,
            hard_links=self._edges.hard_links,
        )
        _consider_anew(tools)
        return tools

    def _standing(self, settings: Settings, account: Account, model: Model) -> gate.Standing:
        version = account.version()
        if self._consent is None or self._consent[0] != version:
            device, inode = self._edges.folder()
            self._consent = (version, account.consent(self._around.root, device, inode))
        return gate.Standing(
            settings.llm.provider,
            settings.llm.allowed,
            self._around.editor_trusts(),
            self._consent[1],
            model.region,
            model.host,
        )

    def close(self) -> None:
        """Close the account, when no worker uses it any more."""
        account, self._account = self._account, None
        if account is not None:
            account.close()


def _consider_anew(tools: Tools) -> None:
    """Let every file be asked about again when model, prompt or template are other ones."""
    basis = key_of("", "", tools.llm, tools.template)
    if tools.store.note(_BASIS) != basis:
        tools.store.enrich_again()
        tools.store.set_note(_BASIS, basis)


def read_in_scope(
    scanner: Scanner, ignored: Callable[[str], str | None], path: str
) -> bytes | None:
    """Read a file that is in scope and that no ignore file names; None for any other."""
    try:
        listed = scanner.look(path)
        if listed is None or listed.skip or ignored(path) is not None:
            return None
        return scanner.read(path)[0]
    except (OSError, BadPathError):
        return None
