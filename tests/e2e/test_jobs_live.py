"""Jobs over stdio: each requirement on jobs that a client can see, by its name."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, source
from jobbing import FINAL, LEGAL, done, fill, get, moves, refused, submit, told, told_end, updates
from rawclient import RpcError

FILES = 500
FIELDS = {
    *("id", "type", "status", "priority", "arguments", "progress", "createdAt", "scheduledFor"),
    *("startedAt", "completedAt", "retryCount", "maxRetries", "result", "error", "requestedBy"),
}


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """Share one editor with some hundred files among all that need nothing of their own."""
    base = tmp_path_factory.mktemp("jobs")
    settings = {"rate_limits": {"refresh": "1000/300"}, "jobs": {"retry_base": 0.1}}
    client_info = {"name": "Test Editor", "version": "1"}
    with Editor.start(
        fill(base / "project", FILES),
        base / "state",
        settings=settings,
        notifications=True,
        clientInfo=client_info,
    ) as found:
        found.settle(timeout=60)
        yield found


def rows(editor: Editor, query: str, *values: Any) -> list[Any]:
    """Read the database as any other program can."""
    path = editor.status()["database"]["path"]
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()


# ── the table ──────────────────────────────────────────────────────────────────────────────────


def test_j1_jobs_live_in_a_table(editor: Editor) -> None:
    job = done(editor, "extract", path="f1.py")
    found = rows(editor, "SELECT type, status, requested_by FROM job WHERE id = ?", job["id"])
    assert found == [("extract", "completed", job["requestedBy"])]


def test_j2_a_job_says_all_that_is_known_of_it(editor: Editor) -> None:
    job = done(editor, "extract", path="f2.py")
    assert set(job) == FIELDS | {"events"}
    assert str(uuid.UUID(job["id"])) == job["id"]
    assert job["arguments"] == {"path": "f2.py", "force": False}
    assert (job["retryCount"], job["maxRetries"]) == (0, 3)
    assert job["requestedBy"].endswith("/Test Editor")


def test_j3_each_status_is_reached_and_no_other_can_be_stored(editor: Editor) -> None:
    long = submit(editor, "scan", force=True)
    told(editor.client, long, "processing")
    waiting = submit(editor, "scan", path="f3.py")
    assert get(editor, waiting)["status"] == "queued"
    assert get(editor, long)["status"] == "processing"
    editor.client.request("dbp/jobs/cancel", {"id": long})
    assert get(editor, long)["status"] == "cancelled"
    assert told_end(editor.client, waiting)["status"] == "completed"
    assert done(editor, "extract", path="missing.py")["status"] == "failed"
    path = editor.status()["database"]["path"]
    with closing(sqlite3.connect(path)) as database, pytest.raises(sqlite3.IntegrityError):
        database.execute("UPDATE job SET status = 'pending' WHERE id = ?", (waiting,))


def test_j4_priority_is_low_normal_or_high(editor: Editor) -> None:
    for priority in ("low", "normal", "high"):
        params = {"type": "extract", "arguments": {"path": "f4.py"}, "priority": priority}
        answer = editor.client.request("dbp/jobs/submit", params)
        assert answer["priority"] == priority
        told_end(editor.client, answer["jobId"])
    assert done(editor, "extract", path="f4.py")["priority"] == "normal"
    assert refused(editor, "dbp/jobs/submit", type="scan", priority="urgent")["code"] == (
        "bad_params"
    )


def test_j5_an_unknown_type_is_answered_with_those_there_are(editor: Editor) -> None:
    error = refused(editor, "dbp/jobs/submit", type="nonsense")
    assert error["code"] == "bad_params"
    for kind in ("scan", "refresh", "extract", "enrich", "check"):
        assert kind in error["hint"]


def test_j6_and_g9_a_submitted_job_is_queued_before_it_runs(editor: Editor) -> None:
    job_id = submit(editor, "extract", path="f6.py")
    told_end(editor.client, job_id)
    assert moves(editor.client, job_id) == ["queued", "processing", "completed"]


def test_j7_the_end_of_a_job_is_stamped_and_its_result_kept(editor: Editor) -> None:
    job = done(editor, "extract", path="f7.py")
    assert job["createdAt"] <= job["startedAt"] <= job["completedAt"]
    assert job["result"]["path"] == "f7.py"
    assert job["error"] is None
    assert job["progress"]["percent"] == 100
    failed = done(editor, "extract", path="missing7.py")
    assert failed["result"] is None
    assert failed["error"]["code"] == "not_found"
    assert failed["error"]["message"] == "there is no file missing7.py"


def test_j8_and_g10_an_unknown_job_is_not_found(editor: Editor) -> None:
    assert refused(editor, "dbp/jobs/get", id=str(uuid.uuid4()))["code"] == "not_found"
    assert refused(editor, "dbp/jobs/get")["code"] == "bad_params"


def test_j9_and_g11_jobs_are_listed_newest_first_in_pages(editor: Editor) -> None:
    ids = [done(editor, "extract", path=f"f{number}.py")["id"] for number in (90, 91, 92)]
    wanted = {"type": "extract", "status": ["completed"], "limit": 2}
    page = editor.client.request("dbp/jobs/list", wanted)
    assert [job["id"] for job in page["jobs"]] == ids[:0:-1]
    rest = editor.client.request("dbp/jobs/list", {**wanted, "cursor": page["cursor"]})
    assert rest["jobs"][0]["id"] == ids[0]
    times = [job["createdAt"] for job in [*page["jobs"], *rest["jobs"]]]
    assert times == sorted(times, reverse=True)
    assert refused(editor, "dbp/jobs/list", status="pendingg")["code"] == "bad_params"


def test_j10_and_j11_the_answer_has_the_fields_of_the_contract(editor: Editor) -> None:
    job = done(editor, "extract", path="f10.py")
    for key in ("createdAt", "startedAt", "completedAt"):
        assert job[key].endswith("Z")
        assert datetime.fromisoformat(job[key]).tzinfo is not None
    assert set(job["progress"]) == {"percent", "step", "done", "total"}
    listed = editor.client.request("dbp/jobs/list", {"limit": 1})["jobs"][0]
    assert set(listed) == FIELDS
    assert set(updates(editor.client, job["id"])[-1]) == FIELDS | {"workspaceFolder"}


def test_j12_and_j18_the_queue_status_agrees_with_the_table(editor: Editor) -> None:
    done(editor, "extract", path="f12.py")
    status = editor.client.request("dbp/jobs/queueStatus")
    counted = dict(rows(editor, "SELECT status, count(*) FROM job GROUP BY status"))
    names = ("queued", "processing", "completed", "failed", "cancelled")
    assert {name: status[name] for name in names} == {name: counted.get(name, 0) for name in names}
    assert status["total"] == sum(counted.values())
    assert status["pending"] == status["queued"]


# ── retrying ───────────────────────────────────────────────────────────────────────────────────


def test_j13_a_retried_job_really_runs(editor: Editor) -> None:
    failed = done(editor, "extract", path="later.py")
    assert failed["status"] == "failed"
    editor.write("later.py", source("Came later."))
    again = editor.client.request("dbp/jobs/retry", {"id": failed["id"]})
    assert again["status"] == "queued"
    told(editor.client, failed["id"], "completed")
    assert get(editor, failed["id"])["result"]["path"] == "later.py"
    assert moves(editor.client, failed["id"]) == [
        *("queued", "processing", "failed", "queued", "processing", "completed")
    ]


@pytest.mark.slow
def test_j14_a_failing_job_is_tried_four_times(tmp_path: Path) -> None:
    """Row E18 as far as a client sees it: each failure waits twice as long as the one before."""
    root = fill(tmp_path / "project", 3)
    settings = {"jobs": {"retry_base": 0.1}}
    with Editor.start(root, tmp_path / "s", settings=settings, notifications=True) as editor:
        editor.settle()
        root.rename(tmp_path / "away")
        job_id = editor.client.request("dbp/scan")["jobId"]
        assert told_end(editor.client, job_id)["status"] == "failed"
        job = get(editor, job_id)
        assert job["retryCount"] == job["maxRetries"] == 3
        assert job["error"]["code"] == "scan_failed"
        details = [event["detail"] for event in job["events"] if event["move"] == "retried"]
        assert [detail.split(" s")[0] for detail in details] == ["in 0.1", "in 0.2", "in 0.4"]
        assert moves(editor.client, job_id) == ["queued", "processing"] * 4 + ["failed"]
        error = refused(editor, "dbp/jobs/retry", id=job_id)
        assert error["code"] == "invalid_state"
        (tmp_path / "away").rename(root)
        editor.client.request("dbp/jobs/retry", {"id": job_id, "force": True})
        told(editor.client, job_id, "completed")


def test_j15_only_a_failed_job_is_tried_again_as_if_it_were_new(editor: Editor) -> None:
    completed = done(editor, "extract", path="f15.py")
    assert refused(editor, "dbp/jobs/retry", id=completed["id"])["code"] == "invalid_state"
    failed = done(editor, "extract", path="missing15.py")
    again = editor.client.request("dbp/jobs/retry", {"id": failed["id"]})
    assert again["retryCount"] == 1
    assert (again["error"], again["result"], again["completedAt"]) == (None, None, None)
    assert (again["startedAt"], again["progress"]["percent"]) == (None, 0)


# ── cancelling ─────────────────────────────────────────────────────────────────────────────────


def test_j16_a_waiting_and_a_running_job_are_cancelled_at_once(editor: Editor) -> None:
    running = submit(editor, "scan", force=True)
    told(editor.client, running, "processing")
    waiting = submit(editor, "scan", path="f16.py", force=True)
    assert editor.client.request("dbp/jobs/cancel", {"id": waiting})["status"] == "cancelled"
    assert get(editor, waiting)["startedAt"] is None
    editor.client.request("dbp/jobs/cancel", {"id": running}, timeout=2.0)
    told(editor.client, running, "cancelled", timeout=2.0)
    next_one = submit(editor, "extract", path="f16.py")
    told(editor.client, next_one, "completed", timeout=2.0)
    for final in (running, waiting, next_one):
        assert refused(editor, "dbp/jobs/cancel", id=final)["code"] == "invalid_state"


def test_j17_closing_the_progress_cancels_the_job(editor: Editor) -> None:
    for number in range(8):
        editor.write(f"big/b{number}.py", source() + "def run():\n    return 1\n\n\n" * 8000)
    editor.settle()
    editor.client.server_requests.clear()
    job_id = submit(editor, "scan", path="big", force=True)
    asked = editor.client.wait_server_request("window/workDoneProgress/create")
    token = asked["params"]["token"]
    begin = editor.client.wait_notification("$/progress", lambda p: p["token"] == token)["value"]
    assert (begin["kind"], begin["title"]) == ("begin", "Comparing disk and record: big")
    assert begin["cancellable"] is True
    editor.client.notify("window/workDoneProgress/cancel", {"token": token})
    told(editor.client, job_id, "cancelled", timeout=2.0)
    end = editor.client.wait_notification(
        "$/progress", lambda p: p["token"] == token and p["value"]["kind"] == "end"
    )
    assert end["value"]["message"] == "cancelled"
    shutil.rmtree(editor.root / "big")
    editor.settle()


def test_j17_a_token_of_the_client_is_used_from_the_beginning(editor: Editor) -> None:
    editor.client.server_requests.clear()
    params = {"uri": editor.uri(""), "force": True, "workDoneToken": 17}
    job_id = editor.client.request("dbp/scan", params)["jobId"]
    values = []
    while not values or values[-1]["kind"] != "end":
        said = editor.client.wait_notification("$/progress", lambda p: p["token"] == 17)
        values.append(said["value"])
    assert [value["kind"] for value in values[:1]] == ["begin"]
    assert values[-1]["message"] == "done"
    percentages = [value["percentage"] for value in values[1:-1]]
    assert percentages == sorted(percentages)
    assert any("looking at files" in (value["message"] or "") for value in values[1:-1])
    assert get(editor, job_id)["status"] == "completed"
    made = [r for r in editor.client.server_requests if "workDone" in r["method"]]
    assert made == [], "one bar is enough"


def test_j17_cancelling_the_request_does_not_cancel_the_job(editor: Editor) -> None:
    number = editor.client.send_request("dbp/scan", {"uri": editor.uri("f17.py"), "force": True})

    def begun() -> list[str]:
        said = [m["params"] for m in editor.client.notifications if "id" in m["params"]]
        return [job["id"] for job in said if job["arguments"].get("path") == "f17.py"]

    editor.client.pump_until(lambda: bool(begun()), what="the job to be told of")
    editor.client.notify("$/cancelRequest", {"id": number})
    editor.client.wait_response(number)
    assert told_end(editor.client, begun()[0])["status"] == "completed"


def test_s8_a_client_that_shows_no_progress_is_not_asked_to(tmp_path: Path) -> None:
    root = fill(tmp_path / "project", 200)
    with Editor.start(root, tmp_path / "s", capabilities={}, notifications=True) as editor:
        editor.settle()
        job_id = submit(editor, "scan", force=True)
        told_end(editor.client, job_id)
        said = {message["method"] for message in editor.client.notifications}
        assert "$/progress" not in said
        assert editor.client.server_requests == []


# ── looking ────────────────────────────────────────────────────────────────────────────────────


def test_j21_cleanup_forgets_what_ended_long_ago(tmp_path: Path) -> None:
    root = fill(tmp_path / "project", 300)
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        editor.settle()
        done(editor, "extract", path="f1.py")
        done(editor, "extract", path="missing.py")
        running = submit(editor, "scan", force=True)
        told(editor.client, running, "processing")
        cancelled = submit(editor, "extract", path="f2.py")
        editor.client.request("dbp/jobs/cancel", {"id": cancelled})
        waiting = submit(editor, "extract", path="f3.py")
        assert editor.client.request("dbp/jobs/cleanup", {"days": 1}) == {"removed": 0}
        removed = editor.client.request("dbp/jobs/cleanup", {"days": 0})["removed"]
        left = [row[0] for row in rows(editor, "SELECT id FROM job WHERE type <> 'sync'")]
        assert {running, waiting} <= set(left)
        assert cancelled not in left
        assert removed >= 3
        assert refused(editor, "dbp/jobs/cleanup", days=-1)["code"] == "bad_params"


def test_j23_progress_is_in_the_table_while_a_job_runs(editor: Editor) -> None:
    job_id = submit(editor, "scan", force=True)
    seen = []
    while not seen or get(editor, job_id)["status"] not in FINAL:
        seen += rows(editor, "SELECT percent, done, total FROM job WHERE id = ?", job_id)
    assert len({row for row in seen if row[0] < 100}) >= 2
    assert [row[0] for row in seen] == sorted(row[0] for row in seen)
    told_end(editor.client, job_id)
    percents = [one["progress"]["percent"] for one in updates(editor.client, job_id)]
    assert percents == sorted(percents)


def test_j25_a_refresh_is_the_job_it_says_it_is(editor: Editor) -> None:
    editor.write("j25.py", source("By refresh."))
    answer = editor.client.request("dbp/refresh", {"uri": editor.uri("j25.py")})
    assert answer["status"] == "queued"
    assert answer["deduplicated"] is False
    assert answer["message"]
    told_end(editor.client, answer["jobId"])
    job = get(editor, answer["jobId"])
    assert (job["type"], job["status"], job["priority"]) == ("refresh", "completed", "high")
    assert job["arguments"] == {"path": "j25.py", "force": False}


def test_j26_a_refresh_finds_what_no_event_told_of(tmp_path: Path) -> None:
    root = fill(tmp_path / "project", 5)
    settings = {"fs_monitor": {"backend": "off"}, "rate_limits": {"refresh": "9/300"}}
    with Editor.start(root, tmp_path / "s", settings=settings, notifications=True) as editor:
        editor.settle()
        editor.write("f1.py", source("Changed unseen."))
        editor.write("new/f.py", source("Came unseen."))
        (root / "f2.py").unlink()
        job_id = editor.client.request("dbp/refresh")["jobId"]
        assert told_end(editor.client, job_id)["status"] == "completed"
        assert editor.intent("f1.py") == "Changed unseen."
        assert editor.intent("new/f.py") == "Came unseen."
        assert "f2.py" not in editor.paths()
        result = get(editor, job_id)["result"]
        assert (result["extracted"], result["deleted"]) == (2, 1)
        again = editor.client.request("dbp/refresh", {"force": True})["jobId"]
        told_end(editor.client, again)
        assert get(editor, again)["result"]["extracted"] == 5


def test_j27_and_u5_a_client_is_told_until_the_end(editor: Editor) -> None:
    job_id = editor.client.request("dbp/refresh", {"force": True})["jobId"]
    told_end(editor.client, job_id)
    assert moves(editor.client, job_id) == ["queued", "processing", "completed"]
    steps = {one["progress"]["step"] for one in updates(editor.client, job_id)}
    assert "looking at files" in steps


def test_j28_a_refresh_runs_before_what_waits(editor: Editor) -> None:
    long = submit(editor, "scan", force=True)
    told(editor.client, long, "processing")
    normal = [submit(editor, "extract", path=f"f{number}.py") for number in range(20, 25)]
    refresh = editor.client.request("dbp/refresh", {"uri": editor.uri("f28.py")})["jobId"]
    for job_id in (long, *normal, refresh):
        told_end(editor.client, job_id)
    began = get(editor, refresh)["startedAt"]
    assert all(began <= get(editor, job_id)["startedAt"] for job_id in normal)


def test_j29_the_history_tells_who_refreshed_and_how_it_ended(editor: Editor) -> None:
    job_id = editor.client.request("dbp/refresh", {"uri": editor.uri("f29.py")})["jobId"]
    told_end(editor.client, job_id)
    history = editor.client.request("dbp/refreshHistory", {"limit": 3})
    first = history["refreshes"][0]
    assert first["id"] == job_id
    assert first["status"] == "completed"
    assert first["completedAt"]
    assert first["requestedBy"].endswith("/Test Editor")
    assert history["limit"] == {"times": 1000, "seconds": 300.0}
    assert len(history["refreshes"]) <= 3


def test_requested_by_cannot_be_forged(editor: Editor) -> None:
    params = {"uri": editor.uri("f30.py"), "requestedBy": "root/somebody"}
    job_id = editor.client.request("dbp/refresh", params)["jobId"]
    assert get(editor, job_id)["requestedBy"].endswith("/Test Editor")
    given = {"type": "extract", "arguments": {"path": "f30.py"}, "requestedBy": "x/y"}
    job_id = editor.client.request("dbp/jobs/submit", given)["jobId"]
    assert get(editor, job_id)["requestedBy"].endswith("/Test Editor")


# ── limits ─────────────────────────────────────────────────────────────────────────────────────


def test_j30_j31_and_j33_the_sixth_refresh_is_refused_even_after_a_restart(tmp_path: Path) -> None:
    root = fill(tmp_path / "project", 3)
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        for _ in range(5):
            told_end(editor.client, editor.client.request("dbp/refresh")["jobId"])
        error = refused(editor, "dbp/refresh")
        assert error["code"] == "rate_limited"
        assert -32899 <= error["number"] <= -32800
        assert 290 <= error["retryAfter"] <= 300
        assert "5 times in 300 s" in error["message"]
        assert editor.client.shutdown() == 0
    with Editor.start(root, tmp_path / "state", notifications=True) as editor:
        assert refused(editor, "dbp/refresh")["code"] == "rate_limited"
        # Another person's or another program's own refreshes count by themselves.
        told_end(editor.client, editor.client.request("dbp/scan")["jobId"])


def test_j32_of_twenty_refreshes_at_once_five_are_accepted(tmp_path: Path) -> None:
    root = fill(tmp_path / "project", 3)
    with Editor.start(root, tmp_path / "state") as editor:
        editor.settle()
        asked = [editor.client.send_request("dbp/refresh") for _ in range(20)]
        accepted, codes = [], []
        for number in asked:
            try:
                accepted.append(editor.client.result_of(number)["jobId"])
            except RpcError as error:
                codes.append(error.data["code"])
        assert len(accepted) == 5
        assert codes == ["rate_limited"] * 15


def test_j36_two_equal_refreshes_are_one_job(editor: Editor) -> None:
    params = {"force": True}
    first, second = (editor.client.send_request("dbp/refresh", params) for _ in range(2))
    answers = [editor.client.result_of(number) for number in (first, second)]
    assert answers[0]["jobId"] == answers[1]["jobId"]
    assert sorted(answer["deduplicated"] for answer in answers) == [False, True]
    told_end(editor.client, answers[0]["jobId"])


def test_g6_and_g25_nothing_but_legal_moves_was_ever_told(editor: Editor) -> None:
    """Over all that the tests above did."""
    client = editor.client
    ids = [m["params"]["id"] for m in client.notifications if m["method"] == "dbp/jobUpdated"]
    assert len(set(ids)) > 20
    for job_id in set(ids):
        statuses = [None, *moves(client, job_id)]
        assert set(pairwise(statuses)) <= LEGAL
