"""Asking a stand-in for Bedrock: a model with short waits, a question, a clean environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bedrock import USUAL, StandIn, environment

from dbp.extract.bedrock import BedrockModel
from dbp.ports import Answer, ModelError, Question

NOVA = "amazon.nova-lite-v1:0"
SCHEMA = {
    "type": "object",
    "properties": {"intent": {"type": "string"}},
    "required": ["intent"],
}
QUESTION = Question(
    "Say what it is.", "The template.", 'def greet():\n    "Say helló."\n', SCHEMA, 64
)
ANSWER = {"intent": "Greets."}


def isolate(monkeypatch: pytest.MonkeyPatch, url: str = "") -> None:
    """Leave nothing of the developer's AWS configuration; have the stand-in's credentials."""
    for name in USUAL:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment(url).items():
        monkeypatch.setenv(name, value)


def without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the stand-in's credentials away again."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")


def write_config(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """Have an AWS configuration file."""
    path = folder / "config"
    path.write_text(text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))


@contextmanager
def a_model(url: str | StandIn, **options: Any) -> Iterator[BedrockModel]:
    """Have a model that asks there and waits for milliseconds between requests."""
    defaults: dict[str, Any] = {
        "model": NOVA,
        "region": "us-east-1",
        "endpoint_url": url if isinstance(url, str) else url.url,
        "backoff": (0.001, 0.01),
        "timeout_seconds": 20,
    }
    model = BedrockModel(**{**defaults, **options})
    try:
        yield model
    finally:
        model.close()


def ask(model: BedrockModel, question: Question = QUESTION) -> Answer:
    """Ask without a budget, for whatever object comes."""
    return model.ask(question, lambda value: value, lambda _: None)


def failure(model: BedrockModel, question: Question = QUESTION) -> ModelError:
    """Ask and expect to fail."""
    with pytest.raises(ModelError) as raised:
        ask(model, question)
    return raised.value
