"""Tasks of a Markdown document: boxes to tick, and the marks by which people keep plans.

The rule, all of it:

- A *box* always counts: a list item that begins with `[ ]` (open), `[x]` (done), `[~]` or `[/]`
  (doing), `[-]` (dropped), then a space and some text. An unticked one that is struck out is
  dropped.
- A *mark* of `dbp.extract.markdown_marks` at the start or the end of a *list item* counts where a
  heading above speaks of progress, or its list has a box or a mark that can mean nothing else
  (`TODO:`, `☐`). A list of features with ✅ is none.
- A row of a *table* counts by its cell in the column called Status, Progress, Done or the like.
  Words in a first column name something and are no state; an empty cell is open where another row
  has a state.
- A *heading* counts when nothing in its section does: by a mark, if it has a number (`Step 3 ✅`)
  or its mark is at its end below a heading that speaks of progress; or by a line `Status: …` below
  it. Where one of several numbered ones is marked, the others are open. Signs of work in progress
  at its start are decoration.
- Nothing inside code, comments and front matter counts.

Linear in its input.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dbp.extract.markdown_marks import BOXES, SIGNS, Marked, marked, value
from dbp.extract.markdown_words import plain
from dbp.model import Task

MAX_TASKS = 5000
MAX_TEXT = 200
_MAX_LINE = 10_000
"""Longer lines are data in disguise."""

_ITEM = re.compile(r"([ \t]{0,200}+)(?:[-*+]|\d{1,9}[.)])([ \t]++)")
_BOX = re.compile(r"\[(.)\][ \t]++(?=\S)")
_QUOTE = re.compile(r" {0,3}(?:> ?){1,9}")
_STATUS = re.compile(
    r"[*_]{0,3}(?:status|state)[*_]{0,3}[ \t]{0,3}:[*_]{0,3}[ \t]{1,9}(\S.*)", re.IGNORECASE
)
_COLUMNS = frozenset(
    ("status", "state", "progress", "done", "done?", "complete", "complete?", "completed", "✅")
)
"""Columns, in lower case, whose cells say how far something is."""

_ANSWERS = {"yes": "done", "y": "done", "x": "done", "no": "open", "n": "open"}
_ID = re.compile(r"#?[A-Za-z]{0,5}[-.#]?\d{1,9}(?:\.\d{1,9}){0,5}\.?$")
_SPEAKS = re.compile(
    r"\b(?:progress|to-?dos?|road-?map|tasks|task list|milestones?|backlog|sprint|status|phases?"
    r"|deliverables|(?:action|work) items?|next steps"
    r"|(?:implementation|project|work|action|development|release|migration|refactoring|tests?"
    r"|testing|execution|delivery) plan)\b",
    re.IGNORECASE,
)
_TITLE_SPEAKS = re.compile(r"\bplan\b", re.IGNORECASE)
_UNIT = re.compile(
    r"\W{0,9}(?:(?P<unit>step|phase|milestone|task|stage|part|week|day|sprint|iteration|epic|story"
    r"|item|wave|goal|release)\s{1,3}#?(?:\d|[A-Z]\b)|\d)",
    re.IGNORECASE,
)
"""What makes a heading one of several: a unit of work with its number, or a number."""

_NUMBERED = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,3}[.):]?\s{1,3}")


class Heading(NamedTuple):
    """A heading as the scanner of documents found it; `title` as it is written."""

    level: int
    title: str
    line: int
    start: int
    end: int


@dataclass
class _List:
    """The list that is being read: its open items as (indent, content), and what bears a mark."""

    open: list[tuple[int, int]] = field(default_factory=list)
    doubtful: list[Task] = field(default_factory=list)
    sure: bool = False


@dataclass
class _Table:
    """The table that is being read."""

    column: int
    answers: bool
    rows: list[tuple[str | None, str, int]] = field(default_factory=list)


def read_tasks(visible: Sequence[tuple[int, str]], headings: Sequence[Heading]) -> tuple[Task, ...]:
    """Read the tasks of a document from its lines outside of code, in their order."""
    reader = _Reader(headings)
    for number, line in _outside_comments(visible):
        reader.line(number, line)
        if len(reader.found) >= MAX_TASKS:
            break
    reader.end_list()
    reader.end_table()
    tasks = [*reader.found, *reader.headings()]
    return tuple(sorted(tasks, key=lambda task: task.line)[:MAX_TASKS])


def _outside_comments(visible: Sequence[tuple[int, str]]) -> Iterable[tuple[int, str]]:
    """Take out what stands in a comment that begins inside a line."""
    if not any("<!--" in line for _, line in visible):
        return visible
    return _without_comments(visible)


def _without_comments(visible: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    last = max((number for number, line in visible if "-->" in line), default=-1)
    commented = False
    for number, line in visible:
        if commented:
            commented = "-->" not in line
            continue
        begin = line.rfind("<!--")
        if begin >= 0 and "-->" not in line[begin:] and line.count("`", 0, begin) % 2 == 0:
            commented = last > number
        yield number, line[:begin] if commented else line


class _Reader:
    """Reads line by line; `found` are the tasks that stand below headings."""

    def __init__(self, headings: Sequence[Heading]) -> None:
        self.found: list[Task] = []
        self._headings = headings
        self._by_line = {heading.line: heading for heading in headings}
        self._above: list[tuple[int, bool]] = []
        self._heading: Heading | None = None
        self._status: dict[int, str] = {}
        self._below: dict[int, bool] = {}
        self._list = _List()
        self._table: _Table | None = None
        self._before = (-2, "")
        self._blank = True

    def line(self, number: int, line: str) -> None:
        """Read one line; most of them are prose and only end a list."""
        if (
            line[:1].isalpha()
            and "|" not in line
            and line[0] not in "Ss"
            and (number not in self._by_line)
        ):
            self.end_table()
            if self._blank:
                self.end_list()
            self._before, self._blank = (number, line), False
            return
        if (heading := self._by_line.get(number)) is not None:
            self.end_list()
            self._enter(heading)
            self._blank = True
            return
        if ">" in line[:4] and (quote := _QUOTE.match(line)):
            line = line[quote.end() :]
        if not line or line.isspace():
            self._blank = True
            self.end_table()
            return
        if len(line) <= _MAX_LINE:
            self._text(number, line)
        self._before, self._blank = (number, line), False

    def _text(self, number: int, line: str) -> None:
        if "|" in line and (self._table is not None or set(line) <= _RULE):
            self._row(number, line)
        elif (item := _ITEM.match(line)) is not None:
            self.end_table()
            self._item(number, line, item)
        else:
            self.end_table()
            if self._blank and not line[0].isspace():
                self.end_list()
            self._state_of_heading(line.lstrip())

    # ── lists ──────────────────────────────────────────────────────────────────────────────────

    def _item(self, number: int, line: str, item: re.Match[str]) -> None:
        opened = self._list.open
        indent = len(item[1].expandtabs(4))
        content = indent + len(item[0]) - len(item[1])
        while opened and indent < opened[-1][0] + 2:
            opened.pop()
        if opened and self._blank and indent >= opened[-1][1] + 4:
            return  # code below an item
        level = len(opened)
        opened.append((indent, content))
        text = line[item.end() :]
        box = _BOX.match(text) if text[:1] == "[" else None
        state = BOXES.get(box[1]) if box else None
        if box is not None and state is not None:
            said = text[box.end() :].rstrip()
            if state == "open" and _struck(said):
                state = "dropped"
            self._list.sure = True
            self._add(said, number, level, state)
        elif not self._state_of_heading(text) and (mark := marked(text[:_MAX_LINE])) is not None:
            self._marked(mark, number, level)

    def _marked(self, mark: Marked, number: int, level: int) -> None:
        if not mark.text:
            return
        if mark.sure:
            self._list.sure = True
            self._add(mark.text, number, level, mark.state)
        else:
            self._list.doubtful.append(Task(_clean(mark.text), number, level, mark.state))

    def end_list(self) -> None:
        """Decide about the marks of a list that ended."""
        ended, self._list = self._list, _List()
        if ended.doubtful and (ended.sure or any(speaks for _, speaks in self._above)):
            self.found += [task for task in ended.doubtful if task.text]

    def _add(self, text: str, line: int, level: int, state: str) -> None:
        if said := _clean(text):
            self.found.append(Task(said, line, level, state))

    # ── tables ─────────────────────────────────────────────────────────────────────────────────

    def _row(self, number: int, line: str) -> None:
        if self._table is None:
            if self._before[0] == number - 1 and "-" in line:
                names = [plain(cell).lower() for cell in _cells(self._before[1])]
                column = next((i for i, name in enumerate(names) if name in _COLUMNS), -1)
                answers = column >= 0 and names[column].startswith(("done", "complete"))
                self._table = _Table(column, answers)
            return
        table = self._table
        if table.column < 0 or len(table.rows) >= MAX_TASKS:
            return
        cells = _cells(line)
        if table.column >= len(cells):
            return
        cell = cells[table.column].strip()
        state = value(cell)
        if state is None and table.answers:
            state = _ANSWERS.get(cell.lower())
        if table.column == 0 and cell[:1].isalpha() and len(cell) > 1:
            state = None
        text = _row_text([cell for i, cell in enumerate(cells) if i != table.column])
        if text and (state is not None or not cell.strip("-–— ")):
            table.rows.append((state, text, number))

    def end_table(self) -> None:
        """Take the rows of a table that ended, if any has a state."""
        ended, self._table = self._table, None
        if ended is not None and any(state is not None for state, _, _ in ended.rows):
            for state, text, number in ended.rows:
                self._add(text, number, 0, state or "open")

    # ── headings ───────────────────────────────────────────────────────────────────────────────

    def _enter(self, heading: Heading) -> None:
        self.end_table()
        while self._above and self._above[-1][0] >= heading.level:
            self._above.pop()
        self._below[heading.line] = any(speaks for _, speaks in self._above)
        first = heading is self._headings[0]
        speaks = _SPEAKS.search(heading.title[:300]) is not None or (
            first and _TITLE_SPEAKS.search(heading.title[:300]) is not None
        )
        self._above.append((heading.level, speaks))
        self._heading = heading

    def _state_of_heading(self, text: str) -> bool:
        """Read `Status: …`, which speaks of the heading above; tell whether this is such a line."""
        if text[:6].lstrip("*_")[:3].lower() != "sta" or not (match := _STATUS.match(text)):
            return False
        state = value(match[1])
        if state is not None and self._heading is not None and self._heading.level > 1:
            self._status.setdefault(self._heading.line, state)
        return state is not None

    def headings(self) -> list[Task]:
        """Give the headings that are tasks: marked, and nothing in their sections is one."""
        known = {heading.line: self._mark(heading) for heading in self._headings}
        if not any(known.values()):
            return []
        series = _series(self._headings)
        begun = {
            series[line] for line, mark in known.items() if mark is not None and line in series
        }
        ends, lines = _ends(self._headings), sorted(task.line for task in self.found)
        lines.append(_NEVER)
        found: list[Task] = []
        for heading in reversed(self._headings):
            line, mark = heading.line, known[heading.line]
            if mark is None and series.get(line) in begun:
                mark = Marked("open", heading.title, sure=True)
            nearest = min(lines[bisect_right(lines, line)], found[-1].line if found else _NEVER)
            if mark is not None and nearest >= ends[line] and (text := _clean(mark.text)):
                found.append(Task(text, line, 0, mark.state))
        return found

    def _mark(self, heading: Heading) -> Marked | None:
        title = heading.title[:1000]
        numbered = _NUMBERED.match(title)
        mark = marked(title[numbered.end() :] if numbered else title)
        if mark is not None and not (mark.ahead and mark.state == "doing"):
            text = numbered[0] + mark.text if numbered else mark.text
            if _UNIT.match(text) or (self._below.get(heading.line) and not mark.ahead):
                return mark._replace(text=text)
        state = self._status.get(heading.line)
        return Marked(state, heading.title, sure=True) if state is not None else None


_RULE = frozenset("|:- \t")
_NEVER = 2**31
"""Behind the last line of any file."""


def _struck(text: str) -> bool:
    inner = text.removeprefix("~~").removesuffix("~~")
    return bool(inner) and text == f"~~{inner}~~" and "~~" not in inner


def _clean(text: str) -> str:
    return plain(text.replace("~~", ""), MAX_TEXT)


def _cells(line: str) -> list[str]:
    bare = line.strip().replace("\\|", "\0")
    return [cell.replace("\0", "|") for cell in bare.removeprefix("|").removesuffix("|").split("|")]


def _row_text(cells: list[str]) -> str:
    """Choose what names a row: its first cell with words, or else its number."""
    said = [cell.strip() for cell in cells if cell.strip()]
    return next((cell for cell in said if not _ID.match(plain(cell))), said[0] if said else "")


def _series(headings: Sequence[Heading]) -> Mapping[int, tuple[int, int, str]]:
    """Name the series each numbered heading belongs to: the one above it, its level, its unit."""
    found: dict[int, tuple[int, int, str]] = {}
    above: list[Heading] = []
    for heading in headings:
        while above and above[-1].level >= heading.level:
            above.pop()
        match = _UNIT.match(plain(heading.title.lstrip("".join(SIGNS) + "\ufe0f ")))
        if match:
            parent = above[-1].line if above else -1
            found[heading.line] = (parent, heading.level, (match["unit"] or "").lower())
        above.append(heading)
    return found


def _ends(headings: Sequence[Heading]) -> Mapping[int, int]:
    """Say for each heading where its section ends: the line of the next one of its level."""
    ends: dict[int, int] = {}
    stack: list[Heading] = []
    for heading in headings:
        while stack and stack[-1].level >= heading.level:
            ends[stack.pop().line] = heading.line
        stack.append(heading)
    ends.update((heading.line, _NEVER) for heading in stack)
    return ends
