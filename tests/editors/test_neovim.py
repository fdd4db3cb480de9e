"""doc/neovim.md, followed by a real Neovim: what the page says is what happens."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from editor import source
from neovim_session import Neovim, block, configuration

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="the Neovim of the test is for Linux"),
]


@pytest.fixture
def neovim(tmp_path: Path) -> Neovim:
    return Neovim(tmp_path / "user", configuration())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "doc").mkdir()
    (folder / "doc" / "DESIGN.md").write_text("# Design\n\nHow it all fits together.\n")
    (folder / "a.py").write_text(source())
    (folder / "broken.py").write_text(source(dependency="doc/GONE.md"))
    (folder / "silent.py").write_text("def f(x):\n    return x\n")
    return folder


def test_k_shows_the_card_of_the_file_of_a_symbol_and_of_a_reference(
    neovim: Neovim, root: Path
) -> None:
    session = neovim.run(
        root / "a.py",
        """
        nvim.settle()
        return {
          header = nvim.hover(2),
          symbol = nvim.hover(18, 'run'),
          reference = nvim.hover(9, 'doc/DESIGN.md'),
        }
        """,
    )
    header = session.answer["header"]
    assert header[0] == "**dbp** · `a.py`"
    assert "Runs tasks one at a time." in header
    assert "- `doc/DESIGN.md` ✓" in header
    assert "Run one task to its end." in session.answer["symbol"]
    assert "How it all fits together." in session.answer["reference"]


def test_the_jump_key_opens_what_a_reference_leads_to(neovim: Neovim, root: Path) -> None:
    session = neovim.run(
        root / "a.py",
        """
        nvim.settle()
        nvim.go(9, 'doc/DESIGN.md')
        nvim.press('<C-]>')
        nvim.wait_for_file('DESIGN.md')
        return vim.api.nvim_buf_get_lines(0, 0, 1, true)[1]
        """,
    )
    assert session.answer == "# Design"


def test_findings_are_diagnostics(neovim: Neovim, root: Path) -> None:
    session = neovim.run(
        root / "broken.py",
        """
        nvim.settle()
        local broken = nvim.findings()
        vim.cmd.edit('silent.py')
        return { broken = broken, silent = nvim.findings() }
        """,
    )
    assert session.answer["broken"] == [
        {
            "code": "reference-unresolved",
            "line": 9,
            "message": "'doc/GONE.md' does not exist in this workspace.",
            "severity": "WARN",
            "source": "dbp",
        }
    ]
    (silent,) = session.answer["silent"]
    assert (silent["code"], silent["line"], silent["severity"]) == ("header-missing", 1, "INFO")


def test_a_reference_is_not_called_broken_before_anyone_looked(neovim: Neovim, root: Path) -> None:
    """The record opens after the buffer is parsed: what comes meanwhile must not be wrong."""
    session = neovim.run(
        root / "a.py",
        """
        local seen = {}
        vim.api.nvim_create_autocmd('DiagnosticChanged', {
          callback = function(event)
            for _, finding in ipairs(event.data.diagnostics) do
              table.insert(seen, finding.message)
            end
          end,
        })
        nvim.settle()
        return seen
        """,
    )
    assert session.answer == []


def test_the_commands_of_the_page(neovim: Neovim, root: Path) -> None:
    session = neovim.run(
        root / "a.py",
        """
        nvim.settle()
        local status = nvim.command('DbpStatus')
        vim.fn.writefile({ '# New' }, 'new.md')
        local refreshed = nvim.command('DbpRefresh')
        nvim.settle()
        return {
          status = status,
          refreshed = refreshed,
          after = nvim.command('Dbp status'),
          raw = nvim.ask('dbp/status'),
        }
        """,
    )
    assert session.answer["status"] == "dbp: idle, leader · 4 files, 0 waiting, 0 failed"
    assert session.answer["refreshed"].startswith("dbp: refresh done: 5 files, ")
    assert session.answer["after"] == "dbp: idle, leader · 5 files, 0 waiting, 0 failed"
    assert session.answer["raw"]["state"] == "idle"
    assert session.answer["raw"]["role"] == "leader"
    assert session.answer["raw"]["workspaceFolder"] == root.as_uri()


def test_the_question_whether_files_may_be_sent(tmp_path: Path, root: Path) -> None:
    """`:DbpTrust` asks, the answer is the person's, and `:DbpTrust!` takes it back."""
    settings = "settings = { dbp = { llm = { region = 'eu-central-1' } } }"
    more = f"vim.lsp.config('dbp', {{ {settings} }})\n"
    session = Neovim(tmp_path / "user", configuration(more)).run(
        root / "a.py",
        """
        local asked, choice = {}, 2
        vim.ui.select = function(items, options, on_choice)
          table.insert(asked, options.prompt)
          on_choice(items[choice])
        end
        nvim.settle()
        local said = { no = nvim.command('DbpTrust') }
        choice = 1
        said.yes = nvim.command('DbpTrust')
        said.kept = nvim.ask('dbp/trust').consent
        said.back = nvim.command('DbpTrust!')
        said.asked = asked
        return said
        """,
    )
    consent = "you did not consent for this folder: dbp trust --cloud"
    off = "llm.provider is none: set it to bedrock in your own settings"
    assert session.answer["no"] == f"dbp: nothing is sent: {consent}; {off}"
    assert session.answer["yes"] == f"dbp: nothing is sent: {off}"
    assert session.answer["kept"]["region"] == "eu-central-1"
    assert session.answer["back"] == session.answer["no"]
    assert len(session.answer["asked"]) == 2
    for word in (str(root), "Amazon Bedrock", "bedrock-runtime.eu-central-1.amazonaws.com"):
        assert word in session.answer["asked"][0]
    assert session.log == ""


def test_k_shows_what_is_typed_and_not_saved(neovim: Neovim, root: Path) -> None:
    session = neovim.run(
        root / "a.py",
        """
        nvim.settle()
        nvim.press('3GccTyped, nöt saved. 🎉<Esc>I# <Esc>')
        return nvim.hover(2)
        """,
    )
    assert "Typed, nöt saved. 🎉" in session.answer
    assert "Runs tasks one at a time." in (root / "a.py").read_text()


def test_the_settings_of_the_page_arrive(tmp_path: Path, root: Path) -> None:
    """Both blocks: the one to add, and the example of settings."""
    session = Neovim(tmp_path / "user", configuration(block("settings ="))).run(
        root / "silent.py",
        """
        nvim.settle()
        return { config = nvim.ask('dbp/config'), findings = vim.diagnostic.get(0) }
        """,
    )
    scheduler = session.answer["config"]["settings"]["scheduler"]
    assert scheduler["delay_seconds"] == {"value": 1, "origin": "editor"}
    assert scheduler["worker_threads"] == {"value": 4, "origin": "editor"}
    assert session.answer["config"]["problems"] == []
    assert session.answer["findings"] == []
    assert session.log == ""


def test_a_file_without_a_project_is_read_alone(neovim: Neovim, tmp_path: Path) -> None:
    alone = tmp_path / "alone" / "a.py"
    alone.parent.mkdir()
    alone.write_text(source())
    session = neovim.run(
        alone,
        """
        local saved = nvim.hover(2)
        nvim.press('3GccTyped, not saved.<Esc>I# <Esc>')
        return {
          saved = saved,
          typed = nvim.hover(2),
          status = nvim.command('DbpStatus'),
          findings = vim.diagnostic.get(0),
        }
        """,
    )
    assert "Runs tasks one at a time." in session.answer["saved"]
    assert "Typed, not saved." in session.answer["typed"]
    assert session.answer["status"] == "dbp: no workspace folder is open (open a folder)"
    assert session.answer["findings"] == []


def test_quitting_ends_the_server_and_leaves_no_word_in_the_log(neovim: Neovim, root: Path) -> None:
    session = neovim.run(root / "a.py", "nvim.settle()")
    assert session.server_ends(5.0)
    assert session.log == ""
