"""`dbp trust`: the user's consent that content of one folder may go to a provider.

It is kept in the user's own state and names provider, region, endpoint host and folder: another one
of any of them needs another consent.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress
from typing import Any

from dbp.app import consents
from dbp.cli import OK, PROBLEMS
from dbp.cli.session import ask, opened, root_of, settings_of
from dbp.clock import iso
from dbp.enrichment.consent import NAMES, Folder, consent_json, missing
from dbp.errors import DbpError, SettingsError
from dbp.paths import display
from dbp.ports import Consent

_TOLD_SECONDS = 5.0


def run(options: argparse.Namespace) -> int:
    """Show, give or take back the consent; 1 when the user answers no."""
    root = root_of(options)
    known = consents()
    folder = known.folder(root, settings_of(options, root))
    said = ""
    if options.revoke:
        said = "there was no consent for this folder\n"
        if known.revoke(root):
            _tell_the_leader(options, folder)
            said = "taken back: nothing of this folder is sent any more\n"
    elif options.cloud:
        if folder.nowhere:
            hint = "set llm.region, or a region in your AWS configuration"
            raise SettingsError(folder.nowhere, hint=hint)
        if not _agreed(folder, yes=options.yes):
            sys.stderr.write("nothing is changed\n")
            return PROBLEMS
        known.grant(folder)
        _tell_the_leader(options, folder)
        said = "kept: files of this folder may go there\n"
    consent = known.of(folder)
    if options.json:
        sys.stdout.write(json.dumps(_json(folder, consent), indent=2) + "\n")
    else:
        sys.stdout.write(said + _text(folder, consent))
    return OK


def _agreed(folder: Folder, *, yes: bool) -> bool:
    """Say what a consent means and ask for it. Raises `SettingsError` when nobody can answer."""
    if not yes and not sys.stdin.isatty():
        raise SettingsError(
            "there is no terminal to ask on",
            hint="dbp trust --cloud --yes says yes",
            code="bad_params",
        )
    sys.stderr.write(_explanation(folder))
    if yes:
        return True
    sys.stderr.write("May files of this folder go there? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _explanation(folder: Folder) -> str:
    provider, model = NAMES[folder.provider], folder.llm.model
    sent = (
        "of files that lack documentation what describes them: headers, signatures, comments, "
        "bodies as far as they fit; the project's header template; no paths, no credentials"
    )
    never = (
        "keys, .env files, dumps, lock files, generated and binary files, what git ignores, "
        "llm.never_send; secrets that are found are blacked out, or the file stays here"
    )
    rows = [
        ("folder", display(folder.root.path)),
        ("goes to", f"{provider}, {model}, at {folder.host} (region {folder.region})"),
        ("is sent", sent),
        ("never", never),
        ("costs", folder.costs()),
        ("look", "dbp preview FILE before, dbp egress after; dbp trust --revoke takes it back"),
    ]
    return "".join(f"  {name:<8} {text}\n" for name, text in rows)


def _tell_the_leader(options: argparse.Namespace, folder: Folder) -> None:
    """Let an editor that runs know at once; without this it sees it before its next call."""
    with suppress(DbpError), opened(options, root=folder.root, lead=False) as workspace:
        if workspace.led_elsewhere():
            ask(workspace, "dbp/trustChanged", leader=True, seconds=_TOLD_SECONDS)


def _json(folder: Folder, consent: Consent | None) -> dict[str, Any]:
    lacks = missing(folder, consent)
    return {
        "folder": folder.root.path,
        "cloud": consent_json(consent),
        "configured": {
            "provider": folder.llm.provider,
            "model": folder.llm.model,
            "region": folder.region or None,
            "host": folder.host or None,
        },
        "inForce": not lacks,
        "missing": lacks,
    }


def _text(folder: Folder, consent: Consent | None) -> str:
    lines = [display(folder.root.path)]
    if consent is None:
        lines.append("  consent   none: nothing of this folder is sent")
    else:
        day = (iso(consent.at) or "")[:10]
        place = f"{consent.provider}, {consent.host}, region {consent.region}"
        lines.append(f"  consent   {place} (since {day})")
    lacks = missing(folder, consent)
    lines += [f"  missing   {text}" for text in lacks]
    if not lacks:
        lines.append(f"  in force  {folder.llm.model} is asked about files of this folder")
    return "\n".join(lines) + "\n"
