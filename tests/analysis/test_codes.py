"""Each code: a file that provokes it, one that does not, and the first one mended.

Row U12: each finding is provoked and cleared.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from analysis_help import Files

from dbp.analysis.findings import RULES
from dbp.model import Severity
from dbp.template import parse_template

HEADER = '''"""
[Source file intent]
{intent}

[Source file design principles]
- One thing only

[Source file constraints]
None

[Dependencies]
codebase: {depends}

[GenAI tool change history]
{history}
"""

def run(task):
    """Run one task.

    Args:
        task: what is run
    """
    return task
'''
NEWEST_FIRST = "2025-03-02T10:00:00Z : Second by A\n2025-03-01T10:00:00Z : First by A"


def header(
    intent: str = "Runs tasks.", depends: str = "other.py", history: str = NEWEST_FIRST
) -> str:
    return HEADER.format(intent=intent, depends=depends, history=history)


class Case(NamedTuple):
    """`bad` is the file that provokes, `good` is the same one mended; `clean` is another one."""

    code: str
    path: str
    bad: str
    good: str
    clean: str = "# A page\n\nSays something.\n"
    around: tuple[tuple[str, str], ...] = (("other.py", '"""Other."""\n'),)
    before: str | None = None
    message: str = ""


PAGE = "# A page\n\nSays something, see {}.\n"
CODE = '''"""Runs tasks."""


def run(task, retries):
    """Run one task.

    Args:
        task: what is run
        {}: how often
    """
    return {}
'''

CASES = [
    Case(
        "header-missing", "a.py", "def f():\n    pass\n", '"""Says it."""\n\ndef f():\n    pass\n'
    ),
    Case(
        "header-incomplete",
        "a.py",
        header().replace("[Source file constraints]\nNone\n\n", ""),
        header(),
        header(),
        message="[Source file constraints]",
    ),
    Case(
        "header-section-order",
        "a.py",
        header()
        .replace("[Source file constraints]\nNone\n\n", "")
        .replace("[GenAI", "[Source file constraints]\nNone\n\n[GenAI"),
        header(),
        header(),
        message="[Source file constraints] belongs before [Dependencies]",
    ),
    Case("header-intent-empty", "a.py", header(""), header("Runs."), header()),
    Case(
        "header-placeholder",
        "a.py",
        header("<describe the intent of this file>"),
        header("Runs."),
        header(),
        message="[Source file intent]",
    ),
    Case(
        "reference-unresolved",
        "doc/a.md",
        PAGE.format("[that](desing.md)"),
        PAGE.format("[that](design.md)"),
        PAGE.format("[the web](https://example.org/x.md) and `gone.md`"),
        (("doc/design.md", "# Design\n\nHow.\n"),),
        message="Did you mean 'design.md'?",
    ),
    Case(
        "reference-heading",
        "a.md",
        PAGE.format("[that](b.md#usag)"),
        PAGE.format("[that](b.md#usage)"),
        PAGE.format("[top](#a-page)"),
        (("b.md", "# B\n\nSays.\n\n## Usage\n\nSo.\n"),),
        message="Did you mean 'b.md#usage'?",
    ),
    Case(
        "reference-symbol",
        "a.md",
        PAGE.format("[that](b.py#Stroe.close)"),
        PAGE.format("[that](b.py#Store.close)"),
        PAGE.format("[that](b.py#L3) and [data](c.json#x)"),
        (
            (
                "b.py",
                '"""B."""\n\nclass Store:\n    """S."""\n    def close(self):\n        """C."""\n',
            ),
            ("c.json", "{}\n"),
        ),
        message="'b.py' has no symbol 'Stroe.close'",
    ),
    Case(
        "doc-stale",
        "a.py",
        CODE.format("retries", "task(retries)"),
        CODE.format("retries", "task(retries)").replace("Run one", "Run"),
        CODE.format("retries", "(task)  # laid out anew"),
        before=CODE.format("retries", "task"),
        message="'run'",
    ),
    Case(
        "header-stale",
        "a.py",
        header().replace("return task", "return task()"),
        header("Runs and answers.").replace("return task", "return task()"),
        header().replace("return task", "return (task)"),
        before=header(),
    ),
    Case(
        "history-order",
        "a.py",
        header(history=NEWEST_FIRST + "\n2025-03-03T10:00:00Z : Third by A"),
        header(history="2025-03-03T10:00:00Z : Third by A\n" + NEWEST_FIRST),
        header(
            history="2025-03-01 : One by A\n2025-03-01T09:00:00Z : Two by A\n2025-03-01 : Three"
        ),
        message="2025-03-03 stands below one of 2025-03-01",
    ),
    Case(
        "history-entry-missing",
        "a.py",
        header().replace("return task", "return task()"),
        header(history="2025-03-03T10:00:00Z : Calls it by A\n" + NEWEST_FIRST).replace(
            "return task", "return task()"
        ),
        header().replace("return task", "return (task)"),
        before=header(),
    ),
    Case(
        "parameter-unknown",
        "a.py",
        CODE.format("tries", "task"),
        CODE.format("retries", "task"),
        CODE.format("tries", "task").replace("retries)", "**more)"),
        message="'run' has no parameter 'tries'",
    ),
    Case(
        "parameter-undocumented",
        "a.py",
        CODE.format("retries", "task").replace("retries)", "retries, delay)"),
        CODE.format("retries", "task"),
        '"""Runs."""\n\ndef run(task, retries):\n    """Run one task."""\n',
        message="'delay' of 'run'",
    ),
    Case(
        "symbol-undocumented",
        "a.py",
        '"""Runs."""\n\nclass A:\n    """A."""\n\n    def go(self):\n        pass\n',
        '"""Runs."""\n\nclass A:\n    """A."""\n\n    def go(self):\n        """Go."""\n',
        '"""Runs."""\n\ndef _own():\n    pass\n\nclass _A:\n    def go(self):\n        pass\n',
        message="the method 'go'",
    ),
    Case(
        "dependency-cycle",
        "a.py",
        header(depends="b.py"),
        header(depends="other.py"),
        '"""Runs."""\n\ndef late():\n    """Late."""\n    import b\n',
        (("b.py", '"""B."""\nimport a\n'), ("other.py", '"""Other."""\n')),
        message="a.py → b.py → a.py",
    ),
    Case(
        "documentation-cycle",
        "a.md",
        PAGE.format("[b](b.md)"),
        PAGE.format("nobody"),
        PAGE.format("[c](c.md)"),
        (("b.md", PAGE.format("[a](a.md)")), ("c.md", "# C\n\nEnds here.\n")),
        message="a.md → b.md → a.md",
    ),
    Case(
        "relation-one-sided",
        "a.md",
        "# A\n\nSays.\n\n- Depends on: [B](b.md)\n",
        "# A\n\nSays.\n\n- Depends on: [C](c.md)\n",
        "# A\n\nSays.\n\n- Depends on: [plain](plain.md)\n",
        (
            ("b.md", "# B\n\nSays.\n\n- Impacts: [C](c.md)\n"),
            ("c.md", "# C\n\nSays.\n\n- Impacts: [A](a.md)\n"),
            ("plain.md", "# Plain\n\nKeeps no list.\n"),
        ),
        message="does not say that it impacts 'a.md'",
    ),
    Case(
        "extraction-failed",
        "a.js",
        "/** Runs. */\n" + "function f() {" * 500 + "}" * 500 + "\n",
        "/** Runs. */\nvar x = [1];\n",
        "/** Runs. */\nvar x = (;\n",
        message="Only a part",
    ),
    Case(
        "ignore-unused",
        "a.py",
        '"""Runs."""\n# dbp: ignore[parameter-unknown]\nX = 1\n',
        '"""Runs."""\nX = 1\n',
        '# dbp: ignore-file[header-missing]\ndef f():\n    """F."""\n\ndef g():\n    """G."""\n',
        message="no parameter-unknown to ignore here",
    ),
]


def files(case: Case, text: str) -> Files:
    before = {case.path: case.before} if case.before is not None else None
    return Files({**dict(case.around), case.path: text}, before)


def test_every_code_has_its_case() -> None:
    assert sorted(case.code for case in CASES) == sorted(rule.code for rule in RULES)


def test_every_code_is_explained_with_its_level() -> None:
    page = (Path(__file__).parents[2] / "doc" / "findings.md").read_text(encoding="utf-8")
    for rule in RULES:
        level = rule.severity.name.lower() if rule.severity is not None else "off"
        assert f"| [{rule.code}](#{rule.code}) | {level} |" in page
        assert f"\n### {rule.code}\n" in page


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_code_is_provoked_and_cleared(case: Case) -> None:
    provoked = [one for one in files(case, case.bad).found(case.path) if one.code == case.code]
    assert len(provoked) == 1, files(case, case.bad).found(case.path)
    assert case.message in provoked[0].message
    for text in (case.good, case.clean):
        assert case.code not in files(case, text).codes(case.path), text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_finding_lies_in_its_file(case: Case) -> None:
    lines = case.bad.split("\n")
    for finding in files(case, case.bad).found(case.path):
        place = finding.range
        assert 0 <= place.start_line <= place.end_line < len(lines)
        assert place.end_character <= len(lines[place.end_line])
        assert finding.path == case.path


def test_a_circle_of_imports_alone_is_an_information() -> None:
    around = {"a.py": '"""A."""\nimport b\n', "b.py": '"""B."""\nimport a\n'}
    [finding] = Files(around).found("a.py")
    assert (finding.code, finding.severity) == ("dependency-cycle", Severity.INFORMATION)
    assert [(place.path, place.message) for place in finding.related] == [
        ("b.py", "b.py imports a.py")
    ]
    assert finding.range.start_line == 1
    declared = {"a.py": header(depends="b.py"), "b.py": header(depends="a.py")}
    [finding] = [one for one in Files(declared).found("a.py") if one.code == "dependency-cycle"]
    assert finding.severity == Severity.WARNING


def test_a_header_is_judged_by_the_projects_own_template() -> None:
    template = parse_template("[Why]\n<why it is>\n\n[Who]\n<who keeps it>\n", "t.txt")
    assert template is not None
    text = '"""\n[Why]\nTo run.\n"""\n'
    [finding] = Files({"a.py": text}, template=template).found("a.py")
    assert finding.code == "header-incomplete"
    assert finding.severity == Severity.WARNING
    assert "[Who]" in finding.message
    assert Files({"a.py": text[:-4] + '\n[Who]\nWe.\n"""\n'}, template=template).codes("a.py") == []


def test_without_a_template_of_its_own_nobody_is_warned_of_a_missing_section() -> None:
    text = '"""\n[Source file intent]\nRuns tasks.\n"""\n'
    [finding] = Files({"a.py": text}).found("a.py")
    assert (finding.code, finding.severity) == ("header-incomplete", Severity.INFORMATION)


@pytest.mark.parametrize(
    "text",
    [
        "X = 1\n",
        "from a import b\n\n__all__ = ['b']\n",
        '\n\nclass Only:\n    """The one thing here."""\n',
    ],
)
def test_files_that_need_no_introduction(text: str) -> None:
    assert Files({"pkg/__init__.py": text}).codes("pkg/__init__.py") == []
