"""`dbp serve`: the language server. Nothing is imported here that `initialize` does not need."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dbp.errors import SettingsError

if TYPE_CHECKING:
    from dbp.app import ServerHost
    from dbp.enrichment.consent import Consents
    from dbp.listener import Listener
    from dbp.paths import Root
    from dbp.ports import Extractor
    from dbp.settings import Effective
    from dbp.workspace import Workspace

log = logging.getLogger(__name__)


def run(options: argparse.Namespace) -> int:
    """Serve one client and end with its exit code."""
    # A worker that computes keeps the interpreter for this long before the person typing gets it;
    # the default of 5 ms would be most of a hover.
    sys.setswitchinterval(0.0005)
    # The protocol's types are a large graph that lives as long as we do: collecting garbage in it
    # costs tens of milliseconds, at start and again whenever a hover is unlucky.
    gc.disable()
    from dbp.lsp.sidecar import Sidecar

    server = Sidecar(LazyHost(options))
    gc.freeze()
    gc.enable()
    if options.tcp is None:
        code = server.run_stdio()
    else:
        host, port = _address(options.tcp, allow_remote=options.allow_remote)
        code = server.run_tcp(host, port, lambda found: sys.stderr.write(f"dbp: port {found}\n"))
    logging.shutdown()
    sys.stderr.flush()
    # Threads of ours are daemons, and what they hold is safe to drop: do not wait for any.
    os._exit(code)


class LazyHost:
    """The composition root, imported at its first use: that is after `initialize`."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._made: ServerHost | None = None

    def _host(self) -> ServerHost:
        if self._made is None:
            from dbp.app import ServerHost
            from dbp.cli.session import given_settings

            self._made = ServerHost(given_settings(self._options))
        return self._made

    def open_root(self, path: str) -> Root:
        """Make a root of a folder."""
        return self._host().open_root(path)

    def load_settings(
        self, root: Root | None, editor: Mapping[str, Any], previous: Effective | None
    ) -> Effective:
        """Merge the settings of a folder."""
        return self._host().load_settings(root, editor, previous)

    def make_workspace(self, root: Root, effective: Effective, listener: Listener) -> Workspace:
        """Put a workspace together."""
        return self._host().make_workspace(root, effective, listener)

    def open_extractor(self) -> Extractor:
        """Make an extractor for open buffers."""
        return self._host().open_extractor()

    def consents(self) -> Consents:
        """Lend what reads and changes the user's consents."""
        return self._host().consents()

    def path_matcher(self, pattern: str) -> Callable[[str], bool]:
        """Compile a pattern in git's syntax into the test of a key."""
        return self._host().path_matcher(pattern)


def _address(text: str, *, allow_remote: bool) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004  # TCP's own limit
        raise SettingsError(f"--tcp {text}: not an address", hint="write HOST:PORT")
    host = host.strip("[]") or "127.0.0.1"
    if not allow_remote and not _is_loopback(host):
        raise SettingsError(
            f"--tcp {text}: {host} is not loopback, and this server asks nobody who they are",
            hint="--allow-remote if that is what you mean",
        )
    return host, int(port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
