"""The styles of doc comments: tags at a line's start, and sections with lists below them.

One pass over the lines. A line opens a tag or a section, belongs to the section's list, or goes on
with the words before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from dbp.extract.doctags import OTHER, PARAMETER, RAISES, RETURNS, Tag, names_of, read_tag, read_xml
from dbp.extract.prose import one_line
from dbp.model import DocItem

MAX_ITEMS = 100
MAX_TEXT = 300
"""A parameter's words; what is longer is an essay and is read in the file."""

_WORTH_IT = re.compile(
    r"""^[ \t]*+(?:[@\\][A-Za-z.]|:[a-z]++[ \t:]|[A-Z][A-Za-z ]{2,24}+:
    |[A-Z][A-Za-z ]{2,24}+[ \t]*+\n[ \t]*+---|\#++[ ][A-Z]|[-*+][ ](?:Parameter|Returns|Throws)
    |<(?:param|returns|exception|summary)\b)""",
    re.VERBOSE | re.MULTILINE,
)
"""Most doc comments have none of this and need no second look."""

_SECTIONS = {
    **dict.fromkeys(
        ("args", "arguments", "parameters", "params", "other parameters", "other arguments"),
        PARAMETER,
    ),
    **dict.fromkeys(("keyword args", "keyword arguments", "parameter"), PARAMETER),
    **dict.fromkeys(("returns", "return", "yields", "yield", "return value"), RETURNS),
    **dict.fromkeys(("raises", "raise", "throws", "errors", "panics", "exceptions"), RAISES),
}
_HEADING = re.compile(r"(?:#{1,6}+[ \t]++)?([A-Z][A-Za-z ]{2,24}+)(:?)$")
_INLINE = re.compile(r"(Returns?|Return value|Yields?):[ \t]++(?=\S)")
_SWIFT = re.compile(r"[-*+][ \t]++(Parameters?|Returns|Throws)\b[ \t]*+([^:\n]{0,100}+):[ \t]*+")
_ITEM = re.compile(
    r"""(?:(?P<bullet>[-*+])[ \t]++)?
    (?P<names>`?(?:\\?\*){0,2}[A-Za-z_$][\w$]*+`?(?:,[ ]?`?(?:\\?\*){0,2}[A-Za-z_$][\w$]*+`?){0,9}+)
    (?:[ ]?\((?P<type>[^()\n]{0,200}+(?:\([^()\n]{0,200}+\)[^()\n]{0,200}+){0,5}+)\))?
    (?:[ \t]*+(?P<mark>:(?!:)|--|-(?=\s)|–|—)[ \t]*+)?""",
    re.VERBOSE,
)
_NUMPY = re.compile(
    r"(?:\\?\*){0,2}[A-Za-z_]\w*+(?:,[ ]*(?:\\?\*){0,2}[A-Za-z_]\w*+){0,9}+(?=[ ]*:|$)"
)
_ERROR = re.compile(
    r"(?:[`~]|:[a-z]++:)*+([A-Za-z_][\w.]*+)`?(?::(?=\s|$)|[ \t]++--?(?=[ \t])|$)[ \t]*+"
)
_KERNEL_TITLE = re.compile(
    r"""(?:(?:function|struct|union|enum|typedef|macro)[ \t]++)?[A-Za-z_][\w.]*+
    [ \t]*+(?:\([^()\n]{0,200}+\))?[ \t]*+(?:[-–:]|$)""",
    re.VERBOSE,
)


class Found(NamedTuple):
    """What the styles say. `described` are the lines that the summary is in, None for all."""

    parameters: tuple[DocItem, ...] = ()
    returns: str | None = None
    raises: tuple[DocItem, ...] = ()
    described: list[str] | None = None


NOTHING = Found()


def read_styles(lines: list[str]) -> Found:
    """Read the lines of a doc comment; `NOTHING` when they follow no style."""
    text = "\n".join(lines)
    if not _WORTH_IT.search(text):
        return NOTHING
    reader = _Reader(lines)
    reader.read()
    if "<" in text and "</" in text:
        tags, summary = read_xml(text)
        for tag in tags:
            reader.open_tag(tag)
        reader.close()
        if summary is not None:
            reader.described = summary.split("\n")
    return reader.found()


@dataclass
class _Reader:
    """The state of one pass."""

    lines: list[str]
    parameters: list[DocItem] = field(default_factory=list)
    raises: list[DocItem] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)
    described: list[str] | None = None
    kind: str = ""
    names: tuple[str, ...] = ()
    text: list[str] = field(default_factory=list)
    section: str = ""
    style: str = ""
    indent: int = 0
    item_indent: int = -1
    kernel: bool = False
    fenced: bool = False

    def read(self) -> None:
        """Look at every line once."""
        first = next((line.strip() for line in self.lines if line.strip()), "")
        self.kernel = bool(_KERNEL_TITLE.match(first[:400])) and first[:1] not in "@\\:"
        for number, raw in enumerate(self.lines):
            line = raw.strip()
            if line.startswith("```"):
                self.fenced = not self.fenced
            if not line:
                self._blank()
            elif self.fenced or not self._opens(number, raw, line):
                self._goes_on(raw, line)
        self.close()

    def found(self) -> Found:
        """Give what was read, bounded."""
        returns = one_line(" ".join(self.returns), MAX_TEXT) or None
        if not self.parameters and not self.raises and returns is None and self.described is None:
            return NOTHING
        return Found(
            tuple(self.parameters[:MAX_ITEMS]),
            returns,
            tuple(self.raises[:MAX_ITEMS]),
            self.described,
        )

    # ── lines ──

    def _blank(self) -> None:
        if not self.section:
            self.close()

    def _opens(self, number: int, raw: str, line: str) -> bool:
        """Tell whether a line opens a tag or a section, and open it."""
        letter = line[0]
        if letter in "@\\:":
            tag = read_tag(line, kernel=self.kernel)
            if tag is not None:
                if self.kernel and tag.kind == PARAMETER and self.described is None:
                    self._describe_kernel(number)
                self.open_tag(tag)
                return True
        elif letter in "-*+" and (match := _SWIFT.match(line)):
            self._swift(number, match[1], match[2].strip(), line[match.end() :])
            return True
        elif letter.isupper() or letter == "#":
            return self._heading(number, raw, line)
        return False

    def open_tag(self, tag: Tag) -> None:
        """Begin what a tag speaks of."""
        self.close()
        self.section = ""
        self.kind, self.names = tag.kind, tag.names
        self.text = [tag.text.strip().lstrip("-–:").lstrip()]

    def _swift(self, number: int, word: str, name: str, text: str) -> None:
        self._describe(number)
        self.close()
        self.section = ""
        if word == "Parameters":
            self.section, self.style, self.item_indent = PARAMETER, "swift", -1
            return
        self.kind = {"Returns": RETURNS, "Throws": RAISES}.get(word, PARAMETER)
        self.names = names_of([name]) if self.kind == PARAMETER else ("",)
        self.text = [text]

    def _heading(self, number: int, raw: str, line: str) -> bool:
        match = _HEADING.match(line) if len(line) < 40 else None  # noqa: PLR2004 - a heading is short
        if match is None:
            inline = _INLINE.match(line)
            if inline is None:
                return False
            if any(map(str.strip, self.lines[:number])):
                self._describe(number)
            self.close()
            self.section, self.kind, self.text = "", RETURNS, [line[inline.end() :]]
            return True
        kind = _SECTIONS.get(match[1].lower(), OTHER)
        below = self.lines[number + 1].strip() if number + 1 < len(self.lines) else ""
        underlined = len(below) > 2 and not below.strip("-=~")  # noqa: PLR2004 - a line, no dash
        marked = line[0] == "#"
        if not (match[2] or underlined or marked) or (kind == OTHER and not self.section):
            return False
        indent = len(raw) - len(raw.lstrip())
        if kind == OTHER and not (underlined or marked) and indent > self.indent:
            return False
        self._describe(number)
        self.close()
        self.section, self.indent, self.item_indent = kind, indent, -1
        self.style = "numpy" if underlined else "rust" if marked else "google"
        if kind == RAISES and match[1] in ("Errors", "Panics"):
            self.kind, self.names, self.text = RAISES, (match[1],), []
            self.style = "prose"
        elif kind == RETURNS:
            self.kind, self.text, self.style = RETURNS, [], "prose"
            self.item_indent = indent if not (underlined or marked) else -1
        return True

    def _goes_on(self, raw: str, line: str) -> None:
        """Add a line to what is open, or begin the next item of a section's list."""
        if not self.section:
            if self.kind:
                self.text.append(line)
            return
        indent = len(raw) - len(raw.lstrip())
        if self.section == OTHER or not line.strip("-=~"):
            return
        if self.style == "prose":
            if indent > self.item_indent:
                self.text.append(line)
            else:
                self.close()
                self.section = ""
        elif self.style == "numpy":
            self._numpy(indent, line)
        else:
            self._listed(indent, line)

    def _numpy(self, indent: int, line: str) -> None:
        if indent > self.indent:
            self.text.append(line)
            return
        self.close()
        if self.section == PARAMETER:
            match = _NUMPY.match(line)
            self.kind, self.names = PARAMETER, names_of(match[0].split(",")) if match else ()
            self.text = []
        else:
            match = _ERROR.match(line)
            self.kind, self.names, self.text = RAISES, (match[1] if match else line[:100],), []

    def _listed(self, indent: int, line: str) -> None:
        """Read a list below a heading: items share one indent, deeper lines go on."""
        if indent < self.indent or (indent == self.indent and self.style == "google"):
            match = _ITEM.match(line)
            if self.style != "google" or not match or match["mark"] != "--":  # PEP 257's own style
                self.close()
                self.section = ""
                return
        if self.item_indent >= 0 and indent > self.item_indent:
            self.text.append(line)
            return
        if self.section == RAISES:
            self._raised(indent, line)
            return
        match = _ITEM.match(line)
        good = match is not None and (match["mark"] or (match["type"] and match.end() == len(line)))
        if match and self.style in ("rust", "swift"):
            good = bool(match["bullet"] and (match["mark"] or match["names"][0] == "`"))
        if not match or not good:
            if self.style == "google" or not self.kind:
                self.close()
            else:
                self.text.append(line)
            return
        self.close()
        self.item_indent = indent
        self.kind, self.names = PARAMETER, names_of(match["names"].split(","))
        self.text = [line[match.end() :]]

    def _raised(self, indent: int, line: str) -> None:
        bare = line.lstrip("-*+ \t")
        match = _ERROR.match(bare)
        if match is None:
            self.text.append(line)
            return
        self.close()
        self.item_indent = indent
        self.kind, self.names, self.text = RAISES, (match[1],), [bare[match.end() :]]

    # ── items ──

    def _describe(self, number: int) -> None:
        """What stands above the first section is what the summary is taken from."""
        if self.described is None:
            self.described = self.lines[:number]

    def _describe_kernel(self, number: int) -> None:
        """Take the words behind `name() -`; where there are none, what follows the parameters."""
        above = [line.strip() for line in self.lines[:number]]
        first = next((index for index, line in enumerate(above) if line), 0)
        title = _KERNEL_TITLE.match(above[first]) if above else None
        if title is None:
            return
        above[first] = above[first][title.end() :].strip()
        if not any(above):
            blank = (at for at in range(number, len(self.lines)) if not self.lines[at].strip())
            above = self.lines[next(blank, len(self.lines)) :]
        self.described = above

    def close(self) -> None:
        """Keep what was open."""
        kind, text = self.kind, self.text
        self.kind, self.text = "", []
        names, self.names = self.names, ()
        if kind == RETURNS:
            self.returns += text
        elif kind in (PARAMETER, RAISES) and names:
            said = one_line(" ".join(text), MAX_TEXT)
            into = self.parameters if kind == PARAMETER else self.raises
            if len(into) < MAX_ITEMS:
                into += [DocItem(name.strip("`~")[:200], said) for name in names]
