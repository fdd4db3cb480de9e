"""`dbp serve`: the language server. Nothing is imported here that `initialize` does not need."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import sys
from typing import TYPE_CHECKING, cast

from dbp.errors import SettingsError

if TYPE_CHECKING:
    from dbp.lsp.sidecar import Host

log = logging.getLogger(__name__)


def run(options: argparse.Namespace) -> int:
    """Serve one client and end with its exit code."""
    from dbp.lsp.sidecar import Sidecar

    server = Sidecar(cast("Host", _LazyHost(options)))
    if options.tcp is None:
        code = server.run_stdio()
    else:
        host, port = _address(options.tcp, allow_remote=options.allow_remote)
        code = server.run_tcp(host, port, lambda found: sys.stderr.write(f"dbp: port {found}\n"))
    logging.shutdown()
    sys.stderr.flush()
    # Threads of ours are daemons, and what they hold is safe to drop: do not wait for any.
    os._exit(code)


class _LazyHost:
    """The composition root, imported at its first use: that is after `initialize`."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options

    def __getattr__(self, name: str) -> object:
        from dbp.app import ServerHost
        from dbp.cli.session import given_settings

        host = ServerHost(given_settings(self._options))
        self.__dict__.update({n: getattr(host, n) for n in dir(host) if not n.startswith("_")})
        return getattr(host, name)


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
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
