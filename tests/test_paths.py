"""What a client may name: round trips of any byte name, and nothing outside the root."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from dbp.errors import BadPathError
from dbp.paths import Root, common_folder, display, is_below, parent, path_to_uri, uri_to_path

NAMES = st.binary(min_size=1, max_size=30).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in {b".", b".."}
)


@given(st.lists(NAMES, min_size=1, max_size=5))
def test_any_byte_name_round_trips(names: list[bytes]) -> None:
    path = os.fsdecode(b"/" + b"/".join(names))
    uri = path_to_uri(path)
    assert uri.isascii()
    assert uri_to_path(uri) == path
    root = Root("/")
    assert root.absolute(root.key(path)) == path
    assert root.key_of_uri(root.uri_of(path[1:])) == path[1:]


@given(st.text(alphabet="./ab%2eEfF~\\", max_size=30))
def test_nothing_escapes_the_root(tail: str) -> None:
    root = Root("/no/such/root")
    for uri in (f"file:///no/such/root/{tail}", f"file:///{tail}"):
        try:
            key = root.key_of_uri(uri)
        except BadPathError:
            continue
        absolute = root.absolute(key)
        assert os.path.normpath(absolute) == absolute
        assert absolute == root.path or absolute.startswith(root.path + "/")


@given(st.text(max_size=30))
def test_a_key_is_clean_or_refused(key: str) -> None:
    root = Root("/no/such/root")
    try:
        absolute = root.absolute(key)
    except BadPathError:
        return
    assert os.path.normpath(absolute) == absolute
    assert is_below(absolute, root.path)


@pytest.mark.parametrize(
    "uri",
    [
        "http://x/y",
        "untitled:Untitled-1",
        "/etc/passwd",
        "",
        "file:",
        "file://",
        "file://etc/passwd",
        "file://host/share",
        "file:////etc/passwd",
        "file:relative",
        "file:///a%00b",
        "file:///a%zz",
        "file:///a%4",
        "file:///a?b",
        "file:///a#b",
        "file:///a\ud800b",
        "file:///a\0b",
    ],
)
def test_unusable_uris_are_refused(uri: str) -> None:
    with pytest.raises(BadPathError) as caught:
        uri_to_path(uri)
    assert caught.value.code == "bad_params"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b.py", "/a/b.py"),
        ("FILE://localhost/a", "/a"),
        ("file:/a", "/a"),
        ("file:///a%20b%3F%23%0A", "/a b?#\n"),
        ("file:///caf%C3%A9", "/café"),
        ("file:///café", "/café"),
        ("file:///bad%FFname", "/bad\udcffname"),
        ("file:///a\nb", "/a\nb"),
    ],
)
def test_usable_uris(uri: str, path: str) -> None:
    assert uri_to_path(uri) == path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/x", "C:\\x"),
        ("file:///C:/x%20y/z", "C:\\x y\\z"),
        ("file:///d:/", "D:\\"),
        ("file:///d:", "D:\\"),
    ],
)
def test_windows_drives(uri: str, path: str) -> None:
    assert uri_to_path(uri, windows=True) == path
    assert uri_to_path(path_to_uri(path, windows=True), windows=True) == path


@pytest.mark.parametrize("uri", ["file:///x", "file:///c:/a:stream", "file:///c:x", "file://h/x"])
def test_windows_refuses(uri: str) -> None:
    with pytest.raises(BadPathError):
        uri_to_path(uri, windows=True)


def test_windows_uri_is_spelled_as_vs_code_does() -> None:
    assert path_to_uri("C:\\x y\\z.py", windows=True) == "file:///c%3A/x%20y/z.py"


def test_a_relative_path_has_no_uri() -> None:
    for path in ("a/b", "", "//host/share", "/a\0b", "/a\ud800"):
        with pytest.raises(BadPathError):
            path_to_uri(path)


def test_root_knows_its_names(tmp_path: Path) -> None:
    real = tmp_path / "real" / "ws"
    (real / "sub").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "other").symlink_to(tmp_path / "real")
    root = Root(str(tmp_path / "link" / "ws"))
    assert (root.path, root.given) == (str(real), str(tmp_path / "link" / "ws"))
    assert root.uri == real.as_uri()
    for name in ("real", "link", "other"):
        assert root.key(f"{tmp_path}/{name}/ws/sub/a.py") == "sub/a.py"
        assert root.key(f"{tmp_path}/{name}/ws") == ""
    assert root.key(f"{real}/sub/../b.py") == "b.py"
    assert root.absolute("") == str(real)
    assert root.absolute("sub/a.py") == f"{real}/sub/a.py"


def test_links_below_the_root_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    root = Root(str(tmp_path))
    assert root.key(f"{tmp_path}/loop/a") == "loop/a"
    (tmp_path / "sub").mkdir()
    inner = Root(str(tmp_path / "sub"))
    (tmp_path / "sub" / "up").symlink_to("..")
    assert inner.key(f"{tmp_path}/sub/up/sub/x") == "up/sub/x"


def test_outside_is_refused(tmp_path: Path) -> None:
    root = Root(str(tmp_path / "ws"))
    for path in ("/etc/passwd", f"{root.path}x/a", f"{root.path}/../a", f"{root.path}/a/../../b"):
        with pytest.raises(BadPathError) as caught:
            root.key(path)
        assert caught.value.code == "outside_workspace"
    for key in ("../a", "a/../b", "/etc/passwd", "a//b", "a/", "./a", "a\0b"):
        with pytest.raises(BadPathError):
            root.absolute(key)
    for path in ("a/b", "", "/a\0b"):
        with pytest.raises(BadPathError):
            root.key(path)
    with pytest.raises(BadPathError):
        Root("a\0b")


def test_root_may_be_the_file_systems() -> None:
    root = Root("/")
    assert root.key("/etc/passwd") == "etc/passwd"
    assert root.key("//etc/passwd") == "etc/passwd"
    assert root.key("/../..") == ""
    assert root.absolute("etc/passwd") == "/etc/passwd"
    assert root.absolute("") == "/"
    assert root.uri == "file:///"


def test_helpers() -> None:
    assert (parent("a/b/c"), parent("a"), parent("")) == ("a/b", "", "")
    assert is_below("a/b", "a")
    assert is_below("a", "a")
    assert is_below("a", "")
    assert not is_below("ab", "a")
    assert common_folder([]) == ""
    assert common_folder(["a/b/c"]) == "a/b"
    assert common_folder(["a/b/c", "a/b/d", "a/e"]) == "a"
    assert common_folder(["a/b/c", "a/bc/d"]) == "a"
    assert common_folder(["a/b", "c"]) == ""


@given(st.text())
def test_display_is_one_printable_line(text: str) -> None:
    shown = display(text)
    assert "\n" not in shown
    shown.encode()
    assert not set("\u202e\u2066\u200b\x1b\x9b") & set(shown)


def test_display_says_which_letter() -> None:
    assert display("a/b.py") == "a/b.py"
    assert display("a\nb\udcff\u202ecaf\xe9\U000e0001") == r"a\x0ab\xff\u202ecafé\U000e0001"
