"""`dbp doctor`: what may be wrong with this installation, each with what to do about it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dbp import __version__
from dbp.cli.session import given_settings, root_of
from dbp.errors import DbpError
from dbp.paths import Root

if TYPE_CHECKING:
    from dbp.settings.declaration import Llm

_PRICE_MONTHS = 12
"""Months after which a price should be looked up again."""

_MARKS = {"ok": "✓", "warning": "!", "problem": "✗"}
_WATCHES_WANTED = 65_536
_ROOM_WANTED = 64 * 1024 * 1024  # what the record of a few thousand files takes
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `status` is `ok`, `warning` or `problem`."""

    name: str
    status: str
    detail: str
    hint: str = ""


def run(options: argparse.Namespace) -> int:
    """Print all checks; 1 when one of them is a problem."""
    checks = list(_checks(options))
    if options.json:
        sys.stdout.write(json.dumps({"checks": [asdict(c) for c in checks]}, indent=2) + "\n")
    else:
        for check in checks:
            sys.stdout.write(f"{_MARKS[check.status]} {check.name}: {check.detail}\n")
            if check.hint:
                sys.stdout.write(f"    {check.hint}\n")
    return int(any(check.status == "problem" for check in checks))


def _checks(options: argparse.Namespace) -> Iterator[Check]:
    root = root_of(options)
    version = sys.version.split()[0]
    yield Check("dbp", "ok", f"{__version__} on Python {version} at {sys.executable}")
    yield _workspace(options, root)
    yield _git()
    yield _state()
    yield from _watching(root)
    yield from _settings(options, root)
    yield from _database(root)
    yield _log(options, root)
    yield _grammars()
    yield from _nova_lite(options, root)


def _workspace(options: argparse.Namespace, root: Root) -> Check:
    """Say whether the folder is one that is read by itself; lists it as far as need be."""
    from dbp.app import build_edges, load_settings
    from dbp.clock import SystemClock
    from dbp.ports import DeafSink

    settings = load_settings(root, cli=given_settings(options)).settings
    try:
        edges = build_edges(root, settings, SystemClock(), background=False)
        scanner, _ = edges.open_sources(settings, DeafSink())
        count = sum(1 for _ in scanner.list(""))
    except DbpError as error:
        return Check("workspace", "problem", f"{root.path}: {error.message}", error.hint)
    return Check("workspace", "ok", f"{root.path}, {count:,} files")


def _state() -> Check:
    """Say where state lies, and whether it lasts."""
    from dbp.store import location

    try:
        found = location.state_dir()
    except DbpError as error:
        return Check("state", "problem", error.message, error.hint)
    said, _, hint = location.passing(found).partition("; ")
    free = shutil.disk_usage(found).free
    if free < _ROOM_WANTED:
        said = f"{found} has only {free / 1e6:.1f} MB left: what is recorded may not be kept"
        hint = "make room there, or set DBP_STATE_DIR to a directory of your own"
    return Check("state", "warning" if said else "ok", said or str(found), hint)


def _git() -> Check:
    path = shutil.which("git")
    if path is None:
        hint = "install git: without it .gitignore is read by our own rules"
        return Check("git", "warning", "not found", hint)
    try:
        said = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=5, check=True
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        return Check("git", "warning", f"{path} does not run: {error}")
    return Check("git", "ok", said)


def _watching(root: Root) -> Iterator[Check]:
    if sys.platform != "linux":
        return
    from dbp.sources.mounts import file_system, raises_no_events

    kind = file_system(root.path)
    if raises_no_events(kind):
        hint = "changes are found by polling: see fs_monitor.poll_interval_seconds"
        yield Check("file events", "warning", f"{kind} sends none", hint)
    limit = _number("/proc/sys/fs/inotify/max_user_watches")
    if limit is None:
        return
    enough = limit >= _WATCHES_WANTED
    hint = "" if enough else f"sudo sysctl fs.inotify.max_user_watches={8 * _WATCHES_WANTED}"
    yield Check("watch limit", "ok" if enough else "warning", f"{limit} folders", hint)


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _settings(options: argparse.Namespace, root: Root) -> Iterator[Check]:
    from dbp.app import load_settings

    effective = load_settings(root, cli=given_settings(options))
    for problem in effective.problems:
        status = "problem" if problem.severity == "error" else "warning"
        yield Check("settings", status, problem.message, problem.hint)
    if not effective.problems:
        yield Check("settings", "ok", "every value is in range")


def _database(root: Root) -> Iterator[Check]:
    from dbp.clock import SystemClock
    from dbp.store import location
    from dbp.store.documents import open_store
    from dbp.store.driver import driver

    found = driver()
    hint = "pip install pysqlite3: this one can corrupt a record that processes share"
    level = "warning" if found.vulnerable else "ok"
    yield Check("SQLite", level, found.backend, hint if found.vulnerable else "")
    try:
        state = location.workspace_dir(root.path)
        store = open_store(state / location.DATABASE, SystemClock(), read_only=True)
    except DbpError as error:
        missing = error.code == "store_missing"
        hint = "dbp index makes it" if missing else error.hint
        yield Check("record", "ok" if missing else "problem", error.message, hint)
        return
    status, counts = store.status(), store.counts()
    store.close()
    detail = f"{status.path}, {counts.get('indexed', 0)} files, {status.size_bytes / 1e6:.1f} MB"
    yield Check("record", "ok", detail)
    for note in status.notes:
        yield Check("record", "warning", note)


def _log(options: argparse.Namespace, root: Root) -> Check:
    """Name the newest file of the log, the one to send with a report."""
    from dbp.app import load_settings
    from dbp.logs import files
    from dbp.store import location

    if not load_settings(root, cli=given_settings(options)).settings.log_file:
        return Check("log", "ok", "not written to files: log_file is false")
    try:
        folder = location.logs_dir()
    except (DbpError, OSError, RuntimeError) as error:
        hint = "set DBP_STATE_DIR to a directory of your own"
        return Check("log", "warning", f"not written to files: {error}", hint)
    found = files(folder)
    if not found:
        return Check("log", "ok", f"nothing was logged yet; files come to {folder}")
    size = sum(file.size for file in found) / 1e6
    return Check("log", "ok", f"{found[-1].path}, the newest of {len(found)} ({size:.1f} MB)")


def _grammars() -> Check:
    from importlib.util import find_spec

    from dbp.languages import LANGUAGES

    modules = {language.grammar[0] for language in LANGUAGES if language.grammar}
    missing = sorted(module for module in modules if find_spec(module) is None)
    if missing:
        hint = f"pip install {' '.join(missing)}".replace("_", "-")
        return Check("grammars", "problem", f"missing: {', '.join(missing)}", hint)
    return Check("grammars", "ok", f"{len(modules)} installed")


def _nova_lite(options: argparse.Namespace, root: Root) -> Iterator[Check]:
    from dbp.app import load_settings

    effective = load_settings(root, cli=given_settings(options))
    if effective.settings.llm.provider == "none":
        yield Check("Nova Lite", "ok", "off: nothing is sent anywhere")
        yield _credentials()
        return
    from dbp.app import consents
    from dbp.enrichment.consent import missing

    known = consents()
    folder = known.folder(root, effective)
    llm = folder.llm
    place = f"{llm.model} at {folder.host} (region {folder.region})" if folder.region else llm.model
    trouble = folder.nowhere
    yield Check("Nova Lite", "problem" if trouble else "ok", trouble or f"on: {place}")
    try:
        lacks = missing(folder, known.of(folder))
    except DbpError as error:
        yield Check("consent", "problem", error.message, error.hint)
    else:
        said = "; ".join(lacks) or "files of this folder may be sent"
        yield Check("consent", "warning" if lacks else "ok", said)
    yield _found_credentials(llm)
    yield _prices(llm)


def _found_credentials(llm: Llm) -> Check:
    """Say where credentials come from; they are never shown."""
    from dbp.app import open_model

    model = open_model(llm)
    try:
        method = model.credentials()
    except DbpError as error:
        return Check("AWS credentials", "problem", error.message, error.hint)
    finally:
        model.close()
    if method is None:
        return Check("AWS credentials", "problem", "none found", "aws login, or aws configure")
    return Check("AWS credentials", "ok", f"found ({method}); never shown")


def _prices(llm: Llm) -> Check:
    from datetime import UTC, datetime

    from dbp.enrichment.prices import price_of

    price = price_of(llm.model, llm.prices)
    if not price.known:
        hint = "add it to llm.prices; until then it is counted at the dearest of the list"
        return Check("prices", "warning", f"{llm.model} has no price", hint)
    year, month = int(price.date[:4]), int(price.date[5:7])
    now = datetime.now(UTC)
    if (now.year - year) * 12 + now.month - month > _PRICE_MONTHS:
        hint = "compare llm.prices with the AWS price list"
        return Check("prices", "warning", f"of {price.date}, more than a year old", hint)
    return Check("prices", "ok", f"of {price.date}")


def _credentials() -> Check:
    present = [name for name in _CREDENTIALS if os.environ.get(name)]
    shared = (Path.home() / ".aws" / "credentials").exists() if _has_home() else False
    if not present and not shared:
        return Check("AWS credentials", "ok", "none found, and none needed: nothing is sent")
    where = [*present, *(["~/.aws/credentials"] if shared else [])]
    return Check("AWS credentials", "ok", f"present in {', '.join(where)}; not read")


def _has_home() -> bool:
    try:
        Path.home()
    except RuntimeError:
        return False
    return True
