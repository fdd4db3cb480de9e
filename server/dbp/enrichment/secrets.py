"""The secret scan: every span of a text that may be a secret is cut out before anything is sent.

Unsure means redacted. What is never done: nothing is checked against a service, nothing is logged
or kept, and no value ever stands in a reason. `scan` is pure; a megabyte of any content takes about
a second at most, because every pattern is bounded and every place is looked at a fixed number of
times. Where too much is found, the whole file is withheld.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import NamedTuple

from dbp.enrichment import secret_rules as rules
from dbp.enrichment.clean import for_prompt
from dbp.enrichment.secret_names import TELLING, assignments
from dbp.enrichment.secret_values import (
    WORDY,
    decoded,
    random_hex,
    random_number,
    random_token,
    secret_value,
    stepwise,
    wordiness,
)

VERSION = "1"
"""Grows when the rules change: what was clean under another version is scanned again."""

MANY = 60
"""A file with more findings is a store of secrets: what one rule missed may stand beside them."""

SOME_NAMES, LETTERS_A_NAME = 2000, 80
"""How often a text may speak of passwords and keys: three times what the densest real file does."""

DENSE = 0.3
"""The share of a file's lines with findings above which it is withheld."""


class Found(NamedTuple):
    """A secret: the name of its rule and its span in the cleaned text (`clean.for_prompt`)."""

    rule: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan left. `text` is clean and redacted, with the lines of the text given.

    `found` is in order and free of overlaps. `withhold` says why nothing of the file may be sent,
    None if `text` may; it is a sentence for people and quotes nothing.
    """

    text: str
    found: tuple[Found, ...]
    withhold: str | None


def scan(text: str) -> Scan:
    """Find and cut out what may be a secret. Total: every text has an answer.

    The text is cleaned first, because a letter nobody sees would split a secret; `for_prompt`
    changes nothing in a text it has cleaned, so the spans fit a text that already is.
    """
    text = for_prompt(text)
    lower = _lowered(text)
    limit = SOME_NAMES + len(text) // LETTERS_A_NAME
    names = list(islice(TELLING.finditer(lower), limit))
    if len(names) == limit:
        return Scan("\n" * text.count("\n"), (), "it names passwords and keys too often to check")
    armour = list(_armour(text))
    spans = _merged([*armour, *_all(text, lower, names), *_across_joints(text)])
    why = "it holds a private key" if armour else _too_much(text, spans)
    return Scan(_redacted(text, spans), tuple(spans), why)


def has_private_key(text: str) -> bool:
    """Tell whether a private key in armour stands in a text, whatever its name is."""
    return any(True for _ in _armour(text))


def _lowered(text: str) -> str:
    low = text.lower()
    # One letter grows when it is lowered; every other keeps its place.
    return low if len(low) == len(text) else text.replace("\u0130", "I").lower()


def _all(text: str, lower: str, names: Iterable[re.Match[str]] | None = None) -> Iterator[Found]:
    yield from _tokens(text)
    yield from _addresses(text)
    yield from _headers(text)
    yield from _commands(text, lower)
    for named in assignments(text, lower, names):
        yield Found(*named)
    yield from _random(text)


# ── forms ──────────────────────────────────────────────────────────────────────────────────────


def _armour(text: str) -> Iterator[Found]:
    """Private keys in PEM, OpenPGP, SSH2 or PuTTY armour that have a body, to their last line."""
    if "PRIVATE KEY" not in text and "Private-Lines" not in text:
        return
    ends = [last.span() for last in rules.ARMOUR_END.finditer(text)]
    done = 0
    for pattern in (rules.ARMOUR, rules.PUTTY):
        for begin in pattern.finditer(text):
            if begin.start() < done:
                continue
            body = rules.ARMOUR_BODY.search(text, begin.end(), begin.end() + rules.ARMOUR_REACH)
            nearest = bisect_left(ends, (begin.end(), 0))
            last = ends[nearest] if nearest < len(ends) else None
            if body and (last is None or body.start() < last[0]):
                done = last[1] if last else _body_end(text, body.start())
                yield Found("private-key", begin.start(), done)


_BODY_LINE = re.compile(r"[\s\"'+,\\rnA-Za-z0-9/=]*+")


def _body_end(text: str, at: int) -> int:
    """Where a key without a last line ends: with the last letter its body can have."""
    found = _BODY_LINE.match(text, at)
    return found.end() if found else at


_LONG_WORD = re.compile(r"[A-Za-z0-9_.$~+/=:{}\-]{16,}+|SSWS")


def _tokens(text: str) -> Iterator[Found]:
    # Every token is a long word; what is searched for each literal is a small part of most files.
    long_words = "\n".join(_LONG_WORD.findall(text))
    for probe in [probe for probe in rules.PROBES if probe in long_words]:
        for literal, rule in rules.PROBES[probe]:
            if literal.rstrip() in long_words:
                yield from _at_literal(text, rule, literal)
    for rule in rules.INNER:
        if any(literal in long_words for literal in rule.literals):
            for found in rule.pattern.finditer(text):
                if random_token(found.group(), 16):
                    yield Found(rule.name, *found.span())


def _at_literal(text: str, rule: rules.Rule, literal: str) -> Iterator[Found]:
    at = text.find(literal)
    while at >= 0:
        found = rule.pattern.match(text, at) if _begins(text, at) else None
        if found:
            group = "secret" if "secret" in rule.pattern.groupindex else 0
            value = found[group]
            if not rule.judged or random_hex(value) or wordiness(value) < WORDY:
                yield Found(rule.name, *found.span(group))
        at = text.find(literal, found.end() if found else at + 1)


def _begins(text: str, at: int) -> bool:
    """Tell whether a word begins here; the letter of an escape before it is none."""
    before = text[at - 1 : at]
    return not (before.isascii() and before.isalnum()) or text[at - 2 : at - 1] in {"\\", "%"}


def _addresses(text: str) -> Iterator[Found]:
    at = text.find("://")
    while at >= 0:
        at += 3
        for pattern in rules.URL_PASSWORDS:
            found = pattern.match(text, at)
            if found and secret_value(found["secret"]):
                yield Found("url-password", *found.span("secret"))
                break
        user = rules.URL_USER.match(text, at)
        if user and (random_token(user["secret"], 16) or random_hex(user["secret"])):
            yield Found("url-token", *user.span("secret"))
        at = text.find("://", at)


def _headers(text: str) -> Iterator[Found]:
    for words, pattern, is_secret in (
        (("uthorization",), rules.AUTHORIZATION, _credential),
        (("earer ", "asic ", "EARER ", "ASIC "), rules.SCHEMES, _credential),
        (("auth", "Auth", "login", "redential"), rules.LOGIN, secret_value),
    ):
        for word in words:
            at = text.find(word)
            while at >= 0:
                found = pattern.match(text, at)
                if found and is_secret(found["secret"]):
                    yield Found("authorization", *found.span("secret"))
                at = text.find(word, at + len(word))


def _credential(value: str) -> bool:
    said = decoded(value) if ":" not in value else None
    if said and ":" in said:
        return secret_value(said.partition(":")[2])
    mixed = not value.islower() and not value.isupper() and _DIGIT.search(value) is not None
    return secret_value(value, weak=wordiness(value) > WORDY and not mixed)


def _commands(text: str, lower: str) -> Iterator[Found]:
    done = -1
    for word in rules.COMMAND_WORDS:
        at = lower.find(word)
        while at >= 0:
            start = lower.rfind("\n", max(0, at - 300), at) + 1
            end = lower.find("\n", at, at + 600)
            end = len(text) if end < 0 else end
            if start != done:
                for pattern in rules.COMMANDS:
                    for found in pattern.finditer(text, start, min(end, start + 500)):
                        if secret_value(found["secret"]):
                            yield Found("command-password", *found.span("secret"))
            done = start
            at = lower.find(word, max(end, at + 1))


# ── letters without a name ─────────────────────────────────────────────────────────────────────

_TOKEN = re.compile(r"[A-Za-z0-9+/=_\-]{16,}+")
_HEX = re.compile(r"(?:0[xX])?[0-9a-fA-F]+(?:[_\-][0-9a-fA-F]+)*")
_ACCOUNT = re.compile(r"(?:SK|AC)[0-9a-f]{32}")
_NUMBER_IS_PUBLIC = re.compile(
    r"sha\d|sha-|md5|hash|digest|checksum|commit|revision|\brev\b|etag|crc|fingerprint|uuid|guid"
    r"|\bgit\b|public",
    re.IGNORECASE,
)
_TOKEN_IS_PUBLIC = re.compile(
    r"sha\d{1,3}[-:]|integrity|checksum|digest|ssh-|ecdsa-|h1:|data:\w{1,20}/[^\n]{1,40};base64,",
    re.IGNORECASE,
)
_HEX_PART = re.compile(r"(?<=/)[0-9a-f]+(?=/|\Z)")
_CHANGE_ID = re.compile(r"I[0-9a-f]{40}")
_PUBLIC_STARTS = ("AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2Vj", "sha256-", "sha384-", "sha512-")


def _random(text: str) -> Iterator[Found]:
    """Random letters of the hexadecimal and base64 alphabets, and base64 of what holds a secret."""
    public: list[tuple[int, int]] | None = None
    for found in _TOKEN.finditer(text):
        token = found.group()
        rule = _unnamed(token)
        if rule is None or _is_public(text, found.start(), token, rule):
            continue
        if public is None:
            public = [block.span() for block in _public(text)]
        if not any(start <= found.start() < end for start, end in public):
            yield Found(rule, *found.span())


def _public(text: str) -> Iterator[re.Match[str]]:
    return rules.PUBLIC_BLOCK.finditer(text) if "-----BEGIN" in text else iter(())


_DIGIT = re.compile(r"[0-9]")


def _unnamed(token: str) -> str | None:
    if (token.islower() or token.isupper() or "_" in token) and not _DIGIT.search(token):
        return None
    if _ACCOUNT.fullmatch(token):
        return "twilio"
    if _HEX.fullmatch(token):
        longest = max(token.removeprefix("0x").replace("_", "-").split("-"), key=len)
        return "hex" if random_number(longest) else None
    if random_token(token):
        return "entropy"
    said = decoded(token) if any(map(str.isupper, token)) and not stepwise(token) else None
    if said and _tells(said):
        return "base64"
    return None


def _tells(said: str) -> bool:
    """Tell whether decoded text holds a secret: a login, or something with a telling name."""
    user, colon, password = said.strip().partition(":")
    if colon and user and not re.search(r"\s", user + password):
        return secret_value(password)
    return any(True for _ in assignments(said, _lowered(said)))


def _is_public(text: str, at: int, token: str, rule: str) -> bool:
    """Tell checksums, revisions and public keys by how they begin or what stands before them."""
    if token.startswith(_PUBLIC_STARTS) or _CHANGE_ID.fullmatch(token):
        return True
    start = max(text.rfind("\n", max(0, at - 80), at) + 1, at - 80)
    if "/" in token and "://" in text[start:at]:
        # A number in the path of an address names a content; letters can be the right to read it.
        return not any(map(random_token, _HEX_PART.sub("", token).split("/")))
    words = _NUMBER_IS_PUBLIC if rule == "hex" else _TOKEN_IS_PUBLIC
    return words.search(text, start, at) is not None


# ── secrets cut in pieces ──────────────────────────────────────────────────────────────────────

_JOINT = re.compile(
    r"""["'`](?=[ \t\n+.&<~|\\bBrRuUfF"'`])(?<![\\"'`].)
    [ \t]{0,8}(?:\+|\.{1,2}|&|<>|~|\|\|)?[ \t]{0,8}(?:\\?\n[ \t]{0,80}
    (?:\+|\.{1,2}|&|<>|~|\|\|)?[ \t]{0,8})?[bBrRuUfF]?["'`](?!["'`])|\\\n[ \t]{0,80}""",
    re.VERBOSE,
)


def _across_joints(text: str) -> Iterator[Found]:
    """Find what is a secret only when literals that are put together are read as one.

    Lines with joints are read again with the joints taken out; what is found over one is given
    back in its pieces.
    """
    kept = _around_joints(text)
    joined = "".join(text[start:end] for start, end in kept)
    begins = [0, *accumulate(end - start for start, end in kept)]
    for rule, start, end in _all(joined, _lowered(joined)) if kept else ():
        first, last = bisect_right(begins, start) - 1, bisect_left(begins, end) - 1
        for piece in range(first, last + 1) if last > first else ():
            shift = kept[piece][0] - begins[piece]
            low, high = max(start, begins[piece]), min(end, begins[piece + 1])
            if low < high:
                yield Found(rule, low + shift, high + shift)


def _around_joints(text: str) -> list[tuple[int, int]]:
    """Give the spans of the lines with joints in them, without the joints."""
    kept: list[tuple[int, int]] = []
    start = line_end = 0
    for joint in _JOINT.finditer(text):
        if joint.start() >= line_end:
            if kept:
                kept.append((start, line_end))
            start = max(text.rfind("\n", line_end, joint.start()) + 1, line_end)
        kept.append((start, joint.start()))
        start = joint.end()
        if start > line_end:
            line_end = text.find("\n", start) + 1 or len(text)
    return [*kept, (start, line_end)] if kept else []


# ── what becomes of it ─────────────────────────────────────────────────────────────────────────


def _merged(spans: Iterable[Found]) -> list[Found]:
    """Put spans in order; of those that overlap the earliest gives the name."""
    merged: list[Found] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Found(last.rule, last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged


def _redacted(text: str, spans: Iterable[Found]) -> str:
    parts, at = [], 0
    for rule, start, end in spans:
        parts += [text[at:start], f"[redacted:{rule}]", "\n" * text.count("\n", start, end)]
        at = end
    return "".join([*parts, text[at:]])


_SETTING = re.compile(r"^(?:export +)?[A-Za-z_][\w.\-]*=", re.MULTILINE)


def _too_much(text: str, spans: list[Found]) -> str | None:
    if len(spans) > MANY:
        return f"it holds too many secrets ({len(spans)})"
    if len(spans) < 2:  # noqa: PLR2004 - one is no habit
        return None
    hit = len({text.count("\n", 0, span.start) for span in spans})
    lines = sum(
        1 for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")
    )
    settings = len(_SETTING.findall(text))
    # Few lines need more of them to be a habit; a list of settings needs less.
    if hit >= 2 and lines and settings >= 0.8 * lines:  # noqa: PLR2004
        return "it is a list of settings with secrets"
    if hit >= 5 and hit >= DENSE * lines:  # noqa: PLR2004
        return f"{hit} of its {lines} lines hold secrets"
    return None
