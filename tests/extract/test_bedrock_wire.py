"""The wire to Bedrock: nothing holds a call longer than its deadline, or `close` at all."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import bedrock
import pytest
from bedrock import Action, StandIn, answer, bomb, drip, drip_body, hang, huge, in_turn, throttle
from bedrock_asking import ANSWER, QUESTION, a_model, ask, failure, isolate

from dbp.extract.bedrock import BedrockModel, session as session_module
from dbp.ports import ModelError


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, made for this run."""
    folder = tmp_path_factory.mktemp("tls")
    path = folder / "both.pem"
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=stand-in", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "key"), "-out", str(folder / "cert")),
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("openssl makes no certificate here")
    path.write_bytes((folder / "key").read_bytes() + (folder / "cert").read_bytes())
    return path


def served_by(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@contextlib.contextmanager
def a_deaf_host(*, accepts: bool) -> Iterator[str]:
    """Listen without answering: connections are made and nothing is said, or not even made."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as server,
        contextlib.ExitStack() as made,
    ):
        for _ in range(0 if accepts else 4):
            filler = made.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
        yield f"127.0.0.1:{server.getsockname()[1]}"


# ── deadlines ──────────────────────────────────────────────────────────────────────────────────

STALLS = {"hang": hang(), "drip in the head": drip(), "drip in the body": drip_body()}


@pytest.mark.parametrize("name", sorted(STALLS))
def test_a_request_ends_at_its_deadline_whatever_trickles_in(name: str) -> None:
    """Row xA3: a read timeout alone lets one byte every 80 ms go on for ever."""
    options = {"timeout_seconds": 0.4, "attempts": 1}
    with StandIn(in_turn(STALLS[name])) as stand_in, a_model(stand_in, **options) as model:
        model.render(QUESTION)
        began = time.monotonic()
        failed = failure(model)
        took = time.monotonic() - began
    assert (failed.code, failed.attempts, failed.waits) == ("timeout", 1, True)
    assert 0.4 <= took < 1.5


def test_a_drip_over_tls_ends_at_the_deadline(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    options = {"timeout_seconds": 0.5, "attempts": 1}
    script = in_turn(answer(ANSWER), drip_body(0.02))
    with StandIn(script, tls=served_by(certificate)) as stand_in:
        with a_model(stand_in) as model:
            assert ask(model).value == ANSWER
        with a_model(stand_in, **options) as model:
            assert failure(model).code == "timeout"


@pytest.mark.parametrize(
    ("scheme", "accepts"), [("https", True), ("https", False), ("http", False)]
)
def test_a_host_that_never_greets_costs_one_deadline(scheme: str, accepts: bool) -> None:  # noqa: FBT001  # a parameter
    """Row xA3: in the handshake of TLS, and before there is a connection at all."""
    with (
        a_deaf_host(accepts=accepts) as host,
        a_model(f"{scheme}://{host}", timeout_seconds=0.4, attempts=1) as model,
    ):
        model.render(QUESTION)
        began = time.monotonic()
        failed = failure(model)
        took = time.monotonic() - began
    assert failed.code == "timeout"
    assert 0.4 <= took < 1.5


def test_a_certificate_nobody_vouches_for_is_offline_at_once(certificate: Path) -> None:
    """Row xA6."""
    with (
        StandIn(tls=served_by(certificate)) as stand_in,
        a_model(stand_in) as model,
    ):
        failed = failure(model)
    assert (failed.code, failed.attempts) == ("offline", 1)
    assert "AWS_CA_BUNDLE" in failed.hint
    assert stand_in.requests == []


def test_a_name_that_takes_its_time_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def look_up(*_: object) -> list[object]:
        asked.set()
        go_on.wait(20)
        return []

    monkeypatch.setattr("dbp.extract.bedrock.flight._look_up", slow_for("slow.invalid", look_up))
    with a_model("https://slow.invalid", timeout_seconds=1.5, attempts=1) as model:
        assert failure(model).code == "timeout"
    assert asked.is_set()
    go_on.set()


def slow_for(name: str, look_up: object) -> object:
    from dbp.extract.bedrock import flight

    real = flight._look_up

    def chosen(host: str, port: int, flags: int) -> object:
        assert callable(look_up)
        return look_up(host) if host == name and not flags else real(host, port, flags)

    return chosen


# ── close ──────────────────────────────────────────────────────────────────────────────────────


def hung_calls(model: BedrockModel, count: int) -> tuple[list[threading.Thread], list[ModelError]]:
    """Start calls on threads; their errors are collected."""
    errors: list[ModelError] = []

    def call() -> None:
        try:
            ask(model)
        except ModelError as error:
            errors.append(error)

    threads = [threading.Thread(target=call) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads, errors


def closed_within(model: BedrockModel, threads: list[threading.Thread]) -> float:
    began = time.monotonic()
    model.close()
    for thread in threads:
        thread.join(20)
    return time.monotonic() - began


@pytest.mark.parametrize("name", sorted(STALLS))
def test_close_breaks_off_every_call_at_once(name: str) -> None:
    """Row xA18."""
    with StandIn(in_turn(STALLS[name])) as stand_in, a_model(stand_in) as model:
        threads, errors = hung_calls(model, 8)
        stand_in.until(lambda: len(stand_in.requests) == 8)
        took = closed_within(model, threads)
        assert failure(model).code == "cancelled"
    assert [error.code for error in errors] == ["cancelled"] * 8
    assert [error.attempts for error in errors] == [1] * 8
    assert took < 0.5


def test_close_ends_a_wait_between_two_requests() -> None:
    """Row xA18: a sleep would hold the process."""
    options = {"backoff": (15.0, 15.0), "timeout_seconds": 60}
    with StandIn(in_turn(throttle())) as stand_in, a_model(stand_in, **options) as model:
        threads, errors = hung_calls(model, 4)
        stand_in.until(lambda: len(stand_in.requests) == 4 and not stand_in.active)
        took = closed_within(model, threads)
    assert [error.code for error in errors] == ["cancelled"] * 4
    assert took < 0.5
    assert len(stand_in.requests) == 4


@pytest.mark.parametrize(("scheme", "accepts"), [("https", True), ("http", False)])
def test_close_ends_a_call_that_has_no_connection_yet(
    scheme: str,
    accepts: bool,  # noqa: FBT001  # a parameter
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dbp.extract.bedrock.flight import Flight

    connecting = threading.Event()
    real = Flight._connect

    def connect(self: Flight, *args: object) -> None:
        connecting.set()
        real(self, *args)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(Flight, "_connect", connect)
    with a_deaf_host(accepts=accepts) as host, a_model(f"{scheme}://{host}") as model:
        threads, errors = hung_calls(model, 1)
        assert connecting.wait(20)
        took = closed_within(model, threads)
    assert [error.code for error in errors] == ["cancelled"]
    assert took < 0.5


def test_close_does_not_wait_for_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def look_up(*_: object) -> list[object]:
        asked.set()
        go_on.wait(20)
        return []

    monkeypatch.setattr("dbp.extract.bedrock.flight._look_up", slow_for("slow.invalid", look_up))
    with a_model("https://slow.invalid") as model:
        threads, errors = hung_calls(model, 1)
        assert asked.wait(20)
        took = closed_within(model, threads)
    go_on.set()
    assert [error.code for error in errors] == ["cancelled"]
    assert took < 0.5


def test_a_model_that_was_closed_does_nothing_any_more_and_closes_twice() -> None:
    with StandIn() as stand_in, a_model(stand_in) as model:
        ask(model)
        model.close()
        model.close()
        assert failure(model).code == "cancelled"
        with pytest.raises(ModelError):
            model.render(QUESTION)
    assert len(stand_in.requests) == 1


def test_nothing_stays_open_after_close() -> None:
    with StandIn(in_turn(throttle(), answer(ANSWER))) as stand_in:
        with a_model(stand_in) as warm:
            ask(warm)
        before = len(os.listdir("/proc/self/fd")), threading.active_count()
        with a_model(stand_in) as model:
            ask(model)
        stand_in.until(lambda: not stand_in.connections)
        assert (len(os.listdir("/proc/self/fd")), threading.active_count()) <= before


# ── sizes ──────────────────────────────────────────────────────────────────────────────────────

LARGE: dict[str, Action] = {
    "announced": huge(announced=True),
    "in chunks": huge(),
    "head": lambda exchange: drip_block(exchange, b"HTTP/1.1 200 OK\r\nx: "),
    "heads": lambda exchange: drip_block(exchange, b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 2000),
    "bomb": bomb(),
}


def drip_block(exchange: bedrock.Exchange, head: bytes, block: bytes = b"x" * 10_000) -> None:
    exchange.keep = False
    exchange.send(head)
    for _ in range(30_000):
        exchange.send(block)


_CLIENT = """
import resource, sys
from bedrock_asking import a_model, failure
with a_model(sys.argv[1], attempts=2) as model:
    model.render(__import__("bedrock_asking").QUESTION)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    failed = failure(model)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(failed.code, failed.attempts, (after - before) // 1024)
"""


@pytest.mark.parametrize("name", sorted(LARGE))
def test_a_response_of_300_mb_costs_no_memory(name: str) -> None:
    """Row xA4: botocore's own reading costs 1.2 GB."""
    with StandIn(in_turn(LARGE[name])) as stand_in:
        done = subprocess.run(
            [sys.executable, "-c", _CLIENT, stand_in.url],
            env={**os.environ, "PYTHONPATH": str(Path(bedrock.__file__).parent)},
            capture_output=True,
            text=True,
            timeout=50,
            check=True,
        )
    code, attempts, megabytes = done.stdout.split()
    assert code in ("invalid_response", "offline")
    assert (int(attempts), len(stand_in.requests)) == (2, 2)
    assert int(megabytes) < 30


def test_the_largest_answer_is_a_setting() -> None:
    value = {"intent": "x" * 5000}
    with StandIn(in_turn(answer(value))) as stand_in:
        with a_model(stand_in, max_body_bytes=6000) as model:
            assert ask(model).value == value
        with a_model(stand_in, max_body_bytes=5000) as model:
            assert failure(model).code == "invalid_response"


# ── one of everything ──────────────────────────────────────────────────────────────────────────


def test_fifty_threads_that_ask_first_make_one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row xA12: making clients is not thread-safe."""
    made: list[object] = []
    real = session_module.boto3.session.Session.client

    def client(self: object, *args: object, **kwargs: object) -> object:
        made.append(self)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(session_module.boto3.session.Session, "client", client)
    ready = threading.Barrier(50)
    with StandIn() as stand_in, a_model(stand_in) as model:

        def call() -> None:
            ready.wait(20)
            ask(model)

        threads = [threading.Thread(target=call) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(40)
    assert len(made) == 1
    assert len(stand_in.requests) == 50


def test_importing_and_making_a_model_loads_nothing() -> None:
    script = (
        "import sys; from dbp.extract.bedrock import BedrockModel; BedrockModel(model='x').close();"
        "print([m for m in ('boto3', 'botocore', 'urllib3', 'tenacity') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
