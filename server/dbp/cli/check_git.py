"""What `--changed-only` means: the files that git says changed, and what is stale in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbp.analysis.staleness import NONE, carry
from dbp.clock import SystemClock
from dbp.errors import RequestError
from dbp.facts import Facts, decode_facts
from dbp.hashing import content_hash
from dbp.model import Content, ContentKey
from dbp.paths import Root, display
from dbp.ports import ExtractionRequest

if TYPE_CHECKING:
    from dbp.ports import Extractor
    from dbp.sources.git_changes import Changed
    from dbp.workspace import Workspace

_BATCH = 50
_HEAD = 256
"""Bytes that are enough to find a shebang."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The files that changed, by their keys of today."""

    paths: Mapping[str, Changed]

    def stale(self, workspace: Workspace) -> Mapping[str, tuple[str, ...]]:
        """Name, for each file, the marks whose code changed since then and whose words did not.

        Blocking: git gives what the files held, and the parsers read it.
        """
        from dbp.app import open_extractor

        settings = workspace.effective.settings
        kilobytes = settings.extraction.max_file_size_kb
        extractor = open_extractor(settings, SystemClock(), background=False)
        try:
            extractor.use_template(workspace.template_text)
            stale = {}
            for path, old in self._facts(workspace.root, extractor, kilobytes):
                new = workspace.facts(path)
                if new is not None:
                    stale[path] = tuple(carry(old, NONE, new))
            return stale
        finally:
            extractor.close()

    def _facts(
        self, root: Root, extractor: Extractor, max_kilobytes: int
    ) -> Sequence[tuple[str, Facts]]:
        from dbp.sources.git_changes import contents

        by_blob: dict[str, list[Changed]] = {}
        for change in self.paths.values():
            if change.blob:
                by_blob.setdefault(change.blob, []).append(change)
        found: list[tuple[str, Facts]] = []
        with _git_errors():
            held = contents(root.path, by_blob, max_kilobytes * 1024)
            requests: list[tuple[str, ExtractionRequest]] = []
            for blob, data in held:
                for change in by_blob[blob]:
                    language = extractor.language(change.old_path, data[:_HEAD])
                    key = ContentKey(content_hash(data), language, extractor.version)
                    requests.append((change.path, ExtractionRequest(change.old_path, key, data)))
                if len(requests) >= _BATCH:
                    found += _extracted(extractor, requests)
                    requests.clear()
            found += _extracted(extractor, requests)
        return found


def _extracted(
    extractor: Extractor, requests: Sequence[tuple[str, ExtractionRequest]]
) -> list[tuple[str, Facts]]:
    results = extractor.extract([request for _, request in requests]) if requests else []
    found = []
    for (path, _), result in zip(requests, results, strict=True):
        if isinstance(result, Content):
            found.append((path, decode_facts(result.facts)))
    return found


def changes_since(root: Root, ref: str) -> Changes:
    """List the files that changed since `ref` and this commit parted, uncommitted ones included.

    Raises `RequestError` when git does not say.
    """
    from dbp.sources.git import governs
    from dbp.sources.git_changes import changed_since, merge_base

    with _git_errors():
        if not governs(root.path):
            raise RequestError(
                f"--changed-only needs git, and {display(root.path)} is in no work tree of it"
            )
        base = merge_base(root.path, ref)
        return Changes({change.path: change for change in changed_since(root.path, base)})


class _git_errors:  # noqa: N801 - reads as what it does
    """Turns what git says into an error of ours."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Say git's error as a request that cannot be answered."""
        from dbp.sources.git import GitError

        if isinstance(error, GitError):
            raise RequestError(
                display(str(error)), hint="--changed-only=REF, where REF is a commit"
            ) from error
