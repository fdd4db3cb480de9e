"""Code actions in a real Neovim: offered with the key of the page, applied to the buffer."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from editor import source
from neovim_session import PAGE, Neovim, configuration

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="the Neovim of the test is for Linux"),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "doc").mkdir()
    (folder / "doc" / "DESIGN.md").write_text("# Design\n\nHow it all fits together.\n")
    (folder / "a.py").write_text(source("Runs 💡 tasks.", dependency="old/DESIGN.md"))
    return folder


def test_a_broken_reference_is_mended_from_the_list(tmp_path: Path, root: Path) -> None:
    session = Neovim(tmp_path / "user", configuration()).run(
        root / "a.py",
        """
        nvim.settle()
        nvim.findings()
        local offered = {}
        vim.ui.select = function(items, options, on_choice)
          for _, item in ipairs(items) do
            table.insert(offered, options.format_item(item))
          end
          on_choice(items[1], 1)
        end
        nvim.go(9, 'old/DESIGN.md')
        nvim.press('gra')
        assert(vim.wait(10000, function()
          return vim.api.nvim_buf_get_lines(0, 8, 9, true)[1] == '# codebase: doc/DESIGN.md'
        end, 5), vim.inspect(offered))
        nvim.settle()
        local left = vim.tbl_map(function(d) return d.code end, vim.diagnostic.get(0))
        return { offered = offered, left = left, modified = vim.bo.modified }
        """,
    )
    offered = session.answer["offered"]
    assert offered[0].startswith("Change it to 'doc/DESIGN.md', where it may have moved")
    assert any(title.startswith("Create 'old/DESIGN.md'") for title in offered)
    assert "reference-unresolved" not in session.answer["left"]
    assert session.answer["modified"] is True
    assert "old/DESIGN.md" in (root / "a.py").read_text(), "saving is the person's"
    assert session.log == ""


def test_what_is_sure_is_fixed_by_name_and_undone_with_one_key(tmp_path: Path, root: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    (command,) = re.findall(r"^:(lua vim\.lsp\.buf\.code_action.*)$", page, re.MULTILINE)
    text = source(dependency="doc/DESING.md")
    (root / "a.py").write_text(text)
    session = Neovim(tmp_path / "user", configuration()).run(
        root / "a.py",
        f"""
        nvim.settle()
        nvim.findings()
        vim.cmd([[{command}]])
        local function line() return vim.api.nvim_buf_get_lines(0, 8, 9, true)[1] end
        assert(vim.wait(10000, function() return line() == '# codebase: doc/DESIGN.md' end, 5))
        nvim.press('u')
        return {{ line = line(), modified = vim.bo.modified }}
        """,
    )
    assert session.answer == {"line": "# codebase: doc/DESING.md", "modified": False}
    assert (root / "a.py").read_text() == text
    assert session.log == ""
