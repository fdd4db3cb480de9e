"""Addresses of repositories: one form for each, and nothing dangerous gets through."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, strategies as st

from dbp.errors import RequestError
from dbp.repository import job_arguments, parse, parse_commit, permit

ON = SimpleNamespace(enabled=True, allow_local=True)
OFF = SimpleNamespace(enabled=False, allow_local=False)


@pytest.mark.parametrize(
    "text",
    [
        *("https://github.com/o/r", "https://github.com/o/r/", "https://github.com/o/r.git"),
        *("https://GitHub.com:443/O/R.git/", "git@github.com:o/r.git", "ssh://git@github.com/o/r"),
        *("github.com:o/r", "git+ssh://git@github.com:22/o/r.git", "https://user@github.com/o/r"),
    ],
)
def test_every_spelling_of_a_repository_has_one_key(text: str) -> None:
    """Row G27."""
    found = parse(text)
    assert found.key == "github.com/o/r"
    assert (found.owner.lower(), found.name.lower()) == ("o", "r")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/o/r", "https://example.org/O/r"),
        ("https://example.org/o/r", "https://example.org:8443/o/r"),
        ("https://example.org/o/b--c", "https://example.org/o/b/c"),
        ("file:///a/r", "https://a/r"),
    ],
)
def test_other_repositories_have_other_keys(one: str, other: str) -> None:
    assert parse(one).key != parse(other).key


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://ann:s3cret@example.org/o/r.git", "https://example.org/o/r.git"),
        ("https://ghp_s3cret@example.org/o/r", "https://example.org/o/r"),
        ("https://x-token:s3cret@EXAMPLE.org:443/o/r", "https://example.org/o/r"),
        ("ssh://git:s3cret@example.org:2222/o/r", "ssh://git@example.org:2222/o/r"),
        ("git@example.org:o/r.git", "git@example.org:o/r.git"),
        ("example.org:/srv/r.git", "example.org:/srv/r.git"),
        ("file:///srv/r.git", "file:///srv/r.git"),
        ("http://127.0.0.1:8080/r", "http://127.0.0.1:8080/r"),
        ("https://[2001:db8::1]:8443/r", "https://[2001:db8::1]:8443/r"),
    ],
)
def test_credentials_are_dropped_and_nothing_else(text: str, url: str) -> None:
    """Row Z8."""
    assert parse(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        *("--upload-pack=touch x", "-oProxyCommand=x", "-u", "ext::sh -c x", "fd::17", "ext::x"),
        *("https://-oProxyCommand=x/o/r", "ssh://-oProxyCommand=x/o/r", "-x@example.org:o/r"),
        *("git@-oProxyCommand=x:o/r", "git@example.org:-o/r", "https://example.org/-o/r"),
        *("https://example.org/o/../r", "https://example.org/o/%2e%2e/r", "https://example.org/"),
        *("https://example.org", "https://", "https:///o/r", "https://example.org//o"),
        *("https://example.org/o/r?x=1", "https://example.org/o/r#x", "https://example.org/o\\r"),
        *("https://example.org/o\nr", "https://example.org/o\0r", "https://example.org/%0ahost=x"),
        *("https://example.org/o%00r", "https://exämple.org/o/r", "https://example.org/ö"),
        *("ftp://example.org/r", "javascript://example.org/r", "git://example.org/o/r", "o/r"),
        *(
            "http://example.org/o/r",
            "https://2130706433/r",
            "https://0x7f000001/r",
            "https://127.1/r",
        ),
        *("https://0177.0.0.1/r", "https://169.254.169.254/latest", "https://[fe80::1]/r"),
        *("https://[::ffff:169.254.169.254]/r", "https://0.0.0.0/r", "https://224.0.0.1/r"),
        *("https://example.org:0/r", "https://example.org:99999/r", "https://example.org:x/r"),
        *("file://host/srv/r", "file:///srv/../etc", "/srv/r.git", "C:\\r", "", "x" * 2000),
        *("https://a b/r", "https://example.org /r", " https://example.org/r", "https://[::1/r"),
        *("https://[127.0.0.1]/r", "https://[::1]x/r", "https://[]/r", "https://[v1.x]/r"),
    ],
)
def test_what_is_no_plain_address_is_refused_and_not_repeated(text: str) -> None:
    """Rows Z9 and B68: options, programs, disguises, ways out, other protocols."""
    with pytest.raises(RequestError) as caught:
        parse(text)
    assert caught.value.code == "bad_params"
    assert len(text) < 9 or text not in str(caught.value)


@given(st.text(max_size=60).map(lambda text: f"https://secret:{text}@"))
def test_no_refusal_shows_a_credential(text: str) -> None:
    for address in (text, text + "example.org", text + "example.org/a b"):
        try:
            found = str(parse(address))
        except RequestError as error:
            found = str(error)
        assert "secret" not in found


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except RequestError:
        return
    assert parse(found.url) == found
    assert not found.url.startswith("-")


@pytest.mark.parametrize(
    "text", ["", "main", "feature/x-1", "v1.0.0", "a" * 40, "release_2", "1.x"]
)
def test_names_of_commits_are_kept(text: str) -> None:
    assert parse_commit(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("-x", "--upload-pack=x", "a..b", "a b", "a\n", "HEAD^", "HEAD~1", "a:b", "+main", "@{1}"),
        *(
            "*",
            "a//b",
            "/a",
            "a/",
            "a.lock",
            "a.lock/b",
            "a/.b",
            "ä",
            "x" * 300,
            "a\\b",
            "?",
            "[a]",
        ),
    ],
)
def test_what_names_no_commit_is_refused(text: str) -> None:
    """Row Z9."""
    with pytest.raises(RequestError):
        parse_commit(text)


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("https://example.org/o/r", "clone.enabled"),
        ("git@example.org:o/r", "clone.enabled"),
        ("file:///srv/r", "clone.allow_local"),
        ("http://localhost:1/r", "clone.allow_local"),
        ("https://127.0.0.1/r", "clone.allow_local"),
        ("https://[::1]/r", "clone.allow_local"),
        ("ssh://git@db.localhost/r", "clone.allow_local"),
    ],
)
def test_nothing_is_fetched_unless_the_user_allows_it(text: str, setting: str) -> None:
    with pytest.raises(RequestError, match=setting) as caught:
        permit(parse(text), OFF)
    assert caught.value.code == "disabled"
    permit(parse(text), ON)


def test_a_job_keeps_only_what_is_harmless() -> None:
    given = {"url": "https://ann:pw@example.org/o/r", "commit": "main", "more": "--x", "type": "y"}
    assert job_arguments(given, ON) == {"url": "https://example.org/o/r", "commit": "main"}
    assert job_arguments({"more": 1}, OFF) == {}
    for bad in ({"url": 1}, {"commit": "main"}, {"url": "https://example.org/o/r", "commit": 2}):
        with pytest.raises(RequestError):
            job_arguments(bad, ON)
