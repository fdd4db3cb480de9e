"""The user's consent for a folder: what a yes is about, where it is kept, what is still missing.

Whoever asks the user (a terminal, an editor) asks about one `Folder`, and that very value is what a
yes stores: settings that change meanwhile make it a consent for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbp.clock import Clock, iso
from dbp.enrichment.gate import CLOSED
from dbp.enrichment.prices import usd
from dbp.errors import BadPathError, StoreError
from dbp.paths import Root, display
from dbp.ports import Consent, ModelError

if TYPE_CHECKING:
    from dbp.ports import Account, EnrichmentEdges
    from dbp.settings import Effective
    from dbp.settings.declaration import Llm

PROVIDER = "bedrock"
"""The provider a consent is about while none is turned on: the only one there is."""

NAMES = {PROVIDER: "Amazon Bedrock"}
"""Providers as people know them."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as a consent means it, with its settings and the place files would go to.

    Without a region and host nobody can consent; `trouble` says why they are not known.
    """

    root: Root
    effective: Effective
    device: int
    inode: int
    region: str
    host: str
    trouble: str = ""

    @property
    def llm(self) -> Llm:
        """The settings of enrichment."""
        return self.effective.settings.llm

    @property
    def provider(self) -> str:
        """The provider that is on, or that would be."""
        return PROVIDER if self.llm.provider == "none" else self.llm.provider

    @property
    def nowhere(self) -> str:
        """Why there is no place that files could go to; empty when there is one."""
        return "" if self.region else self.trouble or "no AWS region is known"

    def covered(self, consent: Consent | None) -> bool:
        """Tell whether a consent for this folder is one for this place, too."""
        if consent is None:
            return False
        agreed = (consent.provider, consent.region, consent.host)
        return agreed == (self.provider, self.region, self.host)

    def costs(self) -> str:
        """Say what the user's budgets allow."""
        caps = [
            f"{usd(most)} {when}"
            for most, when in (
                (self.llm.daily_budget_usd, "a day"),
                (self.llm.total_budget_usd, "in all"),
            )
            if most
        ]
        return f"at most {' and '.join(caps)}" if caps else "what AWS bills: no budget is set"


class Consents:
    """Finds out where files of a folder would go, and reads and changes consents. Blocking.

    Raises `StoreError` when the account cannot be used.
    """

    def __init__(self, edges: Callable[[Root], EnrichmentEdges], clock: Clock) -> None:
        self._edges = edges
        self._clock = clock

    def folder(self, root: Root, effective: Effective) -> Folder:
        """Find out where files of a folder would go. Raises `BadPathError` when it is gone."""
        edges = self._edges(root)
        try:
            device, inode = edges.folder()
        except OSError as error:
            gone = f"{display(root.path)}: {error.strerror}"
            raise BadPathError(gone, code="not_found") from error
        model = edges.open_model(effective.settings.llm)
        try:
            return Folder(root, effective, device, inode, model.region, model.host)
        except ModelError as error:
            return Folder(root, effective, device, inode, "", "", str(error))
        finally:
            model.close()

    def of(self, folder: Folder) -> Consent | None:
        """Fetch the user's consent for this very folder."""
        with existing(self._edges(folder.root).read_account) as account:
            if account is None:
                return None
            return account.consent(folder.root.path, folder.device, folder.inode)

    def grant(self, folder: Folder) -> None:
        """Keep the yes of a user who was asked about exactly this."""
        consent = Consent(
            path=folder.root.path,
            device=folder.device,
            inode=folder.inode,
            provider=folder.provider,
            region=folder.region,
            host=folder.host,
            at=self._clock.now(),
        )
        account = self._edges(folder.root).open_account()
        try:
            account.grant(consent)
        finally:
            account.close()

    def revoke(self, root: Root) -> bool:
        """Take the consent for a folder back; tells whether there was one."""
        edges = self._edges(root)
        with existing(edges.read_account) as account:
            if account is None:
                return False  # there is nothing to take back, and nothing is made for it
        account = edges.open_account()
        try:
            return account.revoke(root.path)
        finally:
            account.close()


@contextmanager
def existing(read_account: Callable[[], Account]) -> Iterator[Account | None]:
    """Open the user's account to read it; None when there is none yet."""
    try:
        opened = read_account()
    except StoreError as error:
        if error.code != "store_missing":
            raise
        yield None
        return
    try:
        yield opened
    finally:
        opened.close()


def missing(
    folder: Folder, consent: Consent | None, *, editor_trusts: bool | None = None
) -> list[str]:
    """Say everything that keeps files of a folder from being sent, the user's next step first."""
    llm = folder.llm
    found = []
    if editor_trusts is False:
        found.append(CLOSED["untrusted"])
    if folder.nowhere:
        found.append(folder.trouble or f"{folder.nowhere}: set llm.region")
    if consent is None:
        found.append(CLOSED["no_consent"])
    elif not folder.covered(consent):
        found.append(CLOSED["other_provider"])
    if llm.provider == "none":
        found.append(f"{CLOSED['off']}: set it to {PROVIDER} in your own settings")
    if not llm.allowed:
        found.append(f"{CLOSED['not_allowed']} (from {folder.effective.origins['llm.allowed']})")
    return found


def consent_json(consent: Consent | None) -> dict[str, Any] | None:
    """Render what the user agreed to."""
    if consent is None:
        return None
    return {
        "provider": consent.provider,
        "region": consent.region,
        "host": consent.host,
        "at": iso(consent.at),
    }
