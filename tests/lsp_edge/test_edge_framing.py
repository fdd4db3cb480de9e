"""Rows xL1 to xL4: what the framing makes of bytes that are not as they should be."""

from __future__ import annotations

import json

import pytest
from rawclient import RawClient, frame

from conftest import Spawn

PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "dbp/echo", "params": {}}).encode()
MB = 1 << 20


@pytest.mark.parametrize(
    "length",
    ["-1", "0", "9" * 5000, str(2**64), str(10 * 10**12), "0x10", "1_000", "12 13", "", "١٢"],
)
def test_xl1_a_senseless_length_ends_the_session_with_one_line(
    client: RawClient, length: str
) -> None:
    client.send_raw(f"Content-Length: {length}\r\n\r\n".encode())
    client.pump_until(lambda: "cannot go on" in client.stderr() or client.process.poll(), 5)
    assert client.wait_exit(5) == 1
    lines = [line for line in client.stderr().splitlines() if "ERROR" in line]
    assert len(lines) == 1
    assert len(lines[0]) < 200


def test_xl1_a_claimed_size_allocates_nothing(spawn: Spawn) -> None:
    client = spawn()
    client.initialize()
    before = client.rss()
    client.send_raw(b"Content-Length: 67000000\r\n\r\nabc")
    client.send_raw(b"d" * 1000)
    client.pump(0.05)
    assert client.rss() - before < 5 * MB


def test_xl2_a_body_over_the_cap_is_skipped_and_the_session_goes_on(client: RawClient) -> None:
    size = 65 * MB
    before = client.rss()
    client.send_raw(b"Content-Length: %d\r\n\r\n" % size)
    piece = b" " * MB
    for _ in range(65):
        client.send_raw(piece)
    assert client.wait_stray()["code"] == -32600
    assert client.request("dbp/echo", {"a": 1})["params"] == {"a": 1}
    assert client.rss() - before < 8 * MB


@pytest.mark.parametrize(
    "header",
    [
        b"content-length: %d\r\n\r\n",
        b"CONTENT-LENGTH:%d\r\n\r\n",
        b"Content-Length:\t %d \r\n\r\n",
        b"Content-Length: %d\n\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: %d\r\n\r\n",
        b"Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; CharSet=UTF-8\r\n\r\n",
        b'Content-Length: %d\r\ncontent-type: x/y;charset="utf-8"\r\nX-Trace: a:b\r\n\r\n',
        b"Content-Length: %d\r\nContent-Length: %d\r\n\r\n",
        b"\r\n\r\nContent-Length: %d\r\n\r\n",
    ],
)
def test_xl3_spellings_of_the_header(shared: RawClient, header: bytes) -> None:
    sizes = (len(PING),) * header.count(b"%d")
    shared.send_raw(header % sizes + PING)
    assert shared.wait_response(message_id := 1)["id"] == message_id


def test_xl3_another_charset_is_answered_and_skipped(client: RawClient) -> None:
    client.send_raw(
        b"Content-Length: %d\r\nContent-Type: x; charset=utf-16\r\n\r\n%b" % (len(PING), PING)
    )
    assert client.wait_stray()["code"] == -32600
    assert client.request("dbp/echo")["params"] is None


@pytest.mark.parametrize(
    "block",
    [
        b"Content-Type: x\r\n\r\n",
        b"hello\r\n\r\n",
        b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"{}\r\n\r\n",
        b"\x00\xff\xfe\r\n\r\n",
    ],
)
def test_xl3_a_block_without_a_length_ends_the_session(client: RawClient, block: bytes) -> None:
    client.send_raw(block)
    assert client.wait_exit(5) == 1
    assert "cannot go on" in client.stderr()


def test_xl4_an_endless_header_line_ends_the_session(client: RawClient) -> None:
    client.send_raw(b"y" * 9000)
    assert client.wait_exit(5) == 1
    assert "longer than 8192 bytes" in client.stderr()


def test_messages_arrive_whole_whatever_the_pieces(shared: RawClient) -> None:
    data = frame({"jsonrpc": "2.0", "id": "ä", "method": "dbp/echo", "params": ["é🙂"]})
    for at in range(len(data)):
        shared.send_raw(data[at : at + 1])
    assert shared.result_of("ä")["params"] == ["é🙂"]


def test_input_that_ends_inside_a_message_ends_the_process(client: RawClient) -> None:
    client.send_raw(b"Content-Length: 50\r\n\r\n{")
    client.close_stdin()
    assert client.wait_exit(3) == 1
