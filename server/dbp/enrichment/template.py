"""The template standard a project documents itself by: the bundled one, and its hash.

A project's own text stands in its place (see `dbp.enrichment.prepare`). It steers the wording of
what is asked and nothing else.
"""

from __future__ import annotations

import hashlib

MAX_TEMPLATE = 8000
"""Characters of a template that are used; more would be paid for with every file."""

PROMPT_VERSION = 1
"""Raised with every change of the words of `prompt`: what was said to others is asked again."""

BUNDLED = """\
Each source file says at its top what it is for:

[Source file intent]
What the file is for, and for whom, in one or two sentences. Why it exists, not how it works.

[Source file design principles]
- A rule that the code of this file keeps and that a change must not break

[Source file constraints]
- A limit from outside that the code has to respect: resources, order, versions, threads

[Dependencies]
codebase: path of a file of this project
system: name of a library
other: anything else

[Reference documentation]
Path of a document that explains the file

[GenAI tool change history]
TIME : what was changed, in one line
* a detail

Each function, method and class that is not plain from its name says in its documentation:

[Function intent]
What it is for: what the caller gets from it.

[Design principles]
- A rule it keeps

[Implementation details]
How it does it, where that is not plain from the code.

[Design decisions]
Why it is done this way and not in another, where the code or its comments show it.
"""


def template_text(template: str) -> str:
    """Cut a template to what is used of it."""
    return template[:MAX_TEMPLATE].strip()


def template_hash(template: str) -> str:
    """Hash what is used of a template, 32 hex digits."""
    used = template_text(template).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(used, digest_size=16).hexdigest()
