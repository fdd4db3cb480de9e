"""Rows xL8 to xL11: the order of the life cycle, and an end in time."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import pytest
from rawclient import RawClient, RpcError

from conftest import Spawn


def test_xl8_before_initialize_requests_are_refused_and_notifications_dropped(
    new: RawClient,
) -> None:
    for method in ("dbp/echo", "shutdown", "no/such", "textDocument/hover"):
        with pytest.raises(RpcError) as caught:
            new.request(method, timeout=20)
        assert caught.value.code == -32002
    new.notify("textDocument/didOpen", {})
    assert new.initialize()["serverInfo"]["name"] == "dbp"


def test_xl8_a_second_initialize_is_refused(client: RawClient) -> None:
    with pytest.raises(RpcError) as caught:
        client.initialize()
    assert caught.value.code == -32600
    assert client.request("dbp/echo", {})["params"] == {}


@pytest.mark.parametrize("bad", [{"capabilities": 5}, {"options": "raise"}])
def test_a_failed_initialize_may_be_repeated(new: RawClient, bad: dict[str, Any]) -> None:
    with pytest.raises(RpcError) as caught:
        new.initialize(**bad)
    assert caught.value.code == -32602
    with pytest.raises(RpcError) as caught:
        new.request("dbp/echo")
    assert caught.value.code == -32002
    new.initialize()
    assert new.request("dbp/echo")["params"] is None


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (None, "utf-16"),
        ([], "utf-16"),
        (["utf-7"], "utf-16"),
        (["utf-32", "utf-8"], "utf-32"),
        (["x", "utf-8", "utf-16"], "utf-8"),
    ],
)
def test_the_clients_first_known_encoding_is_chosen(
    new: RawClient, offered: list[str] | None, chosen: str
) -> None:
    general = {} if offered is None else {"positionEncodings": offered}
    result = new.initialize(capabilities={"general": general})
    assert result["capabilities"]["positionEncoding"] == chosen


@pytest.mark.parametrize("uri", ["http://[", "untitled:x", "file:///a%00b", "file://%ff", ""])
def test_a_strange_root_does_not_stop_the_handshake(new: RawClient, uri: str) -> None:
    folder = {"uri": uri, "name": "x"}
    result = new.initialize(rootUri=uri, workspaceFolders=[folder])
    folders = result["capabilities"]["workspace"]["workspaceFolders"]
    assert folders == {"supported": True, "changeNotifications": True}


def test_xl9_after_shutdown_every_request_is_refused(client: RawClient) -> None:
    client.request("shutdown")
    for method in ("dbp/echo", "shutdown", "initialize", "no/such"):
        with pytest.raises(RpcError) as caught:
            client.request(method)
        assert caught.value.code == -32600
    client.notify("textDocument/didOpen", {})
    client.notify("exit")
    assert client.wait_exit(2) == 0


def test_xl10_exit_without_shutdown_is_code_1(client: RawClient) -> None:
    client.notify("exit")
    assert client.wait_exit(2) == 1
    assert "hook on_shutdown" in client.stderr()
    assert "hook on_exit" in client.stderr()


def test_xl10_exit_before_initialize_is_code_1(new: RawClient) -> None:
    new.notify("exit")
    assert new.wait_exit(20) == 1


def test_end_of_input_is_an_end(client: RawClient) -> None:
    client.close_stdin()
    assert client.wait_exit(2) == 1
    assert "hook on_shutdown" in client.stderr()


def test_sigterm_is_an_end_in_order(client: RawClient) -> None:
    client.process.send_signal(signal.SIGTERM)
    assert client.wait_exit(2) == 0
    assert "hook on_exit" in client.stderr()


def test_sigint_is_the_editors(client: RawClient) -> None:
    client.process.send_signal(signal.SIGINT)
    assert client.request("dbp/echo")["params"] is None


def test_xl11_shutdown_while_a_thousand_requests_wait(client: RawClient) -> None:
    waiting = [client.send_request("dbp/slow") for _ in range(1000)]
    while client.request("dbp/started") < 1000:
        pass
    start = time.monotonic()
    client.request("shutdown", timeout=1)
    assert time.monotonic() - start < 1
    assert {client.error_of(each)["code"] for each in waiting} == {-32800}
    client.notify("exit")
    assert client.wait_exit(1.5) == 0


@pytest.mark.parametrize("method", ["dbp/deaf", "dbp/stubborn", "dbp/slow"])
def test_xl11_handlers_that_ignore_cancelling_hold_nothing(client: RawClient, method: str) -> None:
    waiting = client.send_request(method)
    client.request("dbp/echo")
    start = time.monotonic()
    assert client.shutdown(2) == 0
    assert time.monotonic() - start < 1.5
    assert client.error_of(waiting)["code"] == -32800


@pytest.mark.parametrize("way", ["exit", "eof", "both"])
def test_xl11_a_handler_that_hangs_the_loop_cannot_hold_the_process(
    client: RawClient, way: str
) -> None:
    client.send_request("dbp/hang")
    start = time.monotonic()
    if way != "eof":
        client.notify("exit")
    if way != "exit":
        client.close_stdin()
    assert client.wait_exit(3) == 1
    assert time.monotonic() - start < 2
    assert "did not stop in time" in client.stderr()


def test_xl11_a_stop_that_hangs_is_left_behind(spawn: Spawn) -> None:
    client = spawn(hang_on_shutdown=True)
    client.initialize()
    client.request("shutdown", timeout=1.5)
    start = time.monotonic()
    client.notify("exit")
    assert client.wait_exit(1.5) == 0
    assert time.monotonic() - start < 1


def test_an_idle_server_uses_no_cpu(client: RawClient) -> None:
    client.request("dbp/echo")

    def ticks() -> int:
        with open(f"/proc/{client.process.pid}/stat", encoding="ascii") as stat:  # noqa: PTH123 - proc
            fields = stat.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before = ticks()
    client.pump(0.5)
    assert (ticks() - before) / os.sysconf("SC_CLK_TCK") <= 0.01
