"""Where a finding is explained: a section of doc/findings.md for each code."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PAGE = "findings.md"
_LABEL = "findings"
_DISTRIBUTION = "dbp-sidecar"


def help_uri(code: str) -> str:
    """Give the URI of a code's section.

    It is the project's page on the web where the installed package names one (`Findings` among its
    URLs), else the copy that came with the package.
    """
    return f"{_page()}#{code}"


@cache
def _page() -> str:
    from importlib import metadata

    try:
        urls = metadata.metadata(_DISTRIBUTION).get_all("Project-URL") or ()
    except metadata.PackageNotFoundError:
        urls = ()
    for entry in urls:
        label, _, url = entry.partition(",")
        if label.strip().lower() == _LABEL:
            return str(url.strip())
    package = Path(__file__).parent.parent
    shipped = package / "doc" / _PAGE
    # In a checkout the page lies beside the code and not in it.
    page = shipped if shipped.is_file() else package.parent.parent / "doc" / _PAGE
    return page.as_uri()
