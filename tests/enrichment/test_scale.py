"""What enrichment promises at some size; `tests/bench/nova_bench.py` measures it at real size.

Bounds of time are wide: they are to be kept on a busy machine, too.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from apart import Apart
from ground import HEAVY, Ground, Run, generate, rss_of
from pauses import longest_pauses

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    with Apart() as found:
        yield found
        assert found.tell()["complaints"] == []


@pytest.fixture
def ground(tmp_path: Path, apart: Apart) -> Ground:
    made = Ground(tmp_path, apart, DBP_LLM_MAX_CONCURRENCY="8")
    made.nova.consent()
    apart.tell(reset=True, latency=0.0, throttled=0.0, hung=False)
    return made


def calls_of(ground: Ground) -> int:
    """Index, and count the calls that took."""
    ground.apart.tell(reset=True)
    assert ground.dbp("index").said["enrichment"]["pending"] == 0
    return int(ground.apart.tell(brief=True)["requests"])


def contents(root: Path) -> set[bytes]:
    """Hash the files of a folder."""
    return {hashlib.sha256(path.read_bytes()).digest() for path in root.rglob("*.py")}


def test_calls_are_the_distinct_contents_and_nothing_is_asked_again(ground: Ground) -> None:
    generate(ground.root, 120)
    for number in range(0, 120, 3):
        original = ground.root / f"pkg{number // 100}" / f"m{number}.py"
        copy = ground.root / "copies" / f"c{number}.py"
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(original.read_bytes())
    (ground.root / "comment.py").write_text("# Nothing\n")
    estimate = ground.dbp("estimate").said
    asked = len(contents(ground.root)) - estimate["nothingToAsk"]
    assert asked == estimate["calls"]
    assert asked >= 120
    assert calls_of(ground) == asked
    assert calls_of(ground) == 0
    (ground.root / "pkg0").rename(ground.root / "renamed")
    assert calls_of(ground) == 0, "a hundred files were renamed"


def test_switching_branches_costs_nothing_once_both_were_seen(ground: Ground) -> None:
    generate(ground.root, 60)
    ground.git("init", "-q", "-b", "main")
    ground.git("add", "-A")
    ground.git("commit", "-q", "-m", "all")
    assert calls_of(ground) == 60
    ground.git("checkout", "-q", "-b", "other")
    for number in range(30):
        path = ground.root / "pkg0" / f"m{number}.py"
        lines = "".join(f"    total += first * {step}\n" for step in range(8))
        added = f"\n\ndef added_{number}(first):\n    total = 0\n{lines}    return total\n"
        path.write_text(path.read_text() + added)
    ground.git("commit", "-q", "-a", "-m", "other")
    assert calls_of(ground) == 30
    for branch in ("main", "other") * 2:
        ground.git("checkout", "-q", branch)
        assert calls_of(ground) == 0, branch


def test_most_of_the_time_is_the_latency_of_the_calls(ground: Ground) -> None:
    generate(ground.root, 96)
    ground.dbp("index", "--local")
    ground.apart.tell(reset=True, latency=0.4)
    assert ground.dbp("index").said["enrichment"]["done"] == 96
    told = ground.apart.tell(brief=True)
    assert told["peak"] == 8
    assert told["seconds"] < 1.5 * 96 / 8 * 0.4


def test_three_in_ten_requests_throttled_and_all_is_done(ground: Ground) -> None:
    generate(ground.root, 60)
    ground.apart.tell(throttled=0.3)
    run = ground.dbp("index")
    told = ground.apart.tell(brief=True, throttled=0.0)
    assert run.said["enrichment"]["done"] == 60
    assert told["refused"] > 10
    assert told["resent"] == 0, "only one layer tries again"
    account = ground.nova.account()
    try:
        calls = list(account.calls(limit=10_000))
        spent = account.spent()
    finally:
        account.close()
    assert sum(call.attempts for call in calls) == told["requests"]
    assert max(call.attempts for call in calls) <= 3
    assert {call.outcome for call in calls} <= {"done", "throttled"}
    # A refused request costs nothing.
    assert spent.input_tokens == told["usage"]["inputTokens"]
    assert spent.output_tokens == told["usage"]["outputTokens"]


def test_memory_does_not_grow_with_the_calls(ground: Ground) -> None:
    generate(ground.root, 1500, functions=1)
    ground.dbp("index", "--local")
    ground.apart.tell(reset=True)
    samples: list[tuple[int, float]] = []

    def watch(pid: int) -> None:
        samples.append((ground.apart.tell(brief=True)["requests"], rss_of(pid)))

    run: Run = ground.dbp("index", watch=watch)
    assert run.said["enrichment"]["done"] == 1500
    warm = next(rss for calls, rss in samples if calls >= 500)
    last = [rss for calls, rss in samples if rss][-1]
    assert last - warm < 8, "a thousand calls more, in MB"


def test_a_server_with_hung_calls_ends_at_once(ground: Ground) -> None:
    generate(ground.root, 16)
    ground.apart.tell(hung=True)
    try:
        with ground.server() as editor:
            ground.apart.tell(active=8)
            began = time.monotonic()
            assert editor.client.shutdown() == 0
            assert time.monotonic() - began < 1.5
    finally:
        ground.apart.tell(hung=False)


def test_what_asks_the_model_is_loaded_only_where_it_is_on(ground: Ground) -> None:
    generate(ground.root, 4)
    _, names = ground.at_rest(DBP_LLM_PROVIDER="none")
    assert [name for name in HEAVY if name in names] == []
    assert ground.apart.tell(brief=True)["requests"] == 0
    _, names = ground.at_rest()
    assert [name for name in HEAVY if name in names] == list(HEAVY)


def test_preparing_a_megabyte_never_stops_everybody_else_for_long(tmp_path: Path) -> None:
    what, seconds, call = longest_pauses(tmp_path)[0]
    assert seconds < 0.5, f"{what}: {call}"
