"""`dbp/trust`: an editor asks for consent, and only the person who answers can give it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bedrock import StandIn
from editor import Editor
from nova import Nova
from nova_talk import counts, module, settle
from rawclient import RpcError

from dbp.enrichment.consent import Folder
from dbp.errors import RequestError
from dbp.lsp.trust import NO, YES, said_yes
from dbp.paths import Root
from dbp.settings import load

ASK = "window/showMessageRequest"


@pytest.fixture
def nova(tmp_path: Path, stand_in: StandIn) -> Nova:
    """Give a user who was never asked."""
    made = Nova(tmp_path, stand_in)
    made.write("a.py", module("grow"))
    return made


PATIENCE = 30.0
"""Seconds an answer may take: a person's answer and what is asked meanwhile are part of it."""


def trust(editor: Editor, **params: Any) -> dict[str, Any]:
    return editor.client.request("dbp/trust", params, PATIENCE)


def answering(editor: Editor, respond: Callable[[Any], Any]) -> list[dict[str, Any]]:
    """Answer the question; gives the list of those that were asked."""
    asked: list[dict[str, Any]] = []

    def handler(params: Any) -> Any:
        asked.append(params)
        return respond(params)

    editor.client.handlers[ASK] = handler
    return asked


def yes(_params: Any) -> Any:
    return {"title": YES}


def refuse(_params: Any) -> Any:
    raise RpcError({"code": -32601, "message": "unknown method"})


def refused(editor: Editor, **params: Any) -> dict[str, Any]:
    return editor.client.error_of(editor.client.send_request("dbp/trust", params))


def test_without_a_wish_it_only_tells(nova: Nova) -> None:
    with nova.editor() as editor:
        asked = answering(editor, yes)
        found = trust(editor)
        assert trust(editor, cloud=False, revoke=False) == found
    assert found == {
        "consent": None,
        "open": False,
        "missing": ["you did not consent for this folder: dbp trust --cloud"],
        "provider": "bedrock",
        "model": "amazon.nova-lite-v1:0",
        "region": "us-east-1",
        "host": nova.stand_in.url.partition("//")[2],
    }
    assert asked == []


def test_a_yes_in_the_editor_has_the_files_asked_about_at_once(nova: Nova) -> None:
    with nova.editor() as editor:
        settle(editor)
        assert nova.calls == 0
        asked = answering(editor, yes)
        found = trust(editor, cloud=True)
        settle(editor)
        assert counts(editor)["done"] == 1
        assert trust(editor) == found
        assert trust(editor, cloud=True) == found, "it does not ask twice about the same"
    host = nova.agreement(nova.root).host
    (question,) = asked
    assert question["type"] == 2
    assert [action["title"] for action in question["actions"]] == [YES, NO]
    for word in ("Amazon Bedrock", "amazon.nova-lite-v1:0", "us-east-1", host, str(nova.root)):
        assert word in question["message"]
    assert "\n" not in question["message"]
    assert found["open"] is True
    assert found["missing"] == []
    at = found["consent"].pop("at")
    assert found["consent"] == {"provider": "bedrock", "region": "us-east-1", "host": host}
    assert at.endswith("Z")
    assert nova.calls == 1


@pytest.mark.parametrize(
    "said", [{"title": NO}, None, {"title": YES.lower()}, {"title": [YES]}], ids=str
)
def test_anything_but_the_yes_stores_nothing(nova: Nova, said: Any) -> None:
    with nova.editor() as editor:
        asked = answering(editor, lambda _params: said)
        found = trust(editor, cloud=True)
        settle(editor)
    assert len(asked) == 1
    assert found["consent"] is None
    assert found["open"] is False
    assert nova.calls == 0


@pytest.mark.parametrize(
    "respond", [refuse, lambda _params: YES, lambda _params: [], lambda _params: [{"title": YES}]]
)
def test_a_client_that_cannot_ask_stores_nothing_and_is_told(
    nova: Nova, respond: Callable[[Any], Any]
) -> None:
    with nova.editor() as editor:
        answering(editor, respond)
        error = refused(editor, cloud=True)
        assert error["data"]["code"] == "invalid_state"
        assert "dbp trust --cloud" in error["message"]
        assert trust(editor)["consent"] is None
        answering(editor, yes)
        assert trust(editor, cloud=True)["open"] is True, "it can be asked again"


def test_a_question_is_on_the_screen_once(nova: Nova) -> None:
    errors: list[dict[str, Any]] = []
    with nova.editor() as editor:

        def respond(_params: Any) -> Any:
            errors.append(refused(editor, cloud=True))
            assert trust(editor)["consent"] is None, "telling is no asking"
            return {"title": NO}

        asked = answering(editor, respond)
        assert trust(editor, cloud=True)["open"] is False
        assert trust(editor, cloud=True)["open"] is False
    assert [error["data"]["code"] for error in errors] == ["invalid_state"] * 2
    assert len(asked) == 2


def test_an_answer_that_comes_after_the_request_was_cancelled_counts_for_nothing(
    nova: Nova,
) -> None:
    with nova.editor() as editor:
        number: list[int | str] = []

        def respond(_params: Any) -> Any:
            editor.client.notify("$/cancelRequest", {"id": number[0]})
            withdrawn = editor.client.wait_notification("$/cancelRequest")
            assert withdrawn["id"] == editor.client.server_requests[-1]["id"]
            return {"title": YES}

        answering(editor, respond)
        number.append("the-request")
        editor.client.send_request("dbp/trust", {"cloud": True}, number[0])
        assert editor.client.error_of(number[0])["code"] == -32800
        assert trust(editor)["consent"] is None


def test_revoking_stops_it_at_once_and_asks_nobody(nova: Nova) -> None:
    nova.consent()
    with nova.editor() as editor:
        asked = answering(editor, yes)
        settle(editor)
        assert nova.calls == 1
        found = trust(editor, revoke=True)
        assert found["consent"] is None
        assert found["open"] is False
        nova.write("b.py", module("shrink"))
        settle(editor)
        assert nova.calls == 1
        assert trust(editor, revoke=True, cloud=True) == found, "revoke wins"
    assert asked == []


def test_without_an_account_there_is_nothing_to_take_back(nova: Nova) -> None:
    with nova.editor(llm={"provider": "none"}, env={"DBP_LLM_PROVIDER": "none"}) as editor:
        found = trust(editor, revoke=True)
    assert found["missing"] == [
        "you did not consent for this folder: dbp trust --cloud",
        "llm.provider is none: set it to bedrock in your own settings",
    ]
    assert not list(nova.state.rglob("account*"))


def test_an_editor_without_trust_cannot_ask(nova: Nova) -> None:
    nova.consent()
    with nova.editor(initializationOptions={"workspaceTrust": False}) as editor:
        asked = answering(editor, yes)
        error = refused(editor, cloud=True)
        found = trust(editor)
    assert error["data"]["code"] == "invalid_state"
    assert error["message"] == "the editor does not trust this workspace"
    assert found["open"] is False
    assert found["missing"] == ["the editor does not trust this workspace"]
    assert asked == []


def test_without_a_region_there_is_nothing_to_ask_about(nova: Nova) -> None:
    nothing = ("DBP_LLM_REGION", "DBP_LLM_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION")
    with nova.editor(env=dict.fromkeys(nothing, "")) as editor:
        asked = answering(editor, yes)
        error = refused(editor, cloud=True)
        found = trust(editor)
    assert error["data"] == {"code": "invalid_state", "hint": "set llm.region"}
    assert (found["region"], found["host"]) == (None, None)
    assert asked == []


def test_another_region_is_another_question(nova: Nova) -> None:
    nova.consent()
    with nova.editor(env={"DBP_LLM_REGION": "eu-west-1"}) as editor:
        asked = answering(editor, yes)
        assert trust(editor)["consent"]["region"] == "us-east-1"
        assert trust(editor)["open"] is False
        found = trust(editor, cloud=True)
    assert found["consent"]["region"] == "eu-west-1"
    assert found["open"] is True
    assert len(asked) == 1


@pytest.mark.parametrize("params", [{"cloud": "yes"}, {"revoke": 1}, {"cloud": None}])
def test_a_wish_is_true_or_false(nova: Nova, params: dict[str, Any]) -> None:
    with nova.editor() as editor:
        asked = answering(editor, yes)
        assert refused(editor, **params)["data"]["code"] == "bad_params"
    assert asked == []


@pytest.mark.slow
def test_who_follows_has_the_leader_begin_and_end_at_once(nova: Nova) -> None:
    with nova.editor() as leader, nova.editor() as follower:
        settle(leader)
        settle(follower)
        assert follower.status()["role"] == "follower"
        answering(leader, refuse)
        asked = answering(follower, yes)
        assert trust(follower, cloud=True)["open"] is True
        settle(leader)
        assert nova.calls == 1
        assert trust(leader)["open"] is True
        assert trust(follower, revoke=True)["open"] is False
        nova.write("b.py", module("shrink"))
        settle(leader)
    assert nova.calls == 1
    assert len(asked) == 1


def test_a_person_who_never_answers_said_nothing(tmp_path: Path) -> None:
    sent: list[tuple[str, Any]] = []

    async def ask() -> None:
        protocol = SimpleNamespace(
            send_request_async=lambda *_args, **_more: asyncio.get_running_loop().create_future(),
            notify=lambda method, params: sent.append((method, params)),
        )
        server: Any = SimpleNamespace(protocol=protocol)
        root = Root(str(tmp_path))
        effective = load(tmp_path, env={}, cli={}, editor={})
        await said_yes(server, Folder(root, effective, 1, 2, "us-east-1", "host"), patience=0.01)

    with pytest.raises(RequestError, match="nobody answered") as caught:
        asyncio.run(ask())
    assert caught.value.code == "invalid_state"
    assert [method for method, _params in sent] == ["$/cancelRequest"]
