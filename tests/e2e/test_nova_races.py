"""Files and databases that change or are not to be had while a call is under way."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from bedrock import Received, StandIn, answer, hang
from nova import Nova
from nova_talk import counts, enrichment, honest, module, settle, wait_for


def test_a_file_that_is_written_while_it_is_asked_about_is_asked_about_again(
    nova: Nova, stand_in: StandIn
) -> None:
    nova.write("a.py", module("before"))

    def script(request: Received) -> Any:
        reply = answer(honest(request))
        return hang(reply) if request.number == 1 else reply

    stand_in.script = script
    with nova.editor() as editor:
        stand_in.until(lambda: stand_in.active == 1)
        editor.write("a.py", module("after"))
        editor.settle()
        stand_in.release()
        settle(editor)
        said = editor.metadata("a.py")
        assert said["enrichment"]["state"] == "done"
        assert said["enrichment"]["ofContent"] is None
        assert said["symbols"][0]["doc"]["intent"]
    assert nova.calls == 2


def test_a_file_that_is_deleted_while_it_is_asked_about_leaves_nothing(
    nova: Nova, stand_in: StandIn
) -> None:
    nova.write("a.py", module("gone"))
    nova.write("b.py", module("kept"))
    stand_in.script = lambda request: hang(answer(honest(request)))
    with nova.editor() as editor:
        stand_in.until(lambda: stand_in.active == 2)
        (nova.root / "a.py").rename(nova.root / "moved.py")
        (nova.root / "b.py").unlink()
        editor.settle()
        stand_in.release()
        settle(editor)
        assert editor.paths() == ["moved.py"]
        assert enrichment(editor, "moved.py")["state"] == "done"
    assert nova.calls == 2


@pytest.mark.slow
def test_an_account_that_is_busy_at_the_start_is_tried_again(nova: Nova) -> None:
    """Another program holds the database for longer than anybody waits for it."""
    nova.write("a.py", module("grow"))
    holder = sqlite3.connect(nova.state / "account.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with nova.editor() as editor:
        settle(editor)
        assert nova.calls == 0
        assert enrichment(editor, "a.py")["state"] == "pending"
        assert editor.client.request("dbp/health")["status"] == "degraded"
        holder.execute("ROLLBACK")
        wait_for(editor, lambda: counts(editor)["done"] == 1)
        assert editor.client.request("dbp/health")["status"] == "healthy"
    holder.close()
    assert nova.calls == 1
