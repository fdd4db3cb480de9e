# ruff: noqa: E501 - an expression of words reads best in long lines
"""Telling words from noise: paragraphs, licences, separators, commented-out code. Linear time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

MAX_SUMMARY = 300
MAX_INTENT = 2000
"""A paragraph longer than this is no statement of intent; its beginning will do."""

_LICENCE = re.compile(
    r"""licen[cs]ed\ (under|to|with|from)|(provided|distributed|released|available)\ under\ (a|the|mit|bsd|apache|gpl)\b|permission\ (is\ hereby|to\ use)|above\ copyright\ notice
    |gnu\ (lesser\ |library\ |affero\ )?general\ public|free\ software|without\ (any\ )?warrant
    |redistributions?\ (and|of|in)|provided\ ["']?as\ is|neither\ the\ name|all\ rights\ reserved
    |apache\.org/licenses|unless\ required\ by\ applicable|following\ conditions|in\ no\ event\ shall
    |spdx-|terms\ of\ the|governed\ by\ a\ (bsd|mit)|mozilla\ public|licen[cs]e\ (file|v\d|agreement|start|header|block)
    |the\ software\ is\ provided|see\ (the\ )?(file\ )?(licen[cs]e|copying)|subject\ to\ the
    |original\ (licen[cs]e\ )?headers|dual[- ]licen[cs]|contributors\ are\ listed|^or,?\ alternatively\W*$""",
    re.VERBOSE | re.IGNORECASE,
)
_CREDIT = re.compile(
    r"""\W*(copyright\b|\(c\)|©|spdx-|((original|current|previous|former)\ )?authors?\b\s*[:(]
    |(last|latest)\ (change|update|modified|revision)|(created|date|filenames?|file\ ?name|version|url|home\ ?page|web\ ?site|email|license|licence
    |credits|contributors?|tags|locale|keywords|requires)\s*:|this\ (file|program|library|header|module|code|package|software)\ is\ part\ of\ [^.]{1,60}\.?\s*$
    |maintain(er|ed)|(written|created|rewritten|developed)\s+by
    |dbp:[ \t]{0,9}ignore(-file)?[ \t]{0,9}(\[|$)
    |@(author|copyright|license|licence|preserve|version|since|date|noflow|flow|format|ts-)|\$(id|revision)
    |(?-i:eslint|jshint|jslint|prettier|stylelint|globals?|istanbul|pylint|flake8|mypy|ruff|isort|pyright|type|noqa
    |yapf|fmt|nosec|noinspection|clang-format|rubocop|frozen_string_literal|yaml-language-server|vim?|ex|emacs
    |nolint|checkstyle|source[mM]apping(?:url|URL)|pylama|syntax(?==)|escape(?==))\b([\s:=-]|$)
    |(?-i:\d{4}(\s?[-–,]\s?\d{4})*,?\s+(by\s+)?[A-Z][\w.]+(\s[A-Z][\w.]+){1,3}\W*$)|-\*-|https?://\S+\s*$|[^<>]{0,60}<?\S+@\S+\.\w+>?\W*$|[-+*]?\s*\d{4}\b.{0,60}<\S+@)""",
    re.VERBOSE | re.IGNORECASE,
)  # fmt: skip
_NO_INTENT = re.compile(
    r"""\W*(this\ (code|file|driver|program|module|script|is|was)\ ((is|was)\ )?|moved\ (here\ )?)?
    ((loosely|heavily|partly|mostly|originally|initially)\ )?(based|derived|adapted|copied|ported|taken|stolen
    |borrowed|modified|converted|inspired)\ (up)?(on|from|by)\b|(notes?|todo|fixme|xxx|history|change\ ?log|changes|usage|examples?
    |see\ also|contact(\ info(rmation)?)?|thanks|credits|bugs|revisions?|warnings?|disclaimer|contributors|acknowledge?ments)\s*(:|$)
    |(some\ )?(parts?|portions?)\ (of\ )?.{0,60}(copyright|\(c\)|taken|based|derived)""",
    re.VERBOSE | re.IGNORECASE,
)  # fmt: skip
"""How a paragraph begins that speaks of where a file comes from, or of something beside its point."""

_WRITTEN_BY = re.compile(
    r"\W*(written|created|rewritten|developed|ported|authored?)\b.{0,20}\bby\b", re.IGNORECASE
)
_AUTHORS = re.compile(r"\W*authors?\s*:|\W*contributors\s*:", re.IGNORECASE)
_PERSON = re.compile(r"\W*[A-Z][\w.-]*(\s+[A-Z(<][^\s]*){1,4}\W*$")
_CODE = re.compile(
    r"""[;{}]\s*$|^(import|from|include|return|def|class|if|for|while|var|let|const|export|elif|else:?)\b.{0,200}[(:=;]
    |^\#?\s*(include|define|ifdef|endif)\b|^[\w.$\[\]]+\s*[-+|]?=\s*\S|^[\w.>-]+\([^)]{0,200}\)\s*;?$|^</?\w""",
    re.VERBOSE,
)  # fmt: skip
_TAG = re.compile(
    r"^(?:[@\\](?:fileoverview|file|overview|brief|description|desc|summary|doc|notice)\b[ \t]*"
    r"|(?:description|synopsis|purpose|summary)[ \t]{0,20}:(?:[ \t]+|$))",
    re.IGNORECASE,
)
_NAME_TAG = re.compile(r"^[@\\](module|page|packageDocumentation|mainpage|title)\b[ \t]*\S*[ \t]*")
_ANY_TAG = re.compile(r"^[@\\:][a-zA-Z]{2,}")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")
_SENTENCE = re.compile(r"[.!?。](?=\s|$)")
_UNSPACED = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
"""Letters of languages that write a sentence without spaces."""

_WORD = re.compile(r"[^\W\d_]{2}")


def paragraphs(lines: Iterable[str]) -> list[list[str]]:
    """Group lines into paragraphs; blank lines and lines without letter or digit part them."""
    out: list[list[str]] = [[]]
    for line in lines:
        if is_separator(line):
            if out[-1]:
                out.append([])
        else:
            out[-1].append(line.strip())
    return out if out[-1] else out[:-1]


def is_separator(line: str) -> bool:
    """Tell whether a line says nothing: blank, `----`, `====`, a lone tag such as `<code>`."""
    stripped = line.strip()
    if not any(map(str.isalnum, stripped)):
        return True
    return len(stripped) < 16 and stripped[0] == "<" and bool(_MARKUP.fullmatch(stripped))  # noqa: PLR2004 - a tag


def intent_of(lines: Sequence[str], name: str = "", *, code_possible: bool = True) -> str | None:
    """Find the first paragraph that says what a file is for, as one line.

    Licences, credits and tool directives say nothing about the file; a line that repeats the file's
    `name` is cut off. With `code_possible`, commented-out code is skipped. A lone word names a thing
    and does not say what it is for: it is taken when nothing better follows.
    """
    name_only: str | None = None
    for paragraph in paragraphs(lines):
        text = _said(paragraph, name, code_possible=code_possible)
        if text is None:
            continue
        if " " in text.strip() or _UNSPACED.search(text):
            return one_line(text, MAX_INTENT)
        name_only = name_only or text
    return one_line(name_only, MAX_INTENT) if name_only else None


def _said(paragraph: Sequence[str], name: str, *, code_possible: bool) -> str | None:
    """Take the words out of a paragraph; None when it has none for us."""
    if _LICENCE.search(" ".join(paragraph)[:4000]):
        return None
    said = _words_of(_without_people(paragraph), name)
    text = _without_name(" ".join(said).partition("-*-")[0].rstrip(), name)
    if not _WORD.search(text) or _NO_INTENT.match(text[:200]):
        return None
    if code_possible and 2 * sum(bool(_CODE.search(line[:500])) for line in said) >= len(said):
        return None
    return text


def _without_people(paragraph: Sequence[str]) -> Iterator[str]:
    """Leave out who wrote it: names below `Authors:`, the address behind `Written by`."""
    listed = said = False
    for line in paragraph:
        listed = listed or bool(_AUTHORS.match(line))
        if not said and _WRITTEN_BY.match(line):
            return
        if said or not (listed and _PERSON.match(line)):
            said = said or not _CREDIT.match(line)
            yield line


def _words_of(lines: Iterable[str], name: str) -> list[str]:
    """Gather the lines that speak of the file: up to a tag, without credits."""
    said: list[str] = []
    for line in lines:
        if tag := _TAG.match(line):
            said = [line[tag.end() :]] if line[tag.end() :] != name else []
        elif tag := _NAME_TAG.match(line):
            if said:
                break
            said = [line[tag.end() :]] if line[tag.end() :] else []
        elif _CREDIT.match(line) and not (said and _ANY_TAG.match(line)):
            continue
        elif _ANY_TAG.match(line):
            break
        else:
            said.append(line)
    return said


def _without_name(text: str, name: str) -> str:
    """Cut `kernel/fork.c - ` off a paragraph that begins with the file's own name."""
    head, _, tail = text.partition(" ")
    if head.lower() in ("file", "filename") and tail:
        text = tail
    first, _, rest = text.partition(" ")
    bare = first.rstrip(":,-")
    if not name or not (bare == name or bare.endswith("/" + name)):
        return text if first != tail.partition(" ")[0] else f"{head} {tail}"
    if bare == first and (rest[:1].islower() or ("." not in name and rest[:1].isalnum())):
        return text  # `Makefile for the driver`
    return rest.lstrip("-:–—= ")


def is_beside(text: str) -> bool:
    """Tell whether a paragraph gives credit, or says where a text comes from."""
    return bool(_CREDIT.match(text[:500]) or _NO_INTENT.match(text[:500]))


def one_line(text: str, limit: int) -> str:
    """Join to one line and cut at a word when it is longer than `limit`."""
    joined = " ".join(text.split())
    if len(joined) <= limit:
        return joined
    return joined[: limit - 1].rsplit(" ", 1)[0] + "…"


def summary_of(lines: Iterable[str]) -> str | None:
    """Take the first sentence of a doc comment, one line, at most `MAX_SUMMARY` characters."""
    said: list[str] = []
    length = 0
    for raw in lines:
        line = raw.strip()
        if tag := _TAG.match(line):
            line = line[tag.end() :]
        elif _ANY_TAG.match(line):
            break
        if is_separator(line):
            if said:
                break
            continue
        said.append(line)
        length += len(line)
        if length > 2 * MAX_SUMMARY:
            break
    text = _MARKUP.sub("", " ".join(said))
    end = _SENTENCE.search(text)
    text = one_line(text[: end.end()] if end else text, MAX_SUMMARY)
    return text if _WORD.search(text) else None
