"""The sections a header is expected to have: the default, or those of a project's own template.

Pure values; reading the file is somebody else's. The shape of a template is described in
doc/headers.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class TemplateSection(NamedTuple):
    """One expected section, in its place.

    `name` is as in `model.HeaderSection`, `title` as it is written between the brackets.
    `placeholder` is what the template has below it, to be replaced by a person. A section that is
    not `required` may be missing.
    """

    name: str
    title: str
    placeholder: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """The expected sections in their order; `origin` is the key of the file, empty for ours."""

    sections: tuple[TemplateSection, ...]
    origin: str = ""


DEFAULT = Template(
    (
        TemplateSection("intent", "Source file intent", "<describe the intent of this file>"),
        TemplateSection("principles", "Source file design principles", "<the principles it keeps>"),
        TemplateSection("constraints", "Source file constraints", "<the limits it must keep to>"),
        TemplateSection("dependencies", "Dependencies", "<codebase|system|other>: <name>", False),
        TemplateSection(
            "documentation", "Reference documentation", "<paths of the documents about it>", False
        ),
        TemplateSection("history", "GenAI tool change history", "", False),
    )
)


def parse_template(text: str, origin: str = "") -> Template | None:
    """Read a project's template; None when it has no section."""
    raise NotImplementedError


def canonical(title: str) -> str:
    """Name the section a title opens, as in `model.HeaderSection.name`."""
    raise NotImplementedError
