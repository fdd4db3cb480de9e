"""Languages, frameworks and tools: what manifests name, where, and that nothing hostile hurts."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

from dbp.analysis.skills import Evidence, Skills, collect, skills_json
from dbp.analysis.skills_files import named_by
from dbp.analysis.skills_manifests import MAX_BYTES, names_in, parser_of


def found_in(files: Mapping[str, str], languages: Mapping[str, str] | None = None) -> Skills:
    listed = [(path, (languages or {}).get(path, "")) for path in files]
    return collect(listed, files.get)


def names(files: Mapping[str, str]) -> dict[str, str]:
    found = found_in(files)
    return {skill.name: skill.kind for skill in (*found.frameworks, *found.tools)}


PACKAGE = """{
  "name": "web",
  "keywords": ["vue", "express"],
  "scripts": {"express": "vue"},
  "dependencies": {
    "react": "^18",
    "left-pad": "1"
  },
  "devDependencies": {"typescript": "5", "jest": {"vue": "x"}}
}
"""
PYPROJECT = """[project]
name = "flask"
dependencies = [
  "FastAPI[standard]>=0.100",  # comment with "django"
  'pydantic',
]
description = \"\"\"
dependencies = ["django"]
\"\"\"
[project.optional-dependencies]
db = ["psycopg2-binary; python_version > '3'"]
[dependency-groups]
dev = ["pytest>=8", {include-group = "docs"}]
[build-system]
requires = ["hatchling"]
[tool.ruff.lint]
select = ["ALL"]
[tool.poetry.group.docs.dependencies]
mkdocs = "^1"
"""


def test_react_and_fastapi_are_found_with_their_lines() -> None:
    """Row J20."""
    found = found_in({"web/package.json": PACKAGE, "pyproject.toml": PYPROJECT})
    by_name = {skill.name: skill for skill in (*found.frameworks, *found.tools)}
    assert by_name["React"].evidence == (Evidence("web/package.json", 5, '"react": "^18",'),)
    assert by_name["FastAPI"].kind == "framework"
    assert by_name["FastAPI"].evidence[0][:2] == ("pyproject.toml", 3)
    assert names({"web/package.json": PACKAGE, "pyproject.toml": PYPROJECT}) == {
        "FastAPI": "framework",
        "Pydantic": "library",
        "React": "framework",
        "Hatch": "tool",
        "Jest": "testing",
        "MkDocs": "tool",
        "npm": "ecosystem",
        "Poetry": "tool",
        "PostgreSQL": "database",
        "PyPI": "ecosystem",
        "pytest": "testing",
        "Ruff": "tool",
        "TypeScript": "tool",
    }
    answer = skills_json(found)
    listed = [answer["languages"], answer["frameworks"], answer["tools"]]
    assert answer["skillsCount"] == sum(map(len, listed)) == 13


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("requirements.txt", "# flask\nDjango==5\n-r x.txt\n", {"Django", "PyPI"}),
        ("requirements/dev.txt", "flask\n", {"Flask", "PyPI"}),
        ("requirements-dev.txt", "scikit_learn\n", {"scikit-learn", "PyPI"}),
        (
            "setup.cfg",
            "[options]\ninstall_requires =\n  flask\n  rich\n[x]\ny =\n  django\n",
            {"Flask", "Rich", "PyPI"},
        ),
        (
            "setup.py",
            "setup(name='django', install_requires=[\n 'flask>1',\n])\nx = 'rich'\n",
            {"Flask", "PyPI"},
        ),
        ("Pipfile", '[packages]\nflask = "*"\n[x]\nrich = "*"\n', {"Flask", "PyPI", "Pipenv"}),
        (
            "Cargo.toml",
            '[dependencies]\naxum="1"\n[dependencies.tokio]\n[dev-dependencies]\ninsta={x="serde"}',
            {"Axum", "Tokio", "insta", "Cargo"},
        ),
        (
            "go.mod",
            "require (\n\tgithub.com/labstack/echo/v4 v4.1.0\n)\nrequire k8s.io/api v0.1\n",
            {"Echo", "Kubernetes", "Go modules"},
        ),
        (
            "pom.xml",
            "<project>\n<!DOCTYPE x>\n<artifactId>spring-boot-starter-web</artifactId></project>",
            {"Spring Boot", "Maven"},
        ),
        (
            "build.gradle.kts",
            'plugins { id("org.springframework.boot") }\n test("org.x:mockito-core:5")\n',
            {"Spring Boot", "Mockito", "Gradle", "Maven"},
        ),
        ("Gemfile", "gem 'rails', '~> 7'\n# gem 'sinatra'\n", {"Ruby on Rails", "RubyGems"}),
        (
            "composer.json",
            '{"require": {"laravel/framework": "11"}, "name": {"slim/slim": 1}}',
            {"Laravel", "Packagist"},
        ),
        (
            "src/App.csproj",
            '<Project Sdk="Microsoft.NET.Sdk.Web">\n<PackageReference Include="Dapper" />',
            {"ASP.NET Core", "Dapper", "NuGet"},
        ),
        (
            "pubspec.yaml",
            "name: http\ndependencies:\n  flutter:\n    sdk: flutter\n  dio: 1\n",
            {"Flutter", "Dio", "pub"},
        ),
        (
            "Package.swift",
            '.package(url: "https://github.com/vapor/vapor.git", from: "4.0")',
            {"Vapor", "Swift packages"},
        ),
        ("Dockerfile", "FROM --platform=x docker.io/library/redis:7 AS r\n", {"Docker", "Redis"}),
        (
            "docker-compose.yml",
            "services:\n  db:\n    image: postgres:16\n",
            {"Docker Compose", "PostgreSQL"},
        ),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    services:\n      m:\n        image: mysql\n",
            {"GitHub Actions", "MySQL"},
        ),
        (".gitlab-ci.yml", "image: node:20\n", {"GitLab CI", "Node.js"}),
        ("infra/main.tf", 'provider "aws" {\n', {"Terraform", "AWS"}),
        ("k8s/web.yaml", "apiVersion: apps/v1\nkind: Deployment\n", {"Kubernetes"}),
        ("doc/web.yaml", "apiVersion: apps/v1\nkind: Deployment\n", set()),
        (
            ".pre-commit-config.yaml",
            "repos:\n- repo: x\n  hooks:\n  - id: ruff\n",
            {"pre-commit", "Ruff"},
        ),
        ("Makefile", "", {"Make"}),
        ("lib/CMakeLists.txt", "", {"CMake"}),
        ("tox.ini", "", {"tox"}),
        ("eslint.config.mjs", "", {"ESLint"}),
        ("docs/conf.py", "", {"Sphinx"}),
        ("conf.py", "", set()),
        ("node_modules/x/package.json", PACKAGE, set()),
        ("tests/fixtures/Dockerfile", "FROM redis\n", set()),
    ],
)
def test_each_manifest_is_read(path: str, text: str, expected: set[str]) -> None:
    assert set(names({path: text})) == expected


def test_languages_are_those_of_the_record() -> None:
    languages = {
        **dict.fromkeys(("a.py", "b.py", "c.py"), "python"),
        "d.tsx": "typescriptreact",
        "e.ts": "typescript",
        "f.md": "markdown",
        "g.json": "json",
        "failed.py": "",
    }
    found = found_in(dict.fromkeys(languages, ""), languages)
    assert found.languages == (("python", 3, 60.0), ("typescript", 2, 40.0))


def test_evidence_is_short_and_the_nearest_to_the_root_comes_first() -> None:
    minified = '{"dependencies":{' + ",".join(f'"x{n}":"1"' for n in range(500)) + ',"react":"18"}}'
    files = {f"{'d/' * depth}package.json": minified for depth in range(9)}
    [react] = [skill for skill in found_in(files).frameworks if skill.name == "React"]
    assert [one.path for one in react.evidence][:2] == ["package.json", "d/package.json"]
    assert len(react.evidence) == 5
    assert react.evidence[0].text == '"react":"18"}}'
    assert all(len(one.text) <= 120 for one in react.evidence)


def test_a_workspace_of_many_manifests_is_bounded_and_says_so() -> None:
    files = [(f"p{n}/package.json", "") for n in range(2100)]
    heard: list[tuple[int, int]] = []
    found = collect(files, lambda _path: PACKAGE, lambda done, total: heard.append((done, total)))
    assert found.left_out == 100
    assert heard[0] == (0, 2000)
    assert "100 more manifests" in skills_json(found)["note"]


def test_what_cannot_be_read_is_no_evidence_but_for_its_name() -> None:
    found = collect([("package.json", ""), ("Dockerfile", "")], lambda _path: None)
    assert [skill.name for skill in (*found.frameworks, *found.tools)] == ["Docker"]
    assert skills_json(collect([], lambda _path: None)) == {
        "languages": [],
        "frameworks": [],
        "tools": [],
        "skillsCount": 0,
    }


MANIFESTS = [
    *("package.json", "composer.json", "pyproject.toml", "Pipfile", "setup.cfg", "setup.py"),
    *("Cargo.toml", "go.mod", "pom.xml", "build.gradle", "gradle/libs.versions.toml", "Gemfile"),
    *("a.csproj", "pubspec.yaml", "Package.swift", ".pre-commit-config.yaml", ".gitlab-ci.yml"),
    *("a.gemspec", "a.tf", "Dockerfile", "requirements.txt", "compose.yml", "k8s/a.yaml"),
    "environment.yml",
]
HOSTILE = [
    '{"a":' * 50_000,
    "[" * MAX_BYTES,
    '"' * MAX_BYTES,
    '{"dependencies":{' + '"react":1,' * 25_000,
    "[" + "a." * 100_000 + "]\n" + "b=1\n" * 10_000,
    "a=[\n" * 60_000,
    "x = '''" + "\n" * 200_000,
    '<!DOCTYPE x [<!ENTITY a "' + "&a;" * 50_000,
    "<PackageReference " * 14_000,
    'url: "' + "/" * 250_000,
    "require " * 30_000,
    "install_requires=" * 15_000,
    "\\" * MAX_BYTES,
    "\n" * MAX_BYTES,
    " " * MAX_BYTES,
    "- " * 130_000,
    "'a" * 130_000,
    "a:a:a" * 50_000,
    "\0\ud800" * 100_000,
]


@pytest.mark.parametrize("path", MANIFESTS)
def test_no_hostile_manifest_takes_long_or_raises(path: str) -> None:
    reader = parser_of(path)
    assert reader is not None
    for text in HOSTILE:
        started = time.process_time()
        for _ in names_in(reader[1], text):
            pass
        assert time.process_time() - started < 1.0, text[:30]


@given(st.sampled_from(MANIFESTS), st.text("{}[]\":,'=#\n -.adepncis<>/", max_size=200))
def test_any_manifest_is_read_without_a_fault(path: str, text: str) -> None:
    skills_json(found_in({path: text}))


@given(st.sampled_from([PACKAGE, PYPROJECT]), st.integers(0, 400))
def test_a_manifest_that_breaks_off_gives_what_stands_before(text: str, at: int) -> None:
    path = "package.json" if text is PACKAGE else "pyproject.toml"
    assert set(names({path: text[:at]})) <= set(names({path: text}))


def test_names_are_told_by_the_whole_pattern() -> None:
    assert named_by("a/jest.config.ts") == ("Jest", "testing")
    assert named_by(".circleci/config.yml") == ("CircleCI", "platform")
    assert named_by("config.yml") is None
    assert named_by("Makefile.am") is None
    assert named_by("") is None
