"""A workspace that wants content to leave, or to go elsewhere, and an environment that helps it."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bedrock import StandIn, hang
from nova import Nova
from nova_talk import (
    configure,
    counts,
    enrichment,
    extraction,
    honest,
    module,
    settle,
    shown_messages,
    wait_for,
)

SERVE = (sys.executable, "-m", "dbp", "serve")


@pytest.fixture
def elsewhere() -> Iterator[StandIn]:
    """Give an endpoint that nobody consented to."""
    with StandIn(responder=honest, strict=False) as found:
        yield found


def plant(nova: Nova, url: str) -> None:
    """Make the folder one that tries everything."""
    lines = [
        'provider = "bedrock"',
        f'endpoint_url = "{url}"',
        'profile = "evil"',
        'region = "eu-west-3"',
        'model = "evil.model-v1:0"',
        "instance_metadata = true",
        "daily_budget_usd = 99999",
        "total_budget_usd = 999999",
        "max_concurrency = 16",
    ]
    nova.write(".dbp.toml", "\n".join(["[llm]", *lines]) + "\n")
    nova.write("pyproject.toml", "\n".join(["[tool.dbp.llm]", *lines]) + "\n")
    nova.write(".vscode/settings.json", f'{{"dbp.llm.endpoint_url": "{url}"}}')
    nova.write(
        ".env",
        f"AWS_ACCESS_KEY_ID=evil\nAWS_SECRET_ACCESS_KEY=evil\nAWS_ENDPOINT_URL={url}\n"
        "DBP_LLM_PROVIDER=bedrock\n",
    )
    nova.write(".aws/config", f"[default]\nregion = eu-west-3\nendpoint_url = {url}\n")
    nova.write(".aws/credentials", "[default]\naws_access_key_id = evil\n")
    nova.write("a.py", module("grow"))


def led_astray(url: str) -> dict[str, str]:
    """Give an environment in which everything points elsewhere."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": url,
        "HTTPS_PROXY": url,
        "HTTP_PROXY": url,
        "https_proxy": url,
        "http_proxy": url,
    }


REFUSED = {
    *("llm.provider", "llm.endpoint_url", "llm.profile", "llm.region", "llm.model"),
    *("llm.instance_metadata", "llm.daily_budget_usd", "llm.total_budget_usd"),
    "llm.max_concurrency",
}


def test_with_consent_everything_goes_to_the_endpoint_of_the_consent(
    nova: Nova, stand_in: StandIn, elsewhere: StandIn
) -> None:
    """Faults xS1 and xS3."""
    plant(nova, elsewhere.url)
    with nova.editor(env=led_astray(elsewhere.url)) as editor:
        settle(editor)
        answer = editor.client.request("dbp/config")
        assert {problem["key"] for problem in answer["problems"]} - {""} == REFUSED
        assert answer["settings"]["llm"]["endpoint_url"]["origin"].startswith("environment")
        assert answer["settings"]["llm"]["daily_budget_usd"]["value"] == 1.0
        assert extraction(editor)["endpoint"] == stand_in.url.removeprefix("http://")
        assert extraction(editor)["region"] == "us-east-1"
        assert enrichment(editor, "a.py")["state"] == "done"
    assert elsewhere.accepted == 0
    assert {request.model for request in stand_in.requests} == {"amazon.nova-lite-v1:0"}
    for request in stand_in.requests:
        assert "Credential=AKIDSTANDINEXAMPLE/" in request.headers["authorization"]
    assert "aws_access_key_id" not in nova.sent().lower()


def test_secrets_in_files_of_every_kind_stay_here(nova: Nova) -> None:
    """Row Z8: by its name, by its content, as a span of a file that goes."""
    key = "AKIA" + "Q3EGRIOWJ7KTD5MZ"
    password = "t4ngl3d-" + "Xq9ZrT7wLmB2"
    nova.write("config.py", f'{module("connect")}\nKEY = "{key}"\n')
    nova.write("db.py", f'{module("query")}\nURL = "postgres://me:{password}@db.example.org/x"\n')
    for path in (".env", ".env.local", "deploy/prod.env", "id_rsa", "notes/credentials.json"):
        nova.write(path, f"AWS_ACCESS_KEY_ID={key}\nPASSWORD={password}\n")
    pem = (
        f"-----BEGIN RSA {'PRIVATE'} KEY-----\n{password * 8}\n-----END RSA {'PRIVATE'} KEY-----\n"
    )
    nova.write("tls.py", f'{module("serve")}\nPEM = """\n{pem}"""\n')
    nova.write("aws_copy.txt", f"[default]\naws_access_key_id = {key}\n" + "a line of words\n" * 40)
    with nova.editor() as editor:
        settle(editor)
        assert counts(editor)["pending"] == 0
        assert enrichment(editor, "config.py")["state"] in {"done", "skipped"}
    sent = nova.sent()
    assert nova.calls >= 1
    assert key not in sent
    assert password not in sent


def test_without_consent_nobody_is_asked(nova: Nova, stand_in: StandIn, elsewhere: StandIn) -> None:
    plant(nova, elsewhere.url)
    assert nova.cli("trust", "--revoke").returncode == 0
    with nova.editor(env=led_astray(elsewhere.url)) as editor:
        settle(editor)
        assert extraction(editor)["egress"] is False
        assert "dbp trust --cloud" in extraction(editor)["reason"]
        assert enrichment(editor, "a.py")["state"] == "pending"
        editor.open("a.py")
        assert editor.hover("a.py", 0)
        assert len(shown_messages(editor)) == 1
        assert editor.client.request("dbp/health")["status"] == "degraded"
    assert nova.cli("index").returncode == 0
    assert stand_in.accepted == elsewhere.accepted == 0


def test_the_folder_cannot_turn_it_on(nova: Nova, stand_in: StandIn, elsewhere: StandIn) -> None:
    """The user consented once and turned the provider off: nothing goes."""
    plant(nova, elsewhere.url)
    for name in ("PROVIDER", "ENDPOINT_URL", "REGION"):
        del nova.env[f"DBP_LLM_{name}"]
    with nova.editor(env=led_astray(elsewhere.url)) as editor:
        settle(editor)
        assert extraction(editor)["provider"] == "local"
        assert extraction(editor)["egress"] is False
        assert enrichment(editor, "a.py")["state"] == "off"
    assert stand_in.accepted == elsewhere.accepted == 0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("provider", ["none", "bedrock"])
def test_no_socket_without_provider_and_none_without_consent(
    nova: Nova, elsewhere: StandIn, tmp_path: Path, provider: str
) -> None:
    """Row Z1: the system calls of a whole session in that folder."""
    plant(nova, elsewhere.url)
    nova.env["DBP_LLM_PROVIDER"] = provider
    assert nova.cli("trust", "--revoke").returncode == 0
    trace = tmp_path / "trace"
    argv = ("strace", "-f", "-e", "trace=network", "-o", str(trace), *SERVE)
    with nova.editor(env=led_astray(elsewhere.url), argv=argv) as editor:
        settle(editor)
        editor.open("a.py")
        assert editor.hover("a.py", 0)
        assert extraction(editor)["egress"] is False
        assert editor.client.shutdown() == 0
    text = trace.read_text()
    assert set(re.findall(r"AF_[A-Z0-9]+", text)) <= {"AF_UNIX"}
    assert elsewhere.accepted == 0


def test_an_editor_that_does_not_trust_the_folder_is_an_upper_bound(
    nova: Nova, stand_in: StandIn
) -> None:
    nova.write("a.py", module("grow"))
    with nova.editor(initializationOptions=options(trust=False)) as editor:
        settle(editor)
        assert extraction(editor)["egress"] is False
        assert extraction(editor)["reason"] == "the editor does not trust this workspace"
    assert stand_in.accepted == 0
    with nova.editor(initializationOptions=options(trust=True)) as editor:
        settle(editor)
        assert extraction(editor)["egress"] is True
    assert nova.calls == 1


def options(*, trust: bool) -> dict[str, Any]:
    """Make the options of an editor that knows of trust."""
    return {"settings": {"scheduler": {"delay_seconds": 1}}, "workspaceTrust": trust}


def test_consent_given_by_another_process_begins_without_a_restart(nova: Nova) -> None:
    assert nova.cli("trust", "--revoke").returncode == 0
    for number in range(3):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    with nova.editor() as editor:
        settle(editor)
        assert nova.calls == 0
        assert nova.cli("trust", "--cloud", "--yes").returncode == 0
        wait_for(editor, lambda: counts(editor)["done"] == 3)
        assert extraction(editor)["egress"] is True
        assert editor.client.request("dbp/health")["status"] == "healthy"


def test_an_editor_can_say_that_the_consent_changed(nova: Nova) -> None:
    assert nova.cli("trust", "--revoke").returncode == 0
    nova.write("a.py", module("grow"))
    with nova.editor() as editor:
        settle(editor)
        nova.consent()
        assert editor.client.request("dbp/trustChanged") == {}
        settle(editor)
        assert counts(editor)["done"] == 1
    assert nova.calls == 1


def test_consent_taken_back_breaks_off_what_is_on_its_way(nova: Nova, stand_in: StandIn) -> None:
    for number in range(4):
        nova.write(f"f{number}.py", module(f"grow_{number}"))
    stand_in.script = lambda _request: hang()
    with nova.editor(llm={"max_concurrency": 2}) as editor:
        stand_in.until(lambda: stand_in.active == 2)
        assert nova.cli("trust", "--revoke").returncode == 0
        wait_for(editor, lambda: extraction(editor)["active"] == 0, 3)
        assert extraction(editor)["egress"] is False
        stand_in.script = None
        settle(editor)
        assert nova.calls == 2
        assert counts(editor)["pending"] == 4
        ledger = nova.cli("egress", "list", "--json").stdout
        assert '"cancelled"' in ledger
        assert nova.cli("trust", "--cloud", "--yes").returncode == 0
        wait_for(editor, lambda: counts(editor)["done"] == 4)
    assert nova.calls == 6


def test_another_folder_in_the_place_of_this_one_has_no_consent(nova: Nova) -> None:
    """The consent is for the folder, not for its path: also while the server runs."""
    nova.write("a.py", module("grow"))
    assert nova.index()["enrichment"]["done"] == 1
    with nova.editor(env={"DBP_FS_MONITOR_BACKEND": "off"}) as editor:
        settle(editor)
        assert extraction(editor)["egress"] is True
        nova.root.rename(nova.root.with_name("moved"))
        nova.write("b.py", module("unknown_to_us"))
        settle(editor)
        assert editor.paths() == ["b.py"]
        assert extraction(editor)["egress"] is False
        assert "dbp trust --cloud" in extraction(editor)["reason"]
    assert nova.calls == 1
    assert "unknown_to_us" not in nova.sent()


def test_another_endpoint_is_another_consent(
    nova: Nova, stand_in: StandIn, elsewhere: StandIn
) -> None:
    """Also when the user changes it in the running editor."""
    del nova.env["DBP_LLM_ENDPOINT_URL"]
    nova.write("a.py", module("grow"))
    with nova.editor(llm={"endpoint_url": stand_in.url}) as editor:
        settle(editor)
        assert nova.calls == 1
        configure(editor, endpoint_url=elsewhere.url)
        editor.write("b.py", module("shrink"))
        settle(editor)
        assert extraction(editor)["egress"] is False
        assert "not those you consented to" in extraction(editor)["reason"]
        assert elsewhere.accepted == 0
        configure(editor, endpoint_url=stand_in.url)
        settle(editor)
        assert counts(editor)["done"] == 2
    assert nova.calls == 2
