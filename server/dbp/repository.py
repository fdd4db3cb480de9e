"""Addresses of repositories: read, checked and brought into one form before git sees them. Pure.

An address comes from a person or a client and ends as an argument of a program that talks to the
network, so this is a strict reader, not a guess: whatever is not plainly `https`, `ssh` or one of
the local forms is refused. Credentials in an address are dropped here and never shown, not even in
an error: nothing behind this module can log, store or send them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from dbp.errors import RequestError

REMOTE = ("https", "ssh")
"""What may be fetched from other machines; everything else only from this one."""

JOBS = frozenset({"project_processing", "skills_extraction"})
"""The types of jobs that may be about a repository instead of the workspace."""

_MAX_URL = 1000
_MAX_REF = 250
_PORTS = {"https": 443, "http": 80, "ssh": 22, "git": 9418}
# Their owners' and repositories' names are the same in any case of letters.
_ANY_CASE = frozenset({"github.com", "gitlab.com", "bitbucket.org"})
_SCHEMES = {
    "https": "https",
    "http": "http",
    "ssh": "ssh",
    "git+ssh": "ssh",
    "ssh+git": "ssh",
    "git": "git",
    "file": "file",
}
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,20})://([^/]*)(/.*)?")
_SCP = re.compile(r"(?:([^@:/]{1,64})@)?([A-Za-z0-9][A-Za-z0-9._-]{0,252}):(?!//)(.+)")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=@%/:-]+")
_HIDDEN = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff]|2[Ee]|2[Ff]|5[Cc])|%(?![0-9A-Fa-f]{2})")
_NUMBER = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+#=,-]*")
_FULL_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHORT_HASH = re.compile(r"[0-9a-f]{7,64}")


class Allowed(Protocol):
    """What the user's settings allow (section `clone`)."""

    @property
    def enabled(self) -> bool:
        """Whether repositories may be fetched from other machines."""

    @property
    def allow_local(self) -> bool:
        """Whether they may be fetched from this one."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository by its address, without credentials.

    `url` is what git is given; equal `key`s are one repository, however they were spelled. `local`
    is one on this machine, or behind a loopback address.
    """

    scheme: str
    url: str
    key: str
    owner: str
    name: str
    local: bool


def parse(text: str) -> Repository:
    """Read an address. Raises `RequestError` (`bad_params`), which repeats nothing of it."""
    if not 0 < len(text) <= _MAX_URL:
        raise _refused(f"an address has 1 to {_MAX_URL} letters")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise _refused("it holds letters that no address has")
    if text.startswith("-"):
        raise _refused("it begins like an option")
    if "::" in text.partition("/")[0]:
        raise _refused("it names a program to run")
    if "?" in text or "#" in text or "\\" in text:
        raise _refused("it holds a letter that no address of a repository has")
    found = _URL.fullmatch(text)
    if found:
        return _from_url(found[1].lower(), found[2], found[3] or "")
    found = _SCP.fullmatch(text)
    if found:
        return _from_scp(found[1], found[2], found[3])
    raise _refused("it is none of https://HOST/PATH, ssh://HOST/PATH and USER@HOST:PATH")


def _from_url(given: str, place: str, path: str) -> Repository:
    scheme = _SCHEMES.get(given)
    if scheme is None:
        raise _refused("only https and ssh are spoken")
    path = _clean_path(path, scheme)
    if scheme == "file":
        if place not in {"", "localhost"}:
            raise _refused("a file address names no host")
        return _made(scheme, f"file://{path}", "file://", path, local=True)
    user, at, address = place.rpartition("@")
    host, port = _host_and_port(address, scheme)
    local = _is_local(host)
    if scheme not in REMOTE and not local:
        raise _refused(f"{scheme} is neither private nor authentic: only https and ssh are spoken")
    # Only the name is kept, and only of ssh, where it is no secret but part of the address.
    name = user.partition(":")[0] if at and scheme == "ssh" else ""
    if name and not _USER.fullmatch(name):
        raise _refused("its user name is none")
    where = host + (f":{port}" if port != _PORTS[scheme] else "")
    url = f"{scheme}://{name + '@' if name else ''}{where}{path}"
    return _made(scheme, url, where, path, local=local)


def _from_scp(user: str | None, host: str, path: str) -> Repository:
    if user and not _USER.fullmatch(user):
        raise _refused("its user name is none")
    host, _ = _host_and_port(host, "ssh")
    if path.startswith("-"):
        raise _refused("its path begins like an option")
    rooted = path.startswith("/")
    path = _clean_path(path if rooted else f"/{path}", "ssh")
    # Kept in this form: a path without a slash counts from that user's own folder.
    url = f"{user + '@' if user else ''}{host}:{path if rooted else path[1:]}"
    return _made("ssh", url, host, path, local=_is_local(host))


def _made(scheme: str, url: str, where: str, path: str, *, local: bool) -> Repository:
    bare = path.strip("/") if scheme != "file" else path.rstrip("/")
    bare = bare.removesuffix(".git").rstrip("/") or bare
    owner, _, name = bare.rpartition("/")
    key = f"{where}/{bare}" if scheme != "file" else f"file://{bare}"
    if where in _ANY_CASE:
        key = key.lower()
    return Repository(scheme, url, key, owner.strip("/"), name, local)


def _clean_path(path: str, scheme: str) -> str:
    """Check a path; slashes at its end say nothing."""
    if not _PATH.fullmatch(path) or _HIDDEN.search(path):
        raise _refused("its path is none")
    path = path.rstrip("/")
    parts = path.split("/")[1:]
    if not parts or any(part in {"", ".", ".."} for part in parts):
        raise _refused("its path is none")
    if any(part.startswith("-") for part in parts):
        raise _refused("a part of its path begins like an option")
    if scheme != "file" and ":" in parts[0]:
        raise _refused("its path is none")
    return path


def _host_and_port(address: str, scheme: str) -> tuple[str, int]:
    if address.startswith("["):
        host, bracket, rest = address.partition("]")
        host += bracket
        colon, port = rest[:1], rest[1:]
        if not bracket or colon not in {"", ":"} or ":" not in host:
            raise _refused("its host is none")
    else:
        host, colon, port = address.partition(":")
    if not colon:
        number = _PORTS[scheme]
    elif port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536:  # noqa: PLR2004 - ports
        number = int(port)
    else:
        raise _refused("its port is none")
    return _checked_host(host.lower()), number


def _checked_host(host: str) -> str:
    """Check a host; numbers must be the usual spelling of an address that hosts have."""
    labels = host.rstrip(".").split(".")
    if host.startswith("[") or _NUMBER.fullmatch(labels[-1]):
        found = _ip(host)
        if found is None:
            raise _refused("its host is a number in disguise")
        if (
            found.is_link_local
            or found.is_multicast
            or found.is_unspecified
            or (found.is_reserved and not found.is_loopback)
        ):
            raise _refused("its host is an address that no repository has")
        return host
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004 - DNS
        raise _refused("its host is none")
    return ".".join(labels)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _is_local(host: str) -> bool:
    found = _ip(host)
    if found is not None:
        return found.is_loopback
    return host == "localhost" or host.endswith((".localhost", ".localdomain"))


def _refused(why: str) -> RequestError:
    return RequestError(
        f"this is no address of a repository: {why}",
        hint="like https://github.com/OWNER/NAME or git@github.com:OWNER/NAME.git",
        lasting=True,
    )


# ── commits ────────────────────────────────────────────────────────────────────────────────────


def parse_commit(text: str) -> str:
    """Check the name of a commit, branch or tag; empty is the default branch.

    Raises `RequestError` (`bad_params`).
    """
    if not text:
        return ""
    odd = (".." in text, "//" in text, "/." in text, text.endswith(("/", ".", ".lock")))
    if len(text) > _MAX_REF or not _REF.fullmatch(text) or any(odd) or ".lock/" in text:
        raise RequestError(
            "this names no commit, branch or tag",
            hint="a hash, or the name as git branch and git tag list it",
            lasting=True,
        )
    return text.lower() if _FULL_HASH.fullmatch(text.lower()) else text


def is_hash(commit: str) -> bool:
    """Tell whether this is the full hash of a commit."""
    return bool(_FULL_HASH.fullmatch(commit))


def may_be_hash(commit: str) -> bool:
    """Tell whether this could be the beginning of a commit's hash."""
    return bool(_SHORT_HASH.fullmatch(commit))


# ── what a request says ────────────────────────────────────────────────────────────────────────


def permit(repository: Repository, allowed: Allowed) -> None:
    """Raise `RequestError` (`disabled`) unless the user's settings allow to fetch this one."""
    if repository.local and not allowed.allow_local:
        raise RequestError(
            "fetching repositories of this machine is off",
            hint="clone.allow_local = true in your own settings turns it on",
            code="disabled",
            lasting=True,
        )
    if not repository.local and not allowed.enabled:
        raise RequestError(
            "fetching repositories is off: nothing was sent anywhere",
            hint="clone.enabled = true in your own settings lets dbp fetch what you name",
            code="disabled",
            lasting=True,
        )


def job_arguments(given: Mapping[str, Any], allowed: Allowed) -> dict[str, Any]:
    """Read what a job about a project is given: `url` and `commit`, or nothing: the workspace.

    Raises `RequestError`. What is returned holds no credentials, so that it can be kept and shown.
    """
    url, commit = given.get("url"), given.get("commit")
    if not isinstance(url, str | None) or not isinstance(commit, str | None):
        raise RequestError("url and commit must be strings")
    if not url:
        if commit:
            raise RequestError("a commit needs a url: the workspace is taken as it is")
        return {}
    repository = parse(url)
    permit(repository, allowed)
    return {"url": repository.url, "commit": parse_commit(commit or "")}
