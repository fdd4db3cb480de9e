"""Which files of the workspace an import names, language by language."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from dbp.analysis.edges import places
from dbp.analysis.imports import targets
from dbp.facts import Link

FILES = {
    "python": """pkg/__init__.py pkg/a.py pkg/sub/__init__.py pkg/sub/b.py pkg/json.py ns/c.py
        json.py tools/run.py tools/helper.py src/lib1/__init__.py src/lib1/m.py stub.pyi""",
    "typescript": """web/a.ts web/b.tsx web/c.js web/d/index.ts web/e.json web/f.d.ts web/g.mts
        web/pages.old/index.js top.js web/pages.old/x.js""",
    "go": "go.mod cmd/main.go internal/x/x.go nested/go.mod nested/y/y.go nested/z.go",
    "rust": """src/lib.rs src/a.rs src/a/b.rs src/a/b/c.rs src/m/mod.rs src/m/n.rs src/bin/tool.rs
        src/bin/helper.rs""",
    "java": """app/src/main/java/com/x/A.java app/src/main/java/com/x/y/B.java
        app/src/test/java/com/x/ATest.java app/src/main/kotlin/com/x/K.kt""",
    "c": """src/a.c src/a.h src/sub/b.c include/p/q.h lib/z.h drv/x.c drv/include/drv.h string.h
        p2/r.h""",
    "php": "app/Models/User.php public/index.php public/x.php src/Tool/Kit.php",
    "ruby": "lib/tool.rb lib/tool/part.rb spec/a.rb spec/b.rb json.rb",
    "shellscript": "bin/a.sh bin/b.sh common.sh",
}
_SHARED = {"kotlin": "java", "javascript": "typescript"}
MODULES = {"": "example.com/me/app", "nested": "example.com/me/nested"}


def found(
    language: str, source: str, target: str, *names: str, roots: tuple[str, ...] = ("src", "lib")
) -> tuple[str, ...]:
    there = places(FILES[_SHARED.get(language, language)].split())
    link = Link("import", target, 0, "", names)
    return targets(link, source, language, there.__contains__, roots, module_of=MODULES.get)


@pytest.mark.parametrize(
    ("language", "source", "written", "expected"),
    [
        # Python
        ("python", "pkg/a.py", ". sub", "pkg/sub/__init__.py"),
        ("python", "pkg/a.py", ".sub.b x", "pkg/sub/b.py"),
        ("python", "pkg/sub/b.py", "..a", "pkg/a.py"),
        ("python", "pkg/sub/b.py", ".. a VERSION", "pkg/a.py pkg/__init__.py"),
        ("python", "pkg/a.py", "pkg.sub b", "pkg/sub/b.py"),
        ("python", "pkg/a.py", "pkg.sub Thing", "pkg/sub/__init__.py"),
        ("python", "pkg/a.py", "pkg.sub *", "pkg/sub/__init__.py"),
        ("python", "pkg/a.py", "pkg.sub.b", "pkg/sub/b.py"),
        ("python", "tools/run.py", "helper", "tools/helper.py"),
        ("python", "pkg/a.py", "helper", ""),
        ("python", "pkg/a.py", "ns c", "ns/c.py"),
        ("python", "pkg/a.py", "ns", ""),
        ("python", "pkg/a.py", "lib1.m", "src/lib1/m.py"),
        ("python", "pkg/a.py", "stub", "stub.pyi"),
        ("python", "pkg/a.py", "json", ""),
        ("python", "json.py", "json", ""),
        ("python", "pkg/a.py", ".json", "pkg/json.py"),
        ("python", "pkg/a.py", "....a", ""),
        ("python", "pkg/a.py", "requests", ""),
        # JavaScript and TypeScript
        ("typescript", "web/a.ts", "./b", "web/b.tsx"),
        ("typescript", "web/a.ts", "./c.js", "web/c.js"),
        ("typescript", "web/b.tsx", "./a.js", "web/a.ts"),
        ("typescript", "web/a.ts", "./g.mjs", "web/g.mts"),
        ("typescript", "web/a.ts", "./d", "web/d/index.ts"),
        ("typescript", "web/d/index.ts", "..", ""),
        ("typescript", "web/a.ts", "./e.json", "web/e.json"),
        ("typescript", "web/a.ts", "./f", "web/f.d.ts"),
        ("typescript", "web/a.ts", "../top", "top.js"),
        ("typescript", "web/a.ts", "./pages.old/x", "web/pages.old/x.js"),
        ("typescript", "web/a.ts", "react", ""),
        ("typescript", "web/a.ts", "../../out", ""),
        ("javascript", "web/pages.old/x.js", ".", "web/pages.old/index.js"),
        # Go
        ("go", "cmd/main.go", "example.com/me/app/internal/x", "internal/x"),
        ("go", "cmd/main.go", "fmt", ""),
        ("go", "cmd/main.go", "example.com/other/internal/x", ""),
        ("go", "nested/z.go", "example.com/me/nested/y", "nested/y"),
        ("go", "nested/z.go", "example.com/me/app/internal/x", ""),
        # Rust
        ("rust", "src/lib.rs", "self::a", "src/a.rs"),
        ("rust", "src/lib.rs", "self::m", "src/m/mod.rs"),
        ("rust", "src/a.rs", "self::b", "src/a/b.rs"),
        ("rust", "src/a/b.rs", "crate::m::n Item", "src/m/n.rs"),
        ("rust", "src/a/b.rs", "crate m a", "src/m/mod.rs src/a.rs"),
        ("rust", "src/a/b.rs", "super Thing", "src/a.rs"),
        ("rust", "src/a/b/c.rs", "super::super Thing", "src/a.rs"),
        ("rust", "src/m/n.rs", "super Thing", "src/m/mod.rs"),
        ("rust", "src/a.rs", "crate::a::b *", "src/a/b.rs"),
        ("rust", "src/a.rs", "crate Error", "src/lib.rs"),
        ("rust", "src/a.rs", "std::collections HashMap", ""),
        ("rust", "src/bin/tool.rs", "self::helper", "src/bin/helper.rs"),
        # Java and Kotlin
        ("java", "app/src/main/java/com/x/A.java", "com.x.y.B", "app/src/main/java/com/x/y/B.java"),
        ("java", "app/src/test/java/com/x/ATest.java", "com.x.A", "app/src/main/java/com/x/A.java"),
        ("java", "app/src/main/java/com/x/A.java", "com.x.K", "app/src/main/kotlin/com/x/K.kt"),
        (
            "kotlin",
            "app/src/main/kotlin/com/x/K.kt",
            "com.x.A.In",
            "app/src/main/java/com/x/A.java",
        ),
        ("java", "app/src/main/java/com/x/A.java", "com.x.y *", "app/src/main/java/com/x/y"),
        ("java", "app/src/main/java/com/x/A.java", "java.util.List", ""),
        # C and C++
        ("c", "src/a.c", "a.h", "src/a.h"),
        ("c", "src/a.c", "<a.h>", "src/a.h"),
        ("c", "src/sub/b.c", "../a.h", "src/a.h"),
        ("c", "src/sub/b.c", "<p/q.h>", "include/p/q.h"),
        ("c", "src/a.c", "z.h", "lib/z.h"),
        ("c", "drv/x.c", "<drv.h>", "drv/include/drv.h"),
        ("c", "src/a.c", "<string.h>", ""),
        ("c", "src/a.c", "p2/r.h", "p2/r.h"),
        # PHP, Ruby, shell
        ("php", "public/index.php", "./x.php", "public/x.php"),
        ("php", "public/index.php", "App\\Models\\User", "app/Models/User.php"),
        ("php", "public/index.php", "Acme\\Tool\\Kit", "src/Tool/Kit.php"),
        ("ruby", "spec/a.rb", "./b", "spec/b.rb"),
        ("ruby", "spec/a.rb", "tool/part", "lib/tool/part.rb"),
        ("ruby", "spec/a.rb", "json", ""),
        ("shellscript", "bin/a.sh", "./b.sh", "bin/b.sh"),
        ("shellscript", "bin/a.sh", "./common.sh", "common.sh"),
        ("shellscript", "bin/a.sh", "/etc/profile", ""),
    ],
)
def test_imports_lead_to_files(language: str, source: str, written: str, expected: str) -> None:
    target, *names = written.split()
    assert found(language, source, target, *names) == tuple(expected.split())


def test_other_languages_have_no_imports_to_follow() -> None:
    assert targets(Link("import", "System", 0), "a.cs", "csharp", lambda _: True) == ()
    assert targets(Link("import", "", 0), "a.py", "python", lambda _: True) == ()


def test_without_a_module_line_nothing_of_go_is_guessed() -> None:
    link = Link("import", "example.com/me/app/internal/x", 0)
    assert targets(link, "cmd/main.go", "go", lambda _: True) == ()


@given(
    st.sampled_from([*FILES, "kotlin", "cpp", "vue"]),
    st.text(alphabet="ab./\\:-_*<>'\"é @", max_size=40),
    st.lists(st.text(alphabet="ab*./", max_size=8), max_size=3),
)
def test_hostile_imports_never_lead_out_of_the_workspace(
    language: str, target: str, names: list[str]
) -> None:
    link = Link("import", target, 0, "", tuple(names))
    asked: list[str] = []

    def exists(key: str) -> bool:
        asked.append(key)
        return True

    for key in targets(link, "a/b/c.x", language, exists, ("src",), module_of=lambda _: "a"):
        assert not key.startswith(("/", "../"))
        assert key != ".."
    assert not any(key.startswith("../") for key in asked)
