"""The commands of doc/neovim.md in a real Neovim, and what they say when something is missing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from editor import source
from neovim_session import PAGE, Neovim, binary, block, configuration

from dbp import __version__
from dbp.editors import NEOVIM, names
from dbp.languages import LANGUAGES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(60),
    pytest.mark.skipif(sys.platform != "linux", reason="the Neovim of the test is for Linux"),
]


@pytest.fixture
def neovim(tmp_path: Path) -> Neovim:
    return Neovim(tmp_path / "user", configuration())


def project(folder: Path, **more: str) -> Path:
    (folder / ".git").mkdir(parents=True)
    (folder / "doc").mkdir()
    (folder / "doc" / "DESIGN.md").write_text("# Design\n\nHow it all fits together.\n")
    (folder / "a.py").write_text(source())
    for name, text in more.items():
        (folder / f"{name}.md").write_text(text)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "project")


def test_search_offers_what_is_found_in_every_folder_and_goes_there(
    neovim: Neovim, root: Path, tmp_path: Path
) -> None:
    """Two roots, two servers, one list: the current buffer's folder first."""
    other = project(tmp_path / "other", tasks="# Tasks\n\nHow tasks are run to their end.\n")
    session = neovim.run(
        root / "a.py",
        f"""
        nvim.settle()
        vim.cmd.edit([[{other / "a.py"}]])
        nvim.settle()
        nvim.choose('tasks.md')
        vim.cmd('DbpSearch run tasks')
        nvim.wait_for_file('tasks.md')
        local said = {{ nothing = nvim.command('Dbp search zyzzyva') }}
        said.asked = nvim.asked
        said.servers = #vim.lsp.get_clients({{ name = 'dbp' }})
        vim.cmd.edit([[{root / "a.py"}]])
        require('dbp').find('run', {{ kind = 'symbol' }}, function(found)
          said.found = vim.tbl_map(function(one)
            return {{ one.uri, one.name, one.line }}
          end, found)
        end)
        nvim.wait_for('results', function() return said.found end)
        nvim.choose('run · project/a.py:18')
        vim.cmd('DbpSearch Run one task')
        nvim.wait_for('the place', function() return vim.fn.line('.') == 18 end)
        return said
        """,
    )
    [asked, *_] = session.answer["asked"]
    assert asked["prompt"] == "dbp: run tasks"
    assert asked["lines"][0].startswith("other/")
    assert any(line.startswith("run · project/a.py:18 · ") for line in asked["lines"])
    assert session.answer["nothing"] == "dbp: nothing is found for “zyzzyva”"
    assert session.answer["servers"] == 2
    here, there = (root / "a.py").as_uri(), (other / "a.py").as_uri()
    assert session.answer["found"] == [[here, "run", 17], [there, "run", 17]]
    assert session.log == ""


def test_references_cycles_plans_and_health(neovim: Neovim, root: Path) -> None:
    (root / "doc" / "DESIGN.md").write_text("# Design\n\nSee [the rest](REST.md).\n")
    (root / "doc" / "REST.md").write_text("# Rest\n\nBack to [the design](DESIGN.md).\n")
    (root / "doc" / "PLAN.md").write_text("# Plan\n\n- [x] one\n- [ ] two\n")
    session = neovim.run(
        root / "doc" / "DESIGN.md",
        """
        nvim.settle()
        vim.cmd.cd('..')
        local said = {}
        vim.cmd('DbpRefs')
        said.refs = nvim.list('dbp: references of doc/DESIGN.md')
        vim.cmd('cclose | DbpCycles')
        said.cycles = nvim.list('dbp: 1 cycle')
        vim.cmd('cclose')
        said.plan = nvim.command('DbpPlan')
        vim.cmd('DbpHealth')
        nvim.wait_for('a window', function() return vim.b.lsp_floating_preview end)
        local window = vim.b.lsp_floating_preview
        said.health = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
        return said
        """,
    )
    assert sorted(session.answer["refs"]) == [
        "a.py:9 a.py → doc/DESIGN.md (header)",
        "doc/DESIGN.md:3 doc/DESIGN.md → doc/REST.md (link)",
        "doc/REST.md:3 doc/REST.md → doc/DESIGN.md (link)",
    ]
    assert session.answer["cycles"] == [
        "doc/DESIGN.md:3 1. documentation: doc/DESIGN.md → doc/REST.md (link)",
        "doc/REST.md:3 1. documentation: doc/REST.md → doc/DESIGN.md (link)",
    ]
    assert session.answer["plan"] == "dbp: plans: 1 of 2 tasks done (50 %)"
    assert session.answer["health"][0] == "**dbp** is healthy"
    assert any("watcher" in line for line in session.answer["health"])
    assert session.log == ""


def test_a_renamed_file_takes_its_references_along(neovim: Neovim, root: Path) -> None:
    session = neovim.run(
        root / "doc" / "DESIGN.md",
        """
        nvim.settle()
        vim.cmd('normal! Goone more line')
        local said = { first = nvim.command('DbpRename HOW.md') }
        said.name = vim.fs.basename(vim.api.nvim_buf_get_name(0))
        said.unsaved = vim.fn.readfile('../a.py')[9]
        vim.cmd('wall')
        nvim.settle()
        said.saved = vim.fn.readfile('../a.py')[9]
        said.again = nvim.command('Dbp rename ../a.py')
        vim.cmd.edit('../a.py')
        said.findings = vim.tbl_map(function(one) return one.code end, vim.diagnostic.get(0))
        said.hover = nvim.hover(9, 'doc/HOW')
        return said
        """,
    )
    said = session.answer
    saves = "; references follow in 1 file, :wall saves them"
    assert said["first"] == f"dbp: renamed to HOW.md{saves}"
    assert said["name"] == "HOW.md"
    assert said["unsaved"] == "# codebase: doc/DESIGN.md"
    assert said["saved"] == "# codebase: doc/HOW.md"
    assert said["again"].endswith("a.py exists already")
    assert said["findings"] == []
    assert "How it all fits together. one more line" in said["hover"]
    assert not (root / "doc" / "DESIGN.md").exists()
    text = (root / "doc" / "HOW.md").read_text()
    assert text == "# Design\n\nHow it all fits together.\none more line\n"
    assert session.log == ""


def test_a_new_name_is_a_name_and_nothing_else(neovim: Neovim, root: Path) -> None:
    """Vim runs what stands in backquotes, and a folder of a repository may be called so."""
    (root / "doc" / "`touch RAN`").mkdir()
    session = neovim.run(
        root / "doc" / "DESIGN.md",
        r"""
        nvim.settle()
        return nvim.command('DbpRename \\`touch\\ RAN\\`/HOW.md')
        """,
    )
    assert "renamed to" in session.answer
    assert (root / "doc" / "`touch RAN`" / "HOW.md").exists()
    assert not list(root.rglob("RAN"))


def test_jobs_pause_header_and_the_statusline(neovim: Neovim, root: Path) -> None:
    """The statusline is made of what the server tells: nobody asks it."""
    (root / "silent.py").write_text("def f(x):\n    return x\n")
    session = neovim.run(
        root / "silent.py",
        """
        local said, told = { none = require('dbp').statusline() }, 0
        vim.api.nvim_create_autocmd('User', {
          pattern = 'DbpStatus',
          callback = function(event)
            told = told + 1
            said.told = event.data.status.state
          end,
        })
        local function statusline(text)
          nvim.wait_for('the statusline to say ' .. text, function()
            return require('dbp').statusline() == text
          end)
          return require('dbp').status().state
        end
        nvim.settle()
        said.idle = statusline('dbp ✓')
        nvim.command('DbpRefresh')
        nvim.choose('completed  refresh', 'Show all')
        vim.cmd('DbpJobs')
        nvim.wait_for('a window', function() return vim.b.lsp_floating_preview end)
        local window = vim.b.lsp_floating_preview
        said.job = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, 1, false)[1]
        said.asked = nvim.asked
        vim.cmd('fclose!')
        local missing = { type = 'extract', arguments = { path = 'missing.py' } }
        local id = nvim.ask('dbp/jobs/submit', missing).jobId
        nvim.wait_for('a failure', function()
          return nvim.ask('dbp/jobs/get', { id = id }).status == 'failed'
        end)
        nvim.choose('extract failed: there is no file missing.py', 'Try it again')
        said.again = nvim.command('DbpJobs')
        local service = { service = 'index_optimization' }
        nvim.ask('dbp/services/configure', { service = service.service, enabled = false })
        nvim.ask('dbp/services/trigger', service)
        nvim.choose('queued     optimize', 'Cancel it')
        said.cancel = nvim.command('DbpJobs')
        said.pause = nvim.command('DbpPause')
        said.paused = statusline('dbp paused')
        said.resume = nvim.command('DbpResume')
        statusline('dbp ✓')
        vim.cmd('DbpHeader')
        nvim.wait_for('a header', function() return vim.fn.line('$') > 5 end)
        said.header = vim.fn.search('Source file intent', 'nw') > 0
        said.process = nvim.command('DbpProcess')
        said.unknown = nvim.command('Dbp nonsense')
        said.words = vim.fn.getcompletion('Dbp re', 'cmdline')
        said.events = told > 1
        return said
        """,
    )
    said = session.answer
    assert said["none"] == ""
    assert (said["idle"], said["paused"], said["events"]) == ("idle", "paused", True)
    assert said["pause"] == "dbp: paused: the record stays as it is until :DbpResume"
    assert said["resume"].startswith("dbp: goes on: ")
    assert said["job"].startswith("**dbp** · refresh done: 3 files, ")
    prompts = [asked["prompt"] for asked in said["asked"]]
    assert prompts[:2] == ["dbp: jobs", "dbp: refresh, completed"]
    assert said["asked"][1]["lines"] == ["Show all of it"]
    assert said["again"] == "dbp: extract is queued"
    assert said["cancel"] == "dbp: optimize is cancelled"
    assert said["header"] is True
    assert said["process"] == "dbp: this file is read again"
    assert said["unknown"].startswith("dbp: there is no :Dbp nonsense; there are cycles, header, ")
    assert said["words"] == ["refresh", "refs", "rename", "restart", "resume"]
    assert session.log == ""


def test_a_restart_takes_what_was_configured_meanwhile_and_checkhealth_tells_it(
    neovim: Neovim, root: Path
) -> None:
    session = neovim.run(
        root / "a.py",
        """
        nvim.settle()
        local said, before = {}, nvim.client().id
        vim.lsp.config('dbp', { settings = { dbp = { scheduler = { delay_seconds = 3 } } } })
        nvim.command('DbpRestart')
        nvim.settle()
        said.restarted = nvim.client().id ~= before
        said.clients = #vim.lsp.get_clients({ name = 'dbp' })
        said.delay = nvim.ask('dbp/config').settings.scheduler.delay_seconds.value
        said.hover = nvim.hover(2)[1]
        vim.cmd('fclose!')
        vim.cmd('checkhealth dbp')
        said.health = vim.api.nvim_buf_get_lines(0, 0, -1, false)
        return said
        """,
    )
    said = session.answer
    assert (said["restarted"], said["clients"], said["delay"]) == (True, 1, 3)
    assert said["hover"] == "**dbp** · `a.py`"
    health = "\n".join(said["health"])
    for line in (
        r"✅ OK Neovim 0\.11",
        r"✅ OK dbp is enabled",
        r"✅ OK version \S+, as these files",
        r"✅ OK dbp: .* on Python 3\.",
        rf"dbp: {re.escape(str(root))} ",
        r"✅ OK attached to 1 buffer",
        r"✅ OK idle, leader: 2 files, 0 waiting, 0 failed",
        r"✅ OK record: .*index\.db, SQLite ",
        r"✅ OK watcher: inotify, \d+ folders",
        r"provider: local, ok",
    ):
        assert re.search(line, health), f"{line}\n{health}"
    assert session.log == ""


def test_a_missing_program_is_told_once_and_every_command_says_the_next_step(
    tmp_path: Path, root: Path
) -> None:
    neovim = Neovim(tmp_path / "user", configuration(), installed=False)
    session = neovim.run(
        root / "a.py",
        """
        local said = {}
        -- What was told at the start came before this script could listen.
        said.start = vim.fn.execute('messages')
        vim.cmd.edit('doc/DESIGN.md')
        said.more = #nvim.messages
        said.status = nvim.command('DbpStatus')
        said.search = nvim.command('DbpSearch words')
        vim.lsp.config('dbp', { cmd = { 'sh' } })
        said.there = nvim.command('DbpStatus')
        vim.lsp.config('dbp', { cmd = { 'dbp', 'serve' } })
        vim.cmd('checkhealth dbp')
        said.health = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')
        return said
        """,
    )
    said = session.answer
    advice = "dbp: no program 'dbp' is found: see :help dbp-install"
    assert said["start"].count(advice) == 1
    assert said["more"] == 0
    assert said["status"] == advice
    assert said["search"] == said["status"]
    assert said["there"].startswith("dbp: no server runs: open a project's file")
    assert "❌ ERROR dbp is not executable" in said["health"]
    assert ":help |dbp-install|" in said["health"]
    assert session.server is None


def test_a_killed_server_is_told_and_one_command_starts_it_again(
    neovim: Neovim, root: Path
) -> None:
    session = neovim.run(
        root / "a.py",
        """
        nvim.settle()
        local pid = tonumber(vim.fn.readfile(vim.env.TMPDIR .. '/server.pid')[1])
        vim.uv.kill(pid, 'sigkill')
        nvim.wait_for('the end', function()
          return vim.iter(nvim.messages):any(function(one) return one:find('ended by itself') end)
        end)
        nvim.wait_for('no client', function() return #vim.lsp.get_clients() == 0 end)
        local status = nvim.command('DbpStatus')
        nvim.command('DbpRestart')
        nvim.settle()
        return { status = status, hover = nvim.hover(2)[1] }
        """,
    )
    assert session.answer["hover"] == "**dbp** · `a.py`"
    assert ":DbpRestart" in session.answer["status"]


def test_the_page_and_the_help_name_every_command_there_is() -> None:
    plugin = (NEOVIM / "plugin" / "dbp.lua").read_text(encoding="utf-8")
    commands = [f":Dbp{word}" for word in re.findall(r"^command\('(\w+)'", plugin, re.MULTILINE)]
    help_text = (NEOVIM / "doc" / "dbp.txt").read_text(encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    assert len(commands) == 16
    assert [name for name in commands if f"*{name}*" not in help_text or name not in page] == []


def run_lua(tmp_path: Path, script: str) -> str:
    """Run Lua in a Neovim without any configuration, and give what it prints."""
    file = tmp_path / "script.lua"
    file.write_text(script, encoding="utf-8")
    argv = [binary(), "--clean", "--headless", "-l", str(file)]
    environment = {"PATH": os.defpath, "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    done = subprocess.run(argv, capture_output=True, text=True, check=True, env=environment)
    return done.stdout + done.stderr


def test_the_tags_of_the_help_are_as_neovim_makes_them(tmp_path: Path) -> None:
    folder = tmp_path / "doc"
    shutil.copytree(NEOVIM / "doc", folder, ignore=shutil.ignore_patterns("tags"))
    run_lua(tmp_path, f"vim.cmd.helptags([[{folder}]])")
    assert (folder / "tags").read_text() == (NEOVIM / "doc" / "tags").read_text()


def test_the_files_know_the_version_they_came_with() -> None:
    assert f"'{__version__}'" in (NEOVIM / "lua" / "dbp" / "version.lua").read_text()


def test_the_page_shows_what_is_printed() -> None:
    shown = re.sub(
        r"^(local dbp) = '.*'$", rf"\1 = '{NEOVIM}'", block("fs_stat"), flags=re.MULTILINE
    )
    assert shown == configuration()


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    gone = configuration().replace(str(NEOVIM), str(tmp_path / "gone"))
    printed = run_lua(tmp_path, gone)
    assert printed.strip() == "dbp is not where it was: run `dbp editor-config neovim` again"


def test_the_server_is_started_for_every_language_of_the_table(tmp_path: Path) -> None:
    """And Neovim gives these names to the first ending of each language that is parsed."""
    parsed = [one for one in LANGUAGES if one.grammar or one.name == "markdown"]
    files = [f"x.{one.extensions.split()[0]}" for one in parsed]
    printed = run_lua(
        tmp_path,
        f"""
        local known = dofile([[{NEOVIM}/lsp/dbp.lua]]).filetypes
        local strange = {{}}
        for _, name in ipairs(vim.json.decode([=[{json.dumps(files)}]=])) do
          local buffer = vim.api.nvim_create_buf(false, true)
          local found = vim.filetype.match({{ filename = '/p/' .. name, buf = buffer }})
          if not vim.list_contains(known, found) then
            table.insert(strange, name)
          end
        end
        io.stdout:write(vim.json.encode({{ known, strange }}))
        """,
    )
    known, strange = json.loads(printed)
    assert known == sorted(names.vim())
    assert strange == []
