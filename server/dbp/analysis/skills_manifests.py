"""What a manifest names: packages of its ecosystem, images, providers, each with its line. Pure.

A manifest is known by its name. Whatever it holds, reading it is linear and never raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from dbp.analysis.skills_text import Entry, json_keys, lines_of, toml_entries

MAX_BYTES = 256 * 1024
"""Of a manifest; what stands behind is not looked at."""

MAX_NAMES = 5000
"""Taken out of one manifest."""


class Named(NamedTuple):
    """One name in a manifest, in lower case; `ecosystem` is a table of `skills_names`."""

    ecosystem: str
    name: str
    line: int
    column: int = 0


Parse = Callable[[str], Iterator[Named]]

_PYTHON_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}+")
_NPM_SECTIONS = frozenset(
    {"dependencies", "devDependencies", "peerDependencies", "optionalDependencies"}
)
_GO = re.compile(r"(?:require[ \t]++)?([A-Za-z0-9][\w.~/-]{2,300}+)[ \t]++v\d")
_ARTIFACT = re.compile(r"<(?:artifactId|groupId)>\s{0,20}+([\w.\-]{1,200}+)\s{0,20}+</")
_NUGET = re.compile(
    r"<(?:PackageReference|PackageVersion|FrameworkReference)\s[^<>]{0,300}?"
    r"(?:Include|Update)=\"([\w.\-]{1,200}+)\"|\bSdk=\"([\w.\-]{1,200}+)"
)
_GRADLE = re.compile(r"[\"']([\w.\-]{1,200}+)(?::([\w.\-]{1,200}+))?[^\"'\s]{0,200}+[\"']")
_GEM = re.compile(
    r"\s{0,40}(?:gem|\w{1,20}+\.add(?:_\w{1,20}+)?_dependency)[\s(]{1,9}[\"']([\w\-]{1,100}+)"
)
_IMAGE = re.compile(
    r"(?:\s{0,60}(?:-\s{1,9})?(?:image|name):\s{1,9}[\"']?|\s{0,9}FROM\s{1,9}(?:--\S{1,99}+\s{1,9})?)"
    r"([\w.\-/:]{1,300}+)",
    re.IGNORECASE,
)
_PROVIDER = re.compile(r"\s{0,20}provider\s{1,9}\"([\w\-]{1,100}+)\"")
_SWIFT = re.compile(r"\burl:\s{0,9}+\"([^\"\s]{1,300}+)\"")
_HOOK = re.compile(r"\s{0,40}-?\s{0,9}id:\s{1,9}([\w\-]{1,100}+)")
_REQUIRES = re.compile(r"\b(?:install|tests|setup|extras)_require")
_QUOTED = re.compile(r"[\"']([A-Za-z0-9][A-Za-z0-9._-]{0,200}+)")
_COMMENTED_OUT = ("#", "//", "--", "*")


def _python(name: str) -> str:
    """Normalise a requirement to its name, as PEP 503 has it: `Flask-SQL_Alchemy[x]>=1`."""
    match = _PYTHON_NAME.match(name.strip())
    return re.sub(r"[-_.]+", "-", match[0]).lower() if match else ""


def _npm(text: str) -> Iterator[Named]:
    for entry in json_keys(text):
        if entry.section in _NPM_SECTIONS:
            yield Named("npm", entry.key.lower(), entry.line, entry.column)


def _composer(text: str) -> Iterator[Named]:
    for entry in json_keys(text):
        if entry.section in ("require", "require-dev"):
            yield Named("Packagist", entry.key.lower(), entry.line, entry.column)


def _pyproject(text: str) -> Iterator[Named]:
    for entry in toml_entries(text):
        section, key = entry.section, entry.key
        if not key and section.startswith("tool."):
            name = section.split(".")[1].lower()
            yield Named("pyproject", name, entry.line)
        elif _lists_requirements(entry):
            yield Named("PyPI", _python(entry.value), entry.line, entry.column)
        elif section.startswith("tool.poetry.") and section.endswith("dependencies") and key:
            yield Named("PyPI", _python(key), entry.line)


def _lists_requirements(entry: Entry) -> bool:
    section, key = entry.section, entry.key
    if not entry.value:
        return False
    if section == "project":
        return key == "dependencies"
    if section == "build-system":
        return key == "requires"
    if section in ("project.optional-dependencies", "dependency-groups"):
        return True
    if section == "tool.pdm.dev-dependencies":
        return True
    return section.startswith("tool.") and key in ("dev-dependencies", "dependencies")


def _pipfile(text: str) -> Iterator[Named]:
    for entry in toml_entries(text):
        if entry.section in ("packages", "dev-packages") and entry.key and not entry.value:
            yield Named("PyPI", _python(entry.key), entry.line)


def _requirements(text: str) -> Iterator[Named]:
    for number, line in lines_of(text):
        if name := _python(line):
            yield Named("PyPI", name, number)


def _setup_cfg(text: str) -> Iterator[Named]:
    section, wanted = "", False
    for number, line in lines_of(text):
        if line.startswith("["):
            section = line.strip().strip("[]").strip()
        elif line[:1].isspace():
            if wanted and (name := _python(line)):
                yield Named("PyPI", name, number)
        elif line.strip():
            key, _, value = line.partition("=")
            wanted = (section == "options" and key.strip().endswith("_requires")) or (
                section == "options.extras_require"
            )
            if wanted and (name := _python(value)):
                yield Named("PyPI", name, number)


def _setup_py(text: str) -> Iterator[Named]:
    wanted = False
    for number, line in lines_of(text):
        begin = _REQUIRES.search(line)
        if begin is None and not wanted:
            continue
        bare = line[begin.end() :] if begin else line
        if not bare.lstrip().startswith("#"):
            for match in _QUOTED.finditer(bare):
                yield Named("PyPI", _python(match[1]), number)
        wanted = not (bare.rstrip().rstrip(",").endswith(("]", ")", "}")))


def _cargo(text: str) -> Iterator[Named]:
    for entry in toml_entries(text):
        table, _, name = entry.section.rpartition(".")
        if entry.key and not entry.value and entry.section.endswith("dependencies"):
            yield Named("Cargo", entry.key.lower().partition(".")[0], entry.line)
        elif not entry.key and table.endswith("dependencies"):
            yield Named("Cargo", name.lower(), entry.line)


def _gradle_catalog(text: str) -> Iterator[Named]:
    for entry in toml_entries(text):
        if entry.value and entry.section in ("libraries", "plugins"):
            for part in entry.value.lower().split(":")[:2]:
                yield Named("Maven", part, entry.line, entry.column)


def _environment(text: str) -> Iterator[Named]:
    for number, line in lines_of(text):
        bare = line.strip()
        if bare.startswith("- ") and not bare.endswith(":"):
            yield Named("PyPI", _python(bare[2:].rpartition("::")[2]), number)


def _pubspec(text: str) -> Iterator[Named]:
    wanted = False
    for number, line in lines_of(text):
        if line[:1].strip():
            wanted = line.rstrip() in ("dependencies:", "dev_dependencies:")
        elif wanted and line.startswith("  ") and line[2:3].isalpha() and ":" in line:
            yield Named("pub", line.strip().partition(":")[0].lower(), number)


def _kubernetes(text: str) -> Iterator[Named]:
    lines = list(lines_of(text))
    if any(line.startswith("kind:") for _, line in lines):
        version = next((number for number, line in lines if line.startswith("apiVersion:")), None)
        if version is not None:
            yield Named("providers", "kubernetes", version)


def _searching(ecosystem: str, pattern: re.Pattern[str], *, start: bool = False) -> Parse:
    """Make a parser of lines that takes the groups of a pattern."""

    def parse(text: str) -> Iterator[Named]:
        for number, line in lines_of(text):
            if line.lstrip().startswith(_COMMENTED_OUT):
                continue
            one = pattern.match(line)
            for match in ([one] if one else []) if start else pattern.finditer(line):
                for group in match.groups():
                    if group:
                        yield Named(ecosystem, group.lower(), number, match.start())

    return parse


def _images(text: str) -> Iterator[Named]:
    for found in _searching("images", _IMAGE, start=True)(text):
        yield found._replace(name=found.name.rpartition("/")[2].partition(":")[0])


def _swift(text: str) -> Iterator[Named]:
    for found in _searching("Swift packages", _SWIFT)(text):
        yield found._replace(name=found.name.rpartition("/")[2].removesuffix(".git"))


_PARSERS: dict[str, tuple[str, Parse]] = {
    "package.json": ("npm", _npm),
    "composer.json": ("Packagist", _composer),
    "pyproject.toml": ("PyPI", _pyproject),
    "pipfile": ("PyPI", _pipfile),
    "setup.cfg": ("PyPI", _setup_cfg),
    "setup.py": ("PyPI", _setup_py),
    "environment.yml": ("", _environment),
    "environment.yaml": ("", _environment),
    "cargo.toml": ("Cargo", _cargo),
    "go.mod": ("Go modules", _searching("Go modules", _GO)),
    "pom.xml": ("Maven", _searching("Maven", _ARTIFACT)),
    "build.gradle": ("Maven", _searching("Maven", _GRADLE)),
    "build.gradle.kts": ("Maven", _searching("Maven", _GRADLE)),
    "libs.versions.toml": ("Maven", _gradle_catalog),
    "gemfile": ("RubyGems", _searching("RubyGems", _GEM, start=True)),
    "directory.packages.props": ("NuGet", _searching("NuGet", _NUGET)),
    "pubspec.yaml": ("pub", _pubspec),
    "package.swift": ("Swift packages", _swift),
    ".pre-commit-config.yaml": ("", _searching("pyproject", _HOOK, start=True)),
    ".gitlab-ci.yml": ("", _images),
}
_BY_ENDING: dict[str, tuple[str, Parse]] = {
    ".csproj": ("NuGet", _searching("NuGet", _NUGET)),
    ".fsproj": ("NuGet", _searching("NuGet", _NUGET)),
    ".vbproj": ("NuGet", _searching("NuGet", _NUGET)),
    ".gemspec": ("RubyGems", _searching("RubyGems", _GEM, start=True)),
    ".tf": ("", _searching("providers", _PROVIDER, start=True)),
    ".dockerfile": ("", _images),
}
_DEPLOYED = frozenset({"k8s", "kubernetes", "manifests", "deploy", "deployment", "helm", "charts"})
_YAML = (".yml", ".yaml")


def parser_of(path: str) -> tuple[str, Parse] | None:
    """Find the package ecosystem a manifest belongs to (`""`: none) and what reads it."""
    *folders, name = path.lower().split("/")
    stem, dot, ending = name.rpartition(".")
    if found := _PARSERS.get(name) or _BY_ENDING.get(dot + ending):
        return found
    if ending == "txt" and ("requirements" in stem or folders[-1:] == ["requirements"]):
        return "PyPI", _requirements
    if name.startswith(("dockerfile", "containerfile")):
        return "", _images
    return _yaml(folders, name) if dot + ending in _YAML else None


def _yaml(folders: list[str], name: str) -> tuple[str, Parse] | None:
    if name.startswith(("docker-compose", "compose")) or folders[-1:] == ["workflows"]:
        return "", _images
    return ("", _kubernetes) if not _DEPLOYED.isdisjoint(folders) else None


def names_in(parse: Parse, text: str) -> Iterator[Named]:
    """Yield what a manifest names, each name once."""
    seen: set[tuple[str, str]] = set()
    for named in parse(text):
        if len(seen) >= MAX_NAMES:
            return
        if named.name and named[:2] not in seen:
            seen.add(named[:2])
            yield named
