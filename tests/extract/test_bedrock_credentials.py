"""Who asks Bedrock, and where: the user's own AWS configuration, and nothing else's."""

from __future__ import annotations

import http.server
import json
import logging
import os
import shlex
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bedrock import ACCESS_KEY, SECRET_KEY, StandIn, answer, error, in_turn
from bedrock_asking import (
    ANSWER,
    QUESTION,
    a_model,
    ask,
    failure,
    isolate,
    without_keys,
    write_config,
)

from dbp.extract.bedrock import BedrockModel


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)


def credential_of(stand_in: StandIn) -> str:
    """Give the key id a request was signed with."""
    header = stand_in.requests[-1].headers["authorization"]
    return header.partition("Credential=")[2].partition("/")[0]


def printing(folder: Path, key: str, extra: str = "") -> str:
    """Make a credential process that prints a key, after doing something."""
    script = folder / "credentials.py"
    made = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": "s"}
    script.write_text(f"import sys\n{extra}\nprint({json.dumps(made)!r})\n")
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}"


# ── where credentials come from ────────────────────────────────────────────────────────────────


def test_keys_of_the_environment_are_used_and_only_their_origin_is_told() -> None:
    with StandIn() as stand_in, a_model(stand_in) as model:
        assert model.credentials() == "env"
        ask(model)
    assert credential_of(stand_in) == ACCESS_KEY


def test_a_profile_is_read_from_the_shared_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shared = tmp_path / "credentials"
    shared.write_text("[work]\naws_access_key_id = AKIDWORK\naws_secret_access_key = s\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(shared))
    write_config(monkeypatch, tmp_path, "[profile work]\nregion = eu-central-1\n")
    with StandIn() as stand_in, a_model(stand_in, profile="work", region="") as model:
        assert model.credentials() == "shared-credentials-file"
        assert model.region == "eu-central-1"
        ask(model)
    assert credential_of(stand_in) == "AKIDWORK"
    assert "/eu-central-1/bedrock/" in stand_in.requests[0].headers["authorization"]


def test_credentials_that_change_on_disk_are_read_anew_once_they_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Row xA11."""
    without_keys(monkeypatch)
    shared = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(shared))
    script = in_turn(error(403, "ExpiredTokenException", "The token is expired"), answer(ANSWER))
    with StandIn(script) as stand_in, a_model(stand_in) as model:
        assert model.credentials() is None
        assert failure(model).code == "no_credentials"
        shared.write_text("[default]\naws_access_key_id = AKIDOLD\naws_secret_access_key = s\n")
        failed = failure(model)
        assert (failed.code, failed.attempts) == ("no_credentials", 1)
        assert "log in again" in failed.hint
        shared.write_text("[default]\naws_access_key_id = AKIDNEW\naws_secret_access_key = s\n")
        ask(model)
    assert credential_of(stand_in) == "AKIDNEW"


def test_a_role_is_assumed_where_the_region_is_and_its_keys_sign(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """STS is asked over the same wire: a stand-in behind a proxy shows which host."""
    write_config(
        monkeypatch,
        tmp_path,
        "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n"
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/reader\n"
        "source_profile = base\nregion = us-east-1\n",
    )
    sent: list[tuple[str, bytes]] = []
    monkeypatch.setattr("dbp.extract.bedrock.wire._Session.send", sts(sent))
    with a_model("http://127.0.0.1:9", profile="role") as model:
        assert model.credentials() == "assume-role"
        assert sent == []
        assert ask(model).value == ANSWER
    assert [url for url, _ in sent] == [
        "https://sts.us-east-1.amazonaws.com/",
        "http://127.0.0.1:9/model/amazon.nova-lite-v1%3A0/converse",
    ]
    assert b"Credential=AKIDBASE/" in sent[0][1]
    assert b"Credential=AKIDROLE/" in sent[1][1]


def sts(sent: list[tuple[str, bytes]]) -> Any:
    """Answer for STS and for Bedrock in the place of a network."""
    import io

    from bedrock import reply
    from botocore.awsrequest import AWSResponse
    from urllib3 import HTTPResponse

    role = (
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>AKIDROLE</AccessKeyId>"
        "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>"
        "</AssumeRoleResponse>"
    )
    message = {"content": [{"text": json.dumps(ANSWER)}]}

    def send(_: object, request: Any) -> AWSResponse:
        sent.append((request.url, request.headers["Authorization"]))
        body = role.encode() if "sts." in request.url else reply(message, "end_turn", {})
        response = HTTPResponse(io.BytesIO(body), preload_content=False)
        return AWSResponse(request.url, 200, {}, response)

    return send


def test_a_role_that_asks_a_person_for_a_code_has_no_credentials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_config(
        monkeypatch,
        tmp_path,
        "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = s\n"
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = base\n"
        "mfa_serial = arn:aws:iam::123456789012:mfa/me\n",
    )
    monkeypatch.setattr("getpass.getpass", lambda _: pytest.fail("it prompted"))
    with a_model("http://127.0.0.1:9", profile="role") as model:
        assert failure(model).code == "no_credentials"


def test_a_credential_process_runs_without_our_standard_input(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Ours is the editor's: what it reads there would be lost to the server."""
    process = printing(tmp_path, "AKIDPROCESS", "assert sys.stdin.read() == ''")
    write_config(
        monkeypatch,
        tmp_path,
        f"[profile run]\ncredential_process = {process}\n"
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = run\n",
    )
    with StandIn() as stand_in, a_model(stand_in, profile="run") as model:
        assert model.credentials() == "custom-process"
        ask(model)
    assert credential_of(stand_in) == "AKIDPROCESS"
    sent: list[tuple[str, bytes]] = []
    monkeypatch.setattr("dbp.extract.bedrock.wire._Session.send", sts(sent))
    with a_model("http://127.0.0.1:9", profile="role") as model:
        ask(model)
    assert b"Credential=AKIDPROCESS/" in sent[0][1]


def test_a_credential_process_that_hangs_ends_at_the_deadline_and_with_close(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    wait = f"open({str(started)!r}, 'w').close(); import threading; threading.Event().wait(50)"
    process = printing(tmp_path, "AKIDLATE", wait)
    write_config(monkeypatch, tmp_path, f"[profile run]\ncredential_process = {process}\n")
    with a_model("http://127.0.0.1:9", profile="run", timeout_seconds=0.5, attempts=1) as model:
        assert failure(model).code == "timeout"
    with a_model("http://127.0.0.1:9", profile="run") as model:
        codes: list[str] = []
        threads = [
            threading.Thread(target=lambda: codes.append(failure(model).code)) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        started.read_text()  # returns when the process has opened it, too
        began = time.monotonic()
        model.close()
        for thread in threads:
            thread.join(20)
        assert time.monotonic() - began < 0.5
    assert codes == ["cancelled"] * 3


def test_what_a_failing_credential_process_prints_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    process = printing(tmp_path, "x", "sys.exit('the secret is hunter2')")
    write_config(monkeypatch, tmp_path, f"[profile run]\ncredential_process = {process}\n")
    with a_model("http://127.0.0.1:9", profile="run") as model:
        failed = failure(model)
    assert failed.code == "no_credentials"
    assert "hunter2" not in str(failed)


@pytest.mark.parametrize("options", [{}, {"profile": "nobody"}])
def test_without_credentials_nothing_is_sent(
    options: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows xA11, xS13."""
    without_keys(monkeypatch)
    with StandIn() as stand_in, a_model(stand_in, **options) as model:
        assert model.credentials() is None
        failed = failure(model)
    assert (failed.code, failed.attempts, failed.waits) == ("no_credentials", 0, True)
    assert stand_in.accepted == 0


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A metadata service that has credentials; what it was asked for."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            made = {
                "Code": "Success",
                "AccessKeyId": "AKIDMACHINE",
                "SecretAccessKey": "s",
                "Token": "t",
                "Expiration": "2099-01-01T00:00:00Z",
            }
            body = json.dumps(made).encode() if self.path.endswith("/role") else b"role"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_GET  # noqa: N815  # the library's name

        def log_message(self, *_: object) -> None:  # type: ignore[override]  # says nothing
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url)
        without_keys(monkeypatch)
        yield paths
        server.shutdown()
        thread.join()


def test_the_metadata_service_is_not_asked_unless_the_user_says_so(
    metadata: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Row xS13: neither for credentials nor for the region."""
    monkeypatch.setenv("AWS_DEFAULTS_MODE", "auto")
    write_config(
        monkeypatch,
        tmp_path,
        "[profile machine]\nrole_arn = arn:aws:iam::123456789012:role/r\n"
        "credential_source = Ec2InstanceMetadata\n",
    )
    for options in ({}, {"profile": "machine"}):
        with StandIn() as stand_in, a_model(stand_in, **options) as model:
            assert failure(model).code == "no_credentials"
            assert model.region == "us-east-1"
        assert stand_in.accepted == 0
    assert metadata == []
    with StandIn() as stand_in, a_model(stand_in, instance_metadata=True) as model:
        assert model.credentials() == "iam-role"
        ask(model)
    assert credential_of(stand_in) == "AKIDMACHINE"
    assert metadata != []


# ── Bedrock API keys ───────────────────────────────────────────────────────────────────────────


def test_an_api_key_is_sent_as_bearer_over_tls_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_keys(monkeypatch)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-key-example")
    both = tmp_path / "both.pem"
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=stand-in", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(both), "-out", str(tmp_path / "cert")),
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("openssl makes no certificate here")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert", both)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "cert"))
    with StandIn(tls=tls) as stand_in, a_model(stand_in) as model:
        assert model.credentials() == "bedrock-api-key"
        ask(model)
    assert stand_in.requests[0].headers["authorization"] == "Bearer bedrock-key-example"
    with StandIn() as plain, a_model(plain) as model:
        failed = failure(model)
    assert (failed.code, plain.accepted) == ("no_credentials", 0)
    assert "https" in failed.message


def test_a_profile_the_user_names_goes_before_an_api_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-key-example")
    keys = "aws_access_key_id = AKIDWORK\naws_secret_access_key = s\n"
    write_config(monkeypatch, tmp_path, f"[profile work]\n{keys}")
    with StandIn() as stand_in, a_model(stand_in, profile="work") as model:
        assert model.credentials() == "config-file"
        ask(model)
    assert credential_of(stand_in) == "AKIDWORK"


# ── where requests go ──────────────────────────────────────────────────────────────────────────


def test_no_configuration_redirects_requests(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Row xS1: only the endpoint the user consented to."""
    with StandIn() as evil, StandIn() as stand_in:
        for name in (
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
            "AWS_ENDPOINT_URL_STS",
        ):
            monkeypatch.setenv(name, evil.url)
        monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")
        write_config(
            monkeypatch,
            tmp_path,
            f"[default]\nendpoint_url = {evil.url}\nservices = s\n"
            f"[services s]\nbedrock_runtime =\n  endpoint_url = {evil.url}\n",
        )
        with a_model(stand_in) as model:
            ask(model)
        with a_model("", region="eu-west-1") as model:
            assert model.host == "bedrock-runtime.eu-west-1.amazonaws.com"
    assert evil.accepted == 0
    assert len(stand_in.requests) == 1


@pytest.mark.parametrize(
    ("region", "url", "host"),
    [
        ("us-east-1", "", "bedrock-runtime.us-east-1.amazonaws.com"),
        ("cn-north-1", "", "bedrock-runtime.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "", "bedrock-runtime.us-gov-west-1.amazonaws.com"),
        ("us-east-1", "https://vpce-1.example.com:443/x", "vpce-1.example.com"),
        ("us-east-1", "https://vpce-1.example.com:8443", "vpce-1.example.com:8443"),
        ("", "https://vpce-1.example.com:8443", "vpce-1.example.com:8443"),
        ("", "", ""),
    ],
)
def test_the_host_is_told_before_anything_is_sent(region: str, url: str, host: str) -> None:
    with a_model(url, region=region) as model:
        assert model.host == host


def test_a_variant_of_the_endpoint_that_the_user_configured_is_told_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    with a_model("", region="us-east-1") as model:
        assert model.host == "bedrock-runtime-fips.us-east-1.amazonaws.com"


@pytest.mark.parametrize("name", ["AWS_DEFAULT_REGION", "AWS_REGION"])
def test_the_region_comes_from_the_setting_else_from_the_configuration(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_model("", region="") as model:
        assert model.region == ""
        assert failure(model).code == "denied"
    monkeypatch.setenv(name, "ap-south-1")
    with a_model("", region="") as model:
        assert model.region == "ap-south-1"
        assert model.host == "bedrock-runtime.ap-south-1.amazonaws.com"
    with a_model("") as model:
        assert model.region == "us-east-1"


def test_a_loopback_endpoint_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain text for this machine would be plain text on the network."""
    with StandIn(strict=False) as proxy, StandIn() as stand_in, a_model(stand_in) as model:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        ask(model)
    assert (proxy.accepted, len(stand_in.requests)) == (0, 1)


def test_any_other_endpoint_goes_through_the_users_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row xA6: and a proxy that refuses is offline, at once."""
    with StandIn(strict=False) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with a_model("", region="us-east-1") as model:
            failed = failure(model)
        monkeypatch.setenv("NO_PROXY", ".invalid")
        with a_model("https://no-such-host.invalid") as model:
            assert failure(model).code == "offline"
    assert (failed.code, failed.attempts) == ("offline", 1)
    assert [(request.method, request.raw_path) for request in proxy.requests] == [
        ("CONNECT", "bedrock-runtime.us-east-1.amazonaws.com:443")
    ]
    assert proxy.requests[0].body == b""


# ── silence ────────────────────────────────────────────────────────────────────────────────────


def test_nothing_secret_and_nothing_sent_is_ever_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Row xS11."""
    logging.getLogger("botocore").setLevel(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    script = in_turn(error(403, "AccessDeniedException"), error(503, "x"), answer(ANSWER))
    with StandIn(script) as stand_in, a_model(stand_in) as model:
        failure(model)
        ask(model)
        model.render(QUESTION)
    signature = stand_in.requests[-1].headers["authorization"].rpartition("=")[2]
    for hidden in (ACCESS_KEY, SECRET_KEY, signature, "helló", "Greets", QUESTION.system):
        assert hidden not in caplog.text


def test_a_failure_carries_nothing_of_the_request_in_its_traceback() -> None:
    with a_model("http://127.0.0.1:9") as model:
        failed = failure(model)
    assert failed.__suppress_context__
    assert failed.__cause__ is None


def test_the_port_is_kept() -> None:
    from dbp.ports import Model

    model: Model = BedrockModel(model="amazon.nova-lite-v1:0")
    assert model.name == "amazon.nova-lite-v1:0"
    model.close()
