"""`dbp search`: what is found, why, and how it is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.slow  # each starts processes

FILES = {
    "net/retry.py": '"""Retries requests that failed."""\n\n\n'
    'def backoffSeconds(attempt):\n    """Wait longer each time."""\n',
    "net/http.go": "// Package net speaks HTTP.\npackage net\n\nfunc Retry() {}\n",
    "doc/RETRY.md": "# About retrying\n\nWhen requests fail.\n\n## Limits\n\nThree times.\n",
    "tests/test_retry.py": "def test_retry():\n    pass\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def run(project: Path, tmp_path: Path) -> Run:
    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "DBP_STATE_DIR": str(tmp_path / "state"),
            "DBP_CONFIG_DIR": str(tmp_path / "state" / "config"),
            "DBP_CACHE_DIR": str(tmp_path / "state" / "cache"),
            "PYTHONDONTWRITEBYTECODE": "",
        }
        command = [sys.executable, "-m", "dbp", "search", *arguments]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )

    return call


def test_results_say_where_what_and_why(run: Run) -> None:
    found = run("backoff")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == (
        "net/retry.py:4  function backoffSeconds\n"
        "    Retries requests that failed.\n"
        "    name: backoff\n"
    )
    said = run("requests", "failed")
    assert said.stdout.startswith(
        "net/retry.py  file\n    Retries requests that failed.\n    intent: requests, failed\n"
    )
    assert "\x1b" not in said.stdout


def test_json_is_the_answer_of_the_request(run: Run) -> None:
    answer = json.loads(run("backoff", "--json").stdout)
    [result] = answer["results"]
    assert result.pop("uri").endswith("/project/net/retry.py")
    assert result.pop("score") > 0
    assert answer == {"query": "backoff", "method": "fts", "results": [result], "pending": 0}
    assert result == {
        "path": "net/retry.py",
        "kind": "symbol",
        "name": "backoffSeconds",
        "qualifiedName": "backoffSeconds",
        "symbolKind": "function",
        "line": 3,
        "language": "python",
        "intent": "Retries requests that failed.",
        "why": [{"field": "name", "words": ["backoff"]}],
        "snippet": "",
    }


def test_results_are_filtered(run: Run, project: Path) -> None:
    def paths(*arguments: str) -> set[str]:
        answer = json.loads(run("retry", "--json", *arguments).stdout)
        return {result["path"] for result in answer["results"]}

    assert paths() == set(FILES)
    assert paths("--language", "go") == {"net/http.go"}
    assert paths("--folder", "net") == {"net/retry.py", "net/http.go"}
    assert paths("--folder", str(project / "doc")) == {"doc/RETRY.md"}
    assert paths("--kind", "document") == {"doc/RETRY.md"}
    assert paths("--kind", "symbol") == {"net/http.go", "tests/test_retry.py"}
    assert "tests/test_retry.py" in paths("--kind", "file")
    answer = json.loads(run("retry", "--limit", "1", "--json").stdout)
    assert len(answer["results"]) == 1


def test_nothing_found_is_told_and_wrong_usage_refused(run: Run) -> None:
    none = run("unicorn")
    assert (none.returncode, none.stdout) == (1, "nothing was found for unicorn\n")
    assert run("++").returncode == 1
    assert run("retry", "--limit", "0").returncode == 2
    assert run("retry", "--folder", "gone").returncode == 2
    assert run("retry", "--folder", "/").returncode == 2
    assert run().returncode == 2


def test_a_search_finds_what_just_changed(run: Run, project: Path) -> None:
    assert run("unicorn").returncode == 1
    (project / "net" / "retry.py").write_text('"""Feeds the unicorn."""\n')
    assert run("unicorn").stdout.startswith("net/retry.py  file\n")
    assert run("backoff").returncode == 1
    (project / "net" / "retry.py").rename(project / "net" / "stable.py")
    assert run("unicorn").stdout.startswith("net/stable.py  file\n")
    (project / "net" / "stable.py").unlink()
    assert run("unicorn").returncode == 1
