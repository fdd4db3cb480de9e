"""From a file's bytes to the question about it, or to the reason why it is withheld.

Pure: what is sent for a content follows from the content, the project's template and the settings,
from nothing else; `dbp preview` and `dbp estimate` take the same way as a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dbp.enrichment import clean, secrets, withheld
from dbp.enrichment.payload import meaning_key
from dbp.enrichment.plan import Plan, make_plan
from dbp.enrichment.template import BUNDLED, template_hash
from dbp.meaning import Meaning
from dbp.model import Extraction
from dbp.settings.declaration import Llm

TEMPLATES = tuple(
    f"{folder}GENAI_HEADER_TEMPLATE.{ending}"
    for folder in ("coding_assistant/", "doc/", "")
    for ending in ("txt", "md")
)
"""Where a project keeps its own template standard, in the order they are looked for."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the disk and the settings say of a file besides its content.

    `never_send` tells whether the user's patterns name a path; `hard_links` counts the names the
    file has; `template` is the project's standard.
    """

    path: str
    never_send: Callable[[str], bool]
    hard_links: int
    template: str = BUNDLED


@dataclass(frozen=True, slots=True)
class Prepared:
    """What would be asked of a content.

    `withheld` says why nothing of it may leave, else there is a `plan`; a plan without a question
    has nothing to ask. `redactions` counts the spans that were blacked out of `text`.
    """

    withheld: str | None
    plan: Plan | None = None
    redactions: int = 0
    text: str = ""


def key_of(content_hash: str, language: str, llm: Llm, template: str) -> str:
    """Name what would be paid for: equal keys are asked once, whoever has the content."""
    return meaning_key(content_hash, language, llm.model, template_hash(template))


def prepare(
    facts: FileFacts,
    data: bytes,
    extraction: Extraction,
    before: Meaning | None,
    llm: Llm,
) -> Prepared:
    """Decide what may be shown of a file and make the question.

    `before` is the meaning of the content the file had last: what still holds is carried over.
    """
    reason = withheld_by_facts(facts, len(data), llm)
    if reason is not None:
        return Prepared(reason)
    text = clean.for_prompt(data.decode(extraction.encoding or "utf-8", "replace"))
    reason = withheld.by_content(data, text)
    if reason is not None:
        return Prepared(reason)
    scanned = secrets.scan(text)
    if scanned.withhold is not None:
        return Prepared(scanned.withhold)
    plan = make_plan(
        extraction,
        scanned.text,
        before,
        template=facts.template,
        max_input_tokens=llm.max_input_tokens,
        max_tokens=llm.max_tokens,
        model=llm.model,
    )
    # The question is looked through once more, as it would leave: slices stand beside each other
    # in it that were apart in the file.
    if plan.question is not None and _looks_secret(plan.question.content):
        return Prepared("what would be shown of it looks like a secret")
    return Prepared(None, plan, len(scanned.found), scanned.text)


def _looks_secret(text: str) -> bool:
    scanned = secrets.scan(text)
    return bool(scanned.found) or scanned.withhold is not None


def withheld_by_facts(facts: FileFacts, size: int, llm: Llm) -> str | None:
    """Say why a file is withheld whatever it holds, or None."""
    if not llm.allowed:
        return "llm.allowed is false for this workspace"
    if size > llm.max_file_size_kb * 1024:
        return "it is larger than llm.max_file_size_kb"
    if facts.hard_links > 1:
        # Another of its names may be one that is never sent, or lie outside the workspace.
        return "it has more than one name on the disk (hard links)"
    if facts.never_send(facts.path):
        return "llm.never_send names it"
    return withheld.by_name(facts.path)


def find_template(
    read: Callable[[str], bytes | None], never_send: Callable[[str], bool], paths: Iterable[str]
) -> str:
    """Find the project's template among `paths`, cleaned and redacted; else the bundled one.

    `read` gives the bytes of a file in scope, or None. A template goes the way of every content:
    what may not leave is not used.
    """
    for path in paths:
        if never_send(path) or withheld.by_name(path) is not None:
            continue
        data = read(path)
        if data is None:
            continue
        text = clean.for_prompt(data.decode("utf-8", "replace"))
        scanned = secrets.scan(text)
        if scanned.withhold is None and withheld.by_content(data, text) is None and text.strip():
            return scanned.text
    return BUNDLED
