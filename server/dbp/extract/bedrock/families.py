"""What a model takes in a Converse request: told by its id, corrected by what the service says.

Bedrock refuses a whole request for one member a model does not know. The table is small and old by
nature, so a refusal that names such a member takes it out for good (`without`).
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Traits(NamedTuple):
    """What may stand in a request.

    `cache`: cache points behind system text and guide. `choice`: how a tool is forced (`tool` by
    its name, `any`, empty when it cannot be). `native`: the answer's schema goes as output format,
    without a tool. `temperature`: whether it may be set.
    """

    cache: bool = False
    choice: str = ""
    native: bool = False
    temperature: bool = True

    def without(self, refusal: str) -> Traits | None:
        """Leave out what the service says the model does not take; None when it speaks of none."""
        text = refusal.lower()
        if self.cache and ("cachepoint" in text or "prompt caching" in text):
            return self._replace(cache=False)
        if self.native and re.search(r"output.?config|output.?format|structured output", text):
            return self._replace(native=False)
        if self.choice and re.search(r"tool.?choice", text):
            return self._replace(choice="")
        if self.temperature and "temperature" in text:
            return self._replace(temperature=False)
        return None


def traits_of(model: str) -> Traits:
    """Tell what a model takes from its id, inference profile id or ARN.

    The ARN of an application's inference profile or of provisioned throughput says nothing of the
    model behind it: such a model gets only what all of them take.
    """
    name = _bare(model)
    for pattern, traits in _FAMILIES:
        if pattern.match(name):
            return traits
    return Traits()


_GEOGRAPHY = re.compile(r"(?:us|eu|ap|apac|us-gov|jp|au|ca|sa|mx|me|af|il|uk|global)\.")


def _bare(model: str) -> str:
    """Strip what does not name the model: an ARN's head, and where a profile sends requests."""
    if model.startswith("arn:"):
        head, _, name = model.rpartition("/")
        if not head.endswith((":foundation-model", ":inference-profile")):
            return ""
        model = name
    return _GEOGRAPHY.sub("", model, count=1)


_FAMILIES = [
    (re.compile(pattern), traits)
    for pattern, traits in (
        # Nova: cache points in system and messages, not in tools; any of the three tool choices.
        (r"amazon\.nova-", Traits(cache=True, choice="tool")),
        # Claude: the first ones take no cache points; from 4.5 on there is an output format, and
        # what came after 4.6 takes no temperature.
        (r"anthropic\.claude-(?:v\d|instant)", Traits()),
        (r"anthropic\.claude-3-(?:opus|sonnet|haiku|5-sonnet)", Traits(choice="tool")),
        (
            r"anthropic\.claude-(?:3|(?:opus|sonnet)-4-(?:\d{8}|1-))",
            Traits(cache=True, choice="tool"),
        ),
        (r"anthropic\.claude-(?:haiku|sonnet|opus)-4-[56]", Traits(True, "tool", True)),
        (r"anthropic\.claude-", Traits(True, "tool", True, temperature=False)),
        (r"mistral\.", Traits(choice="any")),
    )
]
