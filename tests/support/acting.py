"""Takes an action as an editor does: judge a text, pick an offer, apply it, judge again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dbp.actions.edits import Action, Text
from dbp.actions.offers import Scene, fix_all, quick_fixes, source_actions
from dbp.analysis.findings import RULES, findings
from dbp.analysis.levels import Levels
from dbp.analysis.names import index_of
from dbp.analysis.subject import Subject
from dbp.extract.extraction import extract_text
from dbp.model import Extraction, Finding, Severity
from dbp.template import DEFAULT, Template

NOW = 1_795_305_600.0  # 2026-11-22T00:00:00Z
EVERYTHING = Levels({rule.code: Severity.WARNING for rule in RULES})


@dataclass(frozen=True)
class File:
    """One file of a workspace of texts."""

    path: str
    text: str
    language: str = "python"
    others: Mapping[str, str] = field(default_factory=dict)
    template: Template = DEFAULT
    imports: Sequence[str] = ()
    stale: tuple[str, ...] = ()

    def extraction(self) -> Extraction:
        """Read it."""
        return extract_text(self.path, self.language, self.text, self.template)

    def _other(self, path: str) -> Extraction | None:
        text = self.others.get(path)
        language = "markdown" if path.endswith(".md") else "python"
        return None if text is None else extract_text(path, language, text)

    def findings(self) -> list[Finding]:
        """Apply every rule."""
        known = {self.path, *self.others}
        folders = {path.rpartition("/")[0] for path in known}
        subject = Subject(
            self.path,
            self.extraction(),
            (known | folders).__contains__,
            self._other,
            template=self.template,
            stale=self.stale,
            files_named=index_of(known),
        )
        return findings(subject, EVERYTHING)

    def codes(self) -> list[str]:
        """Name what is found."""
        return [finding.code for finding in self.findings()]

    def scene(self) -> Scene:
        """Give what actions need."""
        return Scene(
            f"file:///w/{self.path}",
            self.path,
            Text(self.text),
            self.extraction(),
            self.template,
            NOW,
            tuple(self.imports),
        )

    def offers(self, code: str) -> list[Action]:
        """List what is offered for the first finding of a code."""
        found = next((one for one in self.findings() if one.code == code), None)
        assert found is not None, f"{code} is not found, only {self.codes()}"
        return quick_fixes(self.scene(), found)

    def sources(self) -> list[Action]:
        """List the source actions."""
        return source_actions(self.scene())

    def fixed(self) -> File:
        """Fix what is sure."""
        action = fix_all(self.scene(), self.findings())
        assert action is not None
        return self.after(action)

    def after(self, action: Action) -> File:
        """Apply an action's edits; a file it creates is there then."""
        others = dict(self.others)
        if action.create is not None:
            others[action.create.path] = action.create.text
        return replace(self, text=Text(self.text).apply(action.edits), others=others)

    def taking(self, code: str, title: str = "") -> File:
        """Take the first offer for a code whose title contains these words; the code must go."""
        offered = self.offers(code)
        action = next((one for one in offered if title in one.title), None)
        assert action is not None, [one.title for one in offered]
        done = self.after(action)
        before, after = self.codes().count(code), done.codes().count(code)
        assert after == before - 1, (action.title, done.text, done.codes())
        return done
