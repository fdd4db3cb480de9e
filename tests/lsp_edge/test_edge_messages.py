"""Rows xL5 to xL7 and xL20: messages that are wrong, and handlers that go wrong."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from rawclient import RawClient, RpcError, frame

from conftest import Spawn

HOVER = {"textDocument": {"uri": "file:///x.py"}, "position": {"line": 1, "character": 2}}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe{}", -32700),
        (b"\xef\xbb\xbf{}", -32700),
        ('{"jsonrpc":"2.0"}'.encode("utf-16"), -32700),
        (b"[" * 200_000, -32700),
        (b'{"a":' * 200_000, -32700),
        (b"9" * 5000, -32700),
        (b"NaN", -32700),
        (b'{"jsonrpc":"2.0","id":1,"method":"dbp/echo","params":{"a":NaN}}', -32700),
        (b"[]", -32600),
        (b'[{"jsonrpc":"2.0","id":1,"method":"dbp/echo"}]', -32600),
        (b"null", -32600),
        (b"1", -32600),
        (b'"text"', -32600),
        (b"{}", -32600),
        (b'{"jsonrpc":"2.0","id":{},"method":"dbp/echo"}', -32600),
        (b'{"jsonrpc":"2.0","id":[],"result":1}', -32600),
        (b'{"jsonrpc":"2.0","id":null,"method":"dbp/echo"}', -32600),
        (b'{"jsonrpc":"2.0","id":true,"method":"dbp/echo"}', -32600),
        (b'{"jsonrpc":"2.0","method":5}', -32600),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_xl5_what_is_no_message_is_answered_and_survived(
    shared: RawClient, body: bytes, code: int
) -> None:
    shared.send(body)
    assert shared.wait_stray()["code"] == code
    assert shared.request("dbp/echo", [1]) == {"type": "list", "params": [1]}
    assert shared.notifications == []  # no popup


def test_xl5_duplicate_keys_and_lone_surrogates_are_data(shared: RawClient) -> None:
    shared.send(
        b'{"jsonrpc":"2.0","id":1,"id":2,"method":"dbp/echo","params":{"a":1,"a":"\\ud800"}}'
    )
    assert shared.result_of(2)["params"] == {"a": "\ud800"}


def test_xl5_a_flood_of_garbage_logs_a_few_lines_and_shows_nothing(shared: RawClient) -> None:
    shared.send_raw(frame(b"{") * 2000)
    shared.pump_until(lambda: len(shared.strays) == 2000)
    assert shared.notifications == []
    assert shared.stderr().count("a message was refused") < 20


def test_a_request_without_version_is_answered_by_its_id(shared: RawClient) -> None:
    shared.send({"id": 7, "method": "dbp/echo"})
    assert shared.error_of(7)["code"] == -32600


@pytest.mark.parametrize(
    "params",
    [{}, None, [1], 5, {"textDocument": {}}, {**HOVER, "position": {"line": -1, "character": 0}}],
)
def test_xl6_invalid_params_are_answered_at_once(shared: RawClient, params: Any) -> None:
    shared.request("textDocument/hover", HOVER)
    start = time.monotonic()
    with pytest.raises(RpcError) as caught:
        shared.request("textDocument/hover", params)
    assert time.monotonic() - start < 0.1
    assert (caught.value.code, caught.value.data["code"]) == (-32602, "bad_params")
    assert shared.notifications == []


def test_xl7_a_nested_jsonrpc_key_is_data(shared: RawClient) -> None:
    nested = {"jsonrpc": "2.0", "id": 9, "method": "shutdown", "type_name": "x", "_a": {"1": 2}}
    assert shared.request("textDocument/hover", {**HOVER, "data": nested}) == {"contents": "1:2"}
    assert shared.request("dbp/echo", nested) == {"type": "dict", "params": nested}


def test_unknown_methods_are_answered_without_a_popup(shared: RawClient) -> None:
    shared.notify("no/such")
    shared.notify("$/no/such")
    with pytest.raises(RpcError) as caught:
        shared.request("textDocument/" + "x" * 10_000)
    assert caught.value.code == -32601
    assert len(caught.value.message) < 200
    assert shared.notifications == []


@pytest.mark.parametrize("method", ["dbp/raise", "dbp/raiseLater"])
def test_xl20_expected_errors_keep_code_message_and_hint(shared: RawClient, method: str) -> None:
    with pytest.raises(RpcError) as caught:
        shared.request(method, {"what": "expected"})
    assert (caught.value.code, caught.value.message) == (-32803, "too many")
    assert caught.value.data == {"code": "rate_limited", "hint": "wait", "retryAfter": 7}
    with pytest.raises(RpcError) as caught:
        shared.request(method, {"what": "params"})
    assert (caught.value.code, caught.value.data["code"]) == (-32602, "outside_workspace")
    assert "too many" not in shared.stderr()


@pytest.mark.parametrize("method", ["dbp/raise", "dbp/raiseLater"])
@pytest.mark.parametrize("what", ["defect", "recursion", "exit", "result"])
def test_xl20_a_defect_fails_its_own_request_only(
    shared: RawClient, method: str, what: str
) -> None:
    other = shared.send_request("dbp/slow")
    with pytest.raises(RpcError) as caught:
        shared.request(method, {"what": what})
    assert caught.value.code == -32603
    assert "/" not in json.dumps([caught.value.message, caught.value.data["id"]])
    assert caught.value.data["id"] in shared.stderr()
    assert shared.request("dbp/echo")["params"] is None
    shared.notify("$/cancelRequest", {"id": other})
    assert shared.error_of(other)["code"] == -32800
    assert shared.notifications == []


def test_nothing_of_a_message_is_logged(spawn: Spawn) -> None:
    client = spawn()
    client.initialize(options={"note": "s3cret"})
    client.request("dbp/echo", {"note": "s3cret"})
    client.notify("textDocument/didOpen", {"note": "s3cret"})
    client.shutdown()
    assert "s3cret" not in client.stderr()
