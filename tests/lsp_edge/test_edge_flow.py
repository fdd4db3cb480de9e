"""Rows xL12, xL14, xL15 and xL19: a client that does not read, cancelling, odd answers, prints."""

from __future__ import annotations

import socket
import time

from rawclient import RawClient, frame

from conftest import Spawn

MB = 1 << 20


def _call(message_id: int, method: str, params: object = None) -> bytes:
    return frame({"jsonrpc": "2.0", "id": message_id, "method": method, "params": params})


def _write_without_reading(client: RawClient, data: bytes) -> None:
    assert client.process.stdin is not None
    view = memoryview(data)
    deadline = time.monotonic() + 5
    while view and time.monotonic() < deadline:
        sent = client.process.stdin.write(view)
        view = view[sent or 0 :]
    assert not view


def test_xl12_a_client_that_never_reads_ends_the_server(spawn: Spawn) -> None:
    client = spawn(server={"outgoing_budget": 6 * MB, "outgoing_patience": 0.5})
    client.initialize()
    _write_without_reading(client, _call(1, "dbp/big", {"bytes": 5 * MB}))
    diagnose = {"uri": "file:///x", "from": 0, "times": 100}
    _write_without_reading(
        client, b"".join(_call(n, "dbp/diagnose", diagnose) for n in range(2, 60))
    )
    _write_without_reading(client, _call(60, "dbp/big", {"bytes": 5 * MB}))
    assert client.process.wait(5) == 1
    assert "the client does not read" in client.stderr()


def test_xl12_the_server_reads_on_and_stays_bounded(spawn: Spawn) -> None:
    client = spawn(server={"outgoing_budget": 6 * MB})
    client.initialize()
    before = client.rss()
    _write_without_reading(client, _call(1, "dbp/big", {"bytes": 5 * MB}))
    calls = 2000
    for number in range(calls):
        params = {"uri": f"file:///{number % 10}", "from": number, "times": 10}
        _write_without_reading(client, _call(2 + number, "dbp/diagnose", params))
    assert client.rss() - before < 40 * MB
    client.pump_until(lambda: calls + 1 in client.responses, 10)
    sent = [each["params"]["version"] for each in client.notifications]
    assert len(sent) < calls  # of 20,000
    last = {each["params"]["uri"]: each["params"]["version"] for each in client.notifications}
    assert last == {f"file:///{n}": calls - 10 + n + 9 for n in range(10)}
    assert len(client.responses[1]["result"]) == 5 * MB
    assert {number + 2 for number in range(calls)} <= set(client.responses)
    assert client.shutdown() == 0


def test_xl12_a_queue_of_twice_its_size_ends_the_server_at_once(spawn: Spawn) -> None:
    client = spawn(server={"outgoing_budget": MB})
    client.initialize()
    _write_without_reading(
        client, b"".join(_call(n, "dbp/big", {"bytes": MB}) for n in range(1, 6))
    )
    assert client.process.wait(3) == 1


def test_a_client_that_closes_stdout_ends_the_server(client: RawClient) -> None:
    assert client.process.stdout is not None
    client.process.stdout.close()
    _write_without_reading(client, _call(1, "dbp/echo"))
    assert client.process.wait(3) == 1


def test_xl14_cancelling_answers_once_and_only_what_runs(client: RawClient) -> None:
    cancel = {"jsonrpc": "2.0", "method": "$/cancelRequest"}
    # before it started: both in one write
    client.send_raw(_call(901, "dbp/slow") + frame({**cancel, "params": {"id": 901}}))
    assert client.error_of(901, 0.25)["code"] == -32800
    # while it runs, and again
    running = client.send_request("dbp/stubborn")
    client.request("dbp/echo")
    client.notify("$/cancelRequest", {"id": running})
    client.notify("$/cancelRequest", {"id": running})
    assert client.error_of(running, 0.25)["code"] == -32800
    # after its end, unknown, malformed
    ended = client.send_request("dbp/echo")
    client.result_of(ended)
    for params in ({"id": ended}, {"id": 4711}, {"id": None}, {"id": []}, {"id": True}, {}, [1]):
        client.notify("$/cancelRequest", params)
    assert client.request("dbp/echo")["params"] is None
    answered = [each for each in client.answered if each in (901, running, ended)]
    assert sorted(answered, key=str) == sorted([901, running, ended], key=str)
    assert client.stderr().count("ERROR") == 0


def test_xl14_a_command_is_cancelled_with_its_request(client: RawClient) -> None:
    running = client.send_request("workspace/executeCommand", {"command": "edge.wait"})
    client.request("dbp/echo")
    client.notify("$/cancelRequest", {"id": running})
    assert client.error_of(running, 0.25)["code"] == -32800
    assert client.shutdown() == 0


def test_an_id_that_runs_is_not_taken_twice(client: RawClient) -> None:
    client.send_raw(_call(5, "dbp/slow") + _call(5, "dbp/slow"))
    assert client.error_of(5)["code"] == -32600
    client.notify("$/cancelRequest", {"id": 5})
    assert client.error_of(5)["code"] == -32800


def test_xl15_answers_to_what_was_not_asked_are_ignored(client: RawClient) -> None:
    running = client.send_request("dbp/slow")
    for answer in ({"result": 1}, {"error": {"code": 1, "message": "x"}}, {"error": "garbage"}):
        for message_id in ("unknown", 4711, running, None):
            client.send({"jsonrpc": "2.0", "id": message_id, **answer})
    client.pump(0.05)
    client.strays.clear()
    client.notify("$/cancelRequest", {"id": running})
    assert client.error_of(running)["code"] == -32800
    assert client.stderr().count("ERROR") == 0


def test_xl15_answers_of_the_wrong_shape_and_second_answers_hurt_nobody(client: RawClient) -> None:
    client.request("dbp/ask")
    assert client.wait_notification("test/answer") == [None]
    asked = client.wait_server_request("workspace/configuration")
    client.send({"jsonrpc": "2.0", "id": asked["id"], "result": [1]})
    client.handlers["workspace/configuration"] = lambda _params: 5
    client.request("dbp/ask")
    client.handlers["workspace/configuration"] = lambda _params: [{"jsonrpc": {"a": [1]}}]
    client.request("dbp/ask")
    assert client.wait_notification("test/answer") == [{"jsonrpc": {"a": [1]}}]
    del client.handlers["workspace/configuration"]
    client.request("dbp/ask")
    assert client.request("dbp/echo")["params"] is None
    assert client.stderr().count("ERROR") == 0


def test_xl19_prints_go_to_stderr_and_children_have_no_stdin(client: RawClient) -> None:
    assert client.request("dbp/print") == "done"
    assert client.request("dbp/echo")["params"] is None
    for line in ("printed by a plugin", "printed by a C", "written to fd 1", "from a child"):
        assert line in client.stderr()
    assert client.shutdown() == 0


def test_one_client_over_tcp(spawn: Spawn) -> None:
    server = spawn(tcp=True)
    port = server.wait_notification("test/port", timeout=20)
    with socket.create_connection(("127.0.0.1", port), 5) as wire:
        wire.sendall(
            _call(1, "initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        )
        assert wire.recv(15) == b"Content-Length:"
    assert server.process.wait(5) == 1
