"""A workspace, a user's folder, and a load that sees nothing else of this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbp.settings import Effective, Settings, load

DEFAULTS = Settings()
NOTHING_MAY_LEAVE = DEFAULTS.model_copy(
    update={"llm": DEFAULTS.llm.model_copy(update={"allowed": False})}
)
"""The defaults, where something could not be understood that may have been meant to forbid."""


@dataclass(frozen=True)
class Places:
    """The folders of one test."""

    root: Path
    config: Path

    def write(self, name: str, text: str) -> Path:
        """Write a settings file where it belongs."""
        path = (self.config if name == "config.toml" else self.root) / name
        path.write_text(text, encoding="utf-8")
        return path

    def load(
        self,
        *,
        cli: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        editor: Mapping[str, Any] | None = None,
        previous: Effective | None = None,
    ) -> Effective:
        """Load from these folders and what is given."""
        return load(
            self.root,
            cli=cli or {},
            env={"DBP_CONFIG_DIR": str(self.config), **(env or {})},
            editor=editor or {},
            previous=previous,
        )
