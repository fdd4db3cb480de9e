"""What enrichment asks of the outside besides the model and the account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbp.ports.account import Account
from dbp.ports.model import Model

if TYPE_CHECKING:
    from dbp.settings.declaration import Llm, Settings


UNSURE = "git cannot say whether it is ignored"
"""What `ignored` answers where nobody can say now; nothing is sent, and it is asked again."""


@dataclass(frozen=True, slots=True)
class EnrichmentEdges:
    """How one folder's enrichment gets its edges; the composition root fills this in.

    `never_send` makes the test of the user's patterns. `ignored` says why the ignore files alone
    leave a path out, whatever the settings take in: what git ignores is never sent. `hard_links`
    counts a file's names (0 when it is gone). `folder` is the (device, inode) of the root.
    `read_account` opens the account to read it only; it is made by nobody who only looks
    (`StoreError` with `store_missing`).
    """

    open_account: Callable[[], Account]
    read_account: Callable[[], Account]
    open_model: Callable[[Llm], Model]
    never_send: Callable[[Llm], Callable[[str], bool]]
    ignored: Callable[[Settings], Callable[[str], str | None]]
    hard_links: Callable[[str], int]
    folder: Callable[[], tuple[int, int]]
