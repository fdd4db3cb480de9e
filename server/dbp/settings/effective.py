"""The settings in force: layers merged, rules across keys held, and where each value came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from dbp.errors import SettingsError
from dbp.settings import places
from dbp.settings.catalogue import SECTIONS, SETTINGS, Setting, find, shown
from dbp.settings.declaration import Settings
from dbp.settings.fields import Section
from dbp.settings.layers import Accepted, Given, Layer, SettingProblem
from dbp.settings.profiles import PROFILES

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Effective:
    """A valid tree of settings, the origin of every dotted key, and what was not taken over.

    `accepted` is what the next load falls back to, layer by layer; it holds for this `root` only.
    """

    settings: Settings
    origins: Mapping[str, str]
    problems: tuple[SettingProblem, ...] = ()
    accepted: Accepted = field(default_factory=dict)
    root: Path | None = None

    def raise_for_errors(self) -> None:
        """Raise `SettingsError` if a value or a file was refused: for verbs that must not guess."""
        errors = [problem for problem in self.problems if problem.severity == "error"]
        if errors:
            first = errors[0]
            raise SettingsError(
                first.message, hint=first.hint, key=first.key, problems=[asdict(e) for e in errors]
            )


def load(
    root: Path | None,
    *,
    env: Mapping[str, str],
    cli: Mapping[str, Any] = _NOTHING,
    editor: Mapping[str, Any] = _NOTHING,
    previous: Effective | None = None,
) -> Effective:
    """Read every place and merge: command line > environment > editor > workspace > user > profile.

    Never raises for what somebody wrote: what is refused stands in `problems`, and the last good
    value of the same place (`previous`), else the next lower place, decides. Blocking: reads at
    most four small files.
    """
    accepted = previous.accepted if previous and previous.root == root else {}
    layers = [
        places.command_line(cli, accepted),
        places.environment(env, accepted),
        places.editor(editor, accepted),
        places.workspace(root, accepted),
        places.user(env, accepted),
    ]
    problems = [problem for layer in layers for problem in layer.problems]
    stack = [dict(layer.values) for layer in layers]
    stack.append(dict(_profile(stack)))
    problems += _hold_rules(stack, [accepted.get(layer.name, {}) for layer in layers])
    values, origins = _merge(stack)
    return Effective(
        settings=Settings.model_validate(_tree(values)),
        origins=origins,
        problems=tuple(_with_hint(problem, values, origins) for problem in problems),
        accepted=_accepted(layers, stack),
        root=root,
    )


def _profile(stack: list[dict[str, Given]]) -> Iterator[tuple[str, Given]]:
    name = next((layer["profile"].value for layer in stack if "profile" in layer), "default")
    for key, value in PROFILES[name].items():
        yield key, Given(value, f"profile:{name}")


def _hold_rules(
    stack: list[dict[str, Given]], last_good: list[Mapping[str, Any]]
) -> list[SettingProblem]:
    """Take values back until every rule across keys holds; `stack` is changed in place.

    The place with less to say gives way: a file cannot make what the command line asks for
    impossible. A profile gives way without a word, as defaults do.
    """
    problems = []
    for smaller, larger in _rules():
        while True:
            low, high = _top(stack, smaller), _top(stack, larger)
            if low[1].value <= high[1].value:
                break
            blamed = max(depth for depth, _ in (low, high) if depth < len(stack))
            if blamed < len(last_good):
                refused = high if high[0] == blamed else low
                problems.append(_rule_problem(smaller, low[1], larger, high[1], refused[1].origin))
            for key, (depth, given) in ((smaller, low), (larger, high)):
                if depth == blamed:
                    del stack[blamed][key]
                    good = last_good[blamed].get(key) if blamed < len(last_good) else None
                    if good is not None and good != given.value:
                        stack[blamed][key] = Given(good, given.origin)
    return problems


def _rule_problem(
    smaller: str, low: Given, larger: str, high: Given, origin: str
) -> SettingProblem:
    message = (
        f"{larger}: {shown(high.value)} (from {high.origin}) must not be below "
        f"{smaller}: {shown(low.value)} (from {low.origin})"
    )
    return SettingProblem(larger if origin == high.origin else smaller, message, origin)


def _rules() -> Iterator[tuple[str, str]]:
    for section, model in SECTIONS.items():
        if issubclass(model, Section):
            for smaller, larger in model.ordered:
                yield f"{section}.{smaller}", f"{section}.{larger}"


def _top(stack: list[dict[str, Given]], key: str) -> tuple[int, Given]:
    """Find the value in force and how deep it lies; below all layers lie the defaults."""
    for depth, layer in enumerate(stack):
        if key in layer:
            return depth, layer[key]
    return len(stack), Given(SETTINGS[key].default, "default")


def _merge(stack: list[dict[str, Given]]) -> tuple[dict[str, Any], dict[str, str]]:
    values = {key: one.default for key, one in SETTINGS.items() if one.kind != "mapping"}
    origins = dict.fromkeys(SETTINGS, "default")
    for layer in reversed(stack):
        for key, given in layer.items():
            setting = _addressed(key)
            if setting.narrows:
                values[key], decides = _narrower(values[key], given.value)
                if decides:
                    origins[key] = given.origin
                continue
            values[key] = given.value
            origins[key] = given.origin
            # A mapping comes from where its last entry comes from.
            origins[setting.key] = given.origin
    return values, origins


def _narrower(below: Any, above: Any) -> tuple[Any, bool]:
    """Join two places' values of a setting that only forbids.

    Tells besides whether the upper place decides: it says false, or true like all below, or it
    added something to the list.
    """
    if isinstance(below, tuple):
        joined = tuple(dict.fromkeys((*below, *above)))
        return joined, joined != below
    return below and above, above == (below and above)


def _addressed(key: str) -> Setting:
    found = find(key)
    if found is None:
        raise AssertionError(key)
    return found[0]


def _tree(values: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in values.items():
        found = find(key)
        if found is None:
            raise AssertionError(key)
        setting, entry = found
        section = tree.setdefault(setting.section, {}) if setting.section else tree
        if entry:
            section.setdefault(setting.name, {})[entry] = value
        else:
            section[setting.name] = value
    return tree


def _with_hint(
    problem: SettingProblem, values: Mapping[str, Any], origins: Mapping[str, str]
) -> SettingProblem:
    if problem.hint or problem.key not in values:
        return problem
    stays = f"{shown(values[problem.key])} stays in force (from {origins[problem.key]})"
    return replace(problem, hint=stays)


def _accepted(layers: list[Layer], stack: list[dict[str, Given]]) -> Accepted:
    pairs = zip(layers, stack, strict=False)  # the profile is no place of its own
    return {layer.name: {key: one.value for key, one in own.items()} for layer, own in pairs}


def changed_keys(old: Settings, new: Settings) -> frozenset[str]:
    """Name every setting that differs."""
    before, after = flat(old), flat(new)
    return frozenset(key for key in SETTINGS if before[key] != after[key])


def needs_restart(keys: Iterable[str]) -> list[str]:
    """Name those of the keys that a running engine cannot take over, sorted."""
    return sorted(key for key in keys if key in SETTINGS and SETTINGS[key].restart)


def flat(settings: Settings) -> dict[str, Any]:
    """Give the settings by dotted key."""
    return {
        key: getattr(getattr(settings, one.section) if one.section else settings, one.name)
        for key, one in SETTINGS.items()
    }


def effective_json(effective: Effective) -> dict[str, Any]:
    """For `dbp/config` and `dbp config show --json`.

    `{"settings": {"scheduler": {"delay_seconds": {"value": 10, "origin": "default"}}, "profile":
    {…}}, "problems": [SettingProblem, …]}`, the fields of a problem under their own names.
    A mapping has `entries` besides: the origin of each of its entries.
    """
    tree: dict[str, Any] = {}
    for key, value in flat(effective.settings).items():
        setting = SETTINGS[key]
        shape: dict[str, Any] = {"value": value, "origin": effective.origins[key]}
        if setting.kind == "list":
            shape["value"] = list(value)
        elif setting.kind == "mapping":
            shape["value"] = dict(value)
            shape["entries"] = {entry: effective.origins[f"{key}.{entry}"] for entry in value}
        section = tree.setdefault(setting.section, {}) if setting.section else tree
        section[setting.name] = shape
    return {"settings": tree, "problems": [asdict(problem) for problem in effective.problems]}
