"""A folder, its user and a stand-in for Bedrock: what tests of enrichment speak through.

`Nova` runs the real command line and the real server against the stand-in; `Inside` puts a
workspace with the same edges into the test's own process, on a clock that can be turned.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedrock import StandIn, environment
from editor import Editor

from dbp.app import make_workspace, open_account
from dbp.clock import Clock, TurnableClock
from dbp.paths import Root
from dbp.ports import Account, Consent
from dbp.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dbp.runtime import Scan
    from dbp.workspace import Workspace


class Nova:
    """One user with one folder. `stand_in` answers for Bedrock."""

    def __init__(self, base: Path, stand_in: StandIn) -> None:
        self.root = base / "project"
        self.root.mkdir(parents=True, exist_ok=True)
        self.state = base / "state"
        self.stand_in = stand_in
        self.env = {
            **environment(stand_in.url),
            "DBP_STATE_DIR": str(self.state),
            "DBP_CONFIG_DIR": str(base / "config"),
            "DBP_CACHE_DIR": str(base / "cache"),
            "HOME": str(base),
        }

    def write(self, path: str, text: str) -> Path:
        """Write a file as another program would."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def consent(self, root: Path | None = None) -> None:
        """Say yes for the folder, as `dbp trust --cloud --yes` does."""
        account = self.account()
        try:
            account.grant(self.agreement(root or self.root))
        finally:
            account.close()

    def agreement(self, root: Path) -> Consent:
        """Make the consent for what the environment configures."""
        found = root.stat()
        host = self.stand_in.url.partition("//")[2].rstrip("/")
        where = (str(root.resolve()), found.st_dev, found.st_ino)
        return Consent(*where, "bedrock", "us-east-1", host, 1.0)

    def account(self) -> Account:
        """Open the user's account beside whoever uses it."""
        before = os.environ.get("DBP_STATE_DIR")
        os.environ["DBP_STATE_DIR"] = str(self.state)
        try:
            return open_account()
        finally:
            if before is None:
                del os.environ["DBP_STATE_DIR"]
            else:
                os.environ["DBP_STATE_DIR"] = before

    def cli(
        self, *arguments: str, root: Path | None = None, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a verb in the folder."""
        return subprocess.run(
            [sys.executable, "-m", "dbp", *arguments],
            cwd=root or self.root,
            env={**os.environ, **self.env, **(env or {})},
            capture_output=True,
            text=True,
            timeout=55,
            check=False,
        )

    def index(self, *arguments: str, root: Path | None = None, **env: str) -> dict[str, Any]:
        """Run `dbp index --json` and read its summary."""
        done = self.cli("index", "--json", *arguments, root=root, env=env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def show(self, path: str) -> dict[str, Any]:
        """Run `dbp show --json`."""
        done = self.cli("show", "--json", path)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def editor(self, *, llm: Mapping[str, Any] | None = None, **options: Any) -> Editor:
        """Start a server on the folder."""
        env = {**self.env, **options.pop("env", {})}
        return Editor.start(
            self.root, self.state, env=env, settings={"llm": dict(llm or {})}, **options
        )

    @property
    def calls(self) -> int:
        """Count the requests the stand-in received."""
        return len(self.stand_in.requests)

    def sent(self) -> str:
        """Give every body that was sent, as one text."""
        return "\n".join(request.body.decode() for request in self.stand_in.requests)


class Listener:
    """Keeps what a workspace tells."""

    def __init__(self) -> None:
        self.notices: list[str] = []
        self.published_paths: list[str] = []

    def published(self, paths: Sequence[str]) -> None:
        """Records changed."""
        self.published_paths += paths

    def scanned(self, scan: Scan) -> None:
        """A comparison went on."""

    def role_changed(self) -> None:
        """It leads."""

    def job_changed(self, job: object) -> None:
        """Nobody looks at jobs here."""

    def alerted(self, alert: object) -> None:
        """Nobody watches alerts here."""

    def noticed(self, text: str) -> None:
        """Something to know."""
        self.notices.append(text)


class Inside:
    """A workspace in this process, led and enriched, on a turnable clock."""

    def __init__(self, workspace: Workspace, clock: Clock, listener: Listener) -> None:
        self.workspace = workspace
        self._clock = clock
        self.listener = listener

    def turn(self, seconds: float) -> None:
        """Turn the clock and let waiting workers notice."""
        assert isinstance(self._clock, TurnableClock)
        self._clock.turn(seconds)

    def settle(self) -> None:
        """Look at everything, then wait until nothing more can be asked now."""
        engine = self.workspace.engine
        assert engine is not None
        engine.look_at_everything()
        self.finish()

    def finish(self) -> None:
        """Wait for what was offered, and until nothing more can be asked now."""
        engine = self.workspace.engine
        assert engine is not None
        self._wait(engine.finish)
        if engine.flow is not None:
            self._wait(engine.flow.finish)

    def _wait(self, begin: Callable[[Callable[[], None]], None]) -> None:
        done = threading.Event()
        begin(done.set)
        assert done.wait(30), "it never became quiet"

    def extraction(self) -> dict[str, Any]:
        """Give the `extraction` object of the status."""
        return self.workspace.status()["extraction"]


@contextmanager
def inside(
    nova: Nova, monkeypatch: Any, clock: Clock | None = None, **llm: Any
) -> Iterator[Inside]:
    """Open the folder of a `Nova` in this process; without rates, that need a clock that moves."""
    llm = {"requests_per_minute": 0, "tokens_per_minute": 0, **llm}
    for name, value in nova.env.items():
        if name != "HOME":
            monkeypatch.setenv(name, value)
    clock = clock or TurnableClock()
    root, listener = Root(str(nova.root.resolve())), Listener()
    effective = load(nova.root, env={**nova.env}, cli={"llm": llm})
    assert not effective.problems, effective.problems
    workspace = make_workspace(root, effective, listener, clock=clock, watch=False, enrich=True)
    workspace.open()
    try:
        yield Inside(workspace, clock, listener)
    finally:
        workspace.close()
