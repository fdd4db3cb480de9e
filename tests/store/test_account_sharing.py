"""Processes and threads on one account: nothing is granted twice, nothing is forgotten."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from account_values import MARGIN, NO_LIMITS, SECONDS, begin, make_call, spend

from dbp.clock import SystemClock, TurnableClock
from dbp.meaning import Usage
from dbp.ports import CallRecord, Granted, Later, Limits, Refused
from dbp.store.account import SqliteAccount, open_account

HERE = Path(__file__).parent
PRELUDE = f"""
import json, random, sys
sys.path[:0] = [{str(HERE)!r}, {str(HERE.parents[1] / "server")!r}]
from pathlib import Path
from account_values import NO_LIMITS, begin, make_call, spend
from dbp.clock import SystemClock
from dbp.meaning import Usage
from dbp.ports import Granted, Later, Limits, Refused
from dbp.store.account import open_account
account = open_account(Path(sys.argv[1]), SystemClock())
print("ready", flush=True)
sys.stdin.readline()
"""
CAP = 40_000
RACE = f"""
dice, granted = random.Random(int(sys.argv[2])), 0
limits = Limits(total_tokens={CAP})
for _ in range(200):
    answer = account.begin_call(make_call(f"k{{dice.randrange(300)}}"), limits)
    if isinstance(answer, Refused):
        assert answer.why == "total_tokens"
        continue
    if isinstance(answer, Later):
        assert answer.why in ("claimed", "reserved"), answer
        continue
    granted += 1
    assert account.spent().total_tokens <= {CAP}
    if dice.random() < 0.3:
        account.begin_attempt(answer.call_id, limits)
        assert account.spent().total_tokens <= {CAP}
    account.end_call(answer.call_id, "done", Usage(dice.randrange(50, 101)), 0.0, 1, meaning=b"x")
print(json.dumps(granted), flush=True)
account.close()
"""


def start(path: Path, script: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, str(path), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def read_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    return process.stdout.readline()


def go(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    process.stdin.flush()


def finish(process: subprocess.Popen[bytes]) -> Any:
    out, _ = process.communicate(timeout=50)
    assert process.returncode == 0
    return json.loads(out) if out else None


def assert_one_live_call_a_key(calls: list[CallRecord]) -> None:
    """Times were taken inside the transactions, so that they are in their order."""
    by_key: dict[str, list[CallRecord]] = {}
    for each in sorted(calls, key=lambda call: call.call_id):
        by_key.setdefault(each.path, []).append(each)
    for several in by_key.values():
        for before, after in pairwise(several):
            assert before.ended_at is not None
            assert before.ended_at <= after.at


@pytest.mark.slow
def test_eight_processes_keep_to_one_budget_and_one_call_a_key(account_file: Path) -> None:
    processes = [start(account_file, RACE, str(number)) for number in range(8)]
    for process in processes:
        assert read_line(process) == b"ready\n"
    for process in processes:
        go(process)
    granted = [finish(process) for process in processes]
    account = open_account(account_file, SystemClock())
    calls = account.calls(10_000)
    assert len(calls) == sum(granted)
    assert sum(bool(each) for each in granted) >= 2
    found = account.spent()
    assert CAP - 100 < found.total_tokens <= CAP
    assert found.total_tokens == sum(each.input_tokens for each in calls)
    assert {each.outcome for each in calls} == {"done"}
    assert_one_live_call_a_key(calls)
    assert account.notes == ()
    account.close()


def test_threads_share_one_account(account: SqliteAccount) -> None:
    errors: list[BaseException] = []
    limits = Limits(total_tokens=8000)

    def work(seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311 - repeatable
        try:
            for _ in range(40):
                answer = account.begin_call(make_call(f"k{dice.randrange(20)}"), limits)
                if isinstance(answer, Granted):
                    account.end_call(answer.call_id, "done", Usage(90), 0.0, 1)
                assert account.spent().total_tokens <= 8000
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert account.spent() == account.spent(since=0.0)


def test_a_killed_process_frees_no_money_and_its_key_in_time(account_file: Path) -> None:
    script = """
spend(account, "before", 30, 0.5, b"said")
print(begin(account, "k", usd=0.25), flush=True)
sys.stdin.readline()
"""
    process = start(account_file, script)
    assert read_line(process) == b"ready\n"
    go(process)
    number = int(read_line(process))
    process.kill()
    process.communicate()
    clock = TurnableClock(time.time())
    account = open_account(account_file, clock)
    assert account.notes == ()
    assert account.meanings(["before"]) == {"before": b"said"}
    assert (account.spent().total_tokens, account.spent().total_usd) == (130, 0.75)
    answer = account.begin_call(make_call("k"), NO_LIMITS)
    assert answer == Later(5.0, "claimed")
    clock.turn(SECONDS + MARGIN)
    assert account.begin_call(make_call("k"), Limits(total_usd=0.75)) == Refused("total_usd", None)
    found = account.call(number)
    assert found is not None
    assert (found.outcome, found.usd) == ("lost", 0.25)
    begin(account, "k")
    assert account.spent().total_tokens == 230
    account.close()


@pytest.mark.slow
def test_a_process_killed_at_any_moment_leaves_sums_and_lines_alike(account_file: Path) -> None:
    script = """
for number in range(100_000):
    call = begin(account, f"{sys.argv[2]}-{number}")
    account.begin_attempt(call, NO_LIMITS)
    account.end_call(call, "done", Usage(number, 1, 2, 3), 0.001, 2, meaning=b"said")
    print(number, flush=True)
"""
    for round_ in range(6):
        process = start(account_file, script, str(round_))
        read_line(process)
        go(process)
        acknowledged = [int(read_line(process)) for _ in range(3 + round_)][-1]
        process.kill()
        process.communicate()
        account = open_account(account_file, SystemClock())
        assert account.notes == ()
        assert account.spent() == account.spent(since=0.0)
        done = {each.path for each in account.calls(100_000) if each.outcome == "done"}
        assert f"{round_}-{acknowledged}.py" in done
        keys = [path.removesuffix(".py") for path in done]
        assert len(account.meanings(keys)) == len(done)
        account.close()


def test_a_reader_is_never_held_up_by_a_writer(account_file: Path) -> None:
    writer = open_account(account_file, SystemClock())
    spend(writer, "a", 5)
    reader = open_account(account_file, SystemClock(), read_only=True)
    process = start(
        account_file,
        """
with account._database.write() as connection:
    connection.exec_driver_sql("DELETE FROM call")
    print("locked", flush=True)
    sys.stdin.readline()
""",
    )
    assert read_line(process) == b"ready\n"
    go(process)
    assert read_line(process) == b"locked\n"
    assert len(reader.calls()) == 1
    assert reader.spent().total_tokens == 5
    go(process)
    process.communicate(timeout=30)
    assert reader.calls() == []
    reader.close()
    writer.close()


def test_a_pace_is_shared(account: SqliteAccount, account_file: Path, clock: TurnableClock) -> None:
    other = open_account(account_file, clock)
    limits = Limits(requests_per_minute=10)
    begin(account, "a", limits)
    assert other.begin_call(make_call("b"), limits) == Later(6.0, "rate")
    other.throttled("a-model")
    clock.turn(0.5)
    answer = account.begin_call(make_call("b"), limits)
    assert answer == Later(pytest.approx(0.5), "throttled")
    other.close()
