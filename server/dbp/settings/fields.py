"""How one setting is declared: its default, its range, who may set it, and what it does.

Everything that is known about a setting stands in one call of `setting()`; the loader, the
reference page, the template of `.dbp.toml` and the editor's schema are all derived from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Scope = Literal["resource", "window", "machine"]


def setting(
    default: Any,
    doc: str,
    *,
    ge: float | None = None,
    le: float | None = None,
    pattern: str | None = None,
    expects: str = "",
    scope: Scope = "resource",
    restart: bool = False,
    user_only: bool = False,
    narrows: bool = False,
    old_names: tuple[str, ...] = (),
    old_values: Mapping[str, str] | None = None,
    environment: tuple[str, ...] = (),
) -> Any:
    """Declare one setting of a `Section`.

    `expects` says in words what a value must be where a range or a choice does not say it.
    `restart` means that a running engine has to be built anew. `user_only` means that a file of the
    workspace can never set it: it sends data out, opens files elsewhere, names programs, or
    lowers a guard that protects the user from the workspace; its scope is then the machine.
    `narrows` means that every place can only forbid more: a list is the sum of all places' lists,
    and a false anywhere is false. `environment` lists further variables read.
    """
    return Field(
        default,
        ge=ge,
        le=le,
        pattern=pattern,
        description=doc,
        json_schema_extra={
            "minimum": ge,
            "maximum": le,
            "expects": expects,
            "scope": "machine" if user_only else scope,
            "restart": restart,
            "user_only": user_only,
            "narrows": narrows,
            "old_names": list(old_names),
            "old_values": dict(old_values or {}),
            "environment": list(environment),
        },
    )


class Section(BaseModel):
    """A group of settings: frozen, no unknown names, no silent conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    ordered: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs (smaller, larger): the first may never be above the second."""

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        for smaller, larger in self.ordered:
            if getattr(self, smaller) > getattr(self, larger):
                raise ValueError(f"{larger} must not be below {smaller}")
        return self
