"""What a person puts into the configuration of an editor, made for one installation of dbp.

Each function is given the command that starts dbp (without `serve`) and returns the text; where it
belongs is said in `PLACES`, and in the text itself where its format has comments.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterable, Sequence

from dbp.editors import FOLDER, NEOVIM, names

Argv = Sequence[str]

ROOTS = [".git", ".dbp.toml", ".dbp.json", "pyproject.toml"]
"""What stands where a project begins."""


def neovim(command: Argv) -> str:
    """Give Lua for Neovim 0.11."""
    found_by_itself = list(command) == ["dbp"]
    cmd = ", ".join(_lua(word) for word in (*command, "serve"))
    moved = "dbp is not where it was: run `dbp editor-config neovim` again"
    lines = [
        "-- dbp beside your other language servers.",
        f"local dbp = {_lua(str(NEOVIM))}",
        "if vim.uv.fs_stat(dbp) then",
        "  vim.opt.runtimepath:prepend(dbp)",
        *([] if found_by_itself else [f"  vim.lsp.config('dbp', {{ cmd = {{ {cmd} }} }})"]),
        "  vim.lsp.enable('dbp')",
        "else",  # the folder goes when Python is updated
        f"  vim.notify({_lua(moved)}, vim.log.levels.WARN)",
        "end",
    ]
    return _with_place("neovim", "-- ", "\n".join(lines))


def vim(command: Argv) -> str:
    """Give Vim script for the plugins vim-lsp and yegappan/lsp; what is not there is not used."""
    filetypes = _filled((f"'{one}'," for one in names.vim()), "      \\ ")
    roots = ", ".join(f"'{one}/'" if one == ".git" else f"'{one}'" for one in ROOTS)
    cmd = [_vim(word) for word in (*command, "serve")]
    return _with_place(
        "vim",
        '" ',
        f"""\
" dbp beside your other language servers.
let g:dbp_filetypes = [
{filetypes}
      \\ ]

function! s:DbpRoot() abort
  let l:path = lsp#utils#get_buffer_path()
  let l:root = lsp#utils#find_nearest_parent_file_directory(l:path, [{roots}])
  return lsp#utils#path_to_uri(empty(l:root) ? fnamemodify(l:path, ':h') : l:root)
endfunction

augroup dbp
  autocmd!
  " vim-lsp
  autocmd User lsp_setup call lsp#register_server({{
        \\ 'name': 'dbp',
        \\ 'cmd': {{_ -> [{", ".join(cmd)}]}},
        \\ 'root_uri': {{_ -> s:DbpRoot()}},
        \\ 'allowlist': g:dbp_filetypes,
        \\ }})
  " yegappan/lsp
  autocmd User LspSetup call LspAddServer([{{
        \\ 'name': 'dbp',
        \\ 'path': {cmd[0]},
        \\ 'args': [{", ".join(cmd[1:])}],
        \\ 'filetype': g:dbp_filetypes,
        \\ 'rootSearch': [{roots}],
        \\ }}])
augroup END""",
    )


def emacs(command: Argv) -> str:
    """Give Emacs Lisp, for Eglot and lsp-mode."""
    modes = _filled(names.emacs(), "        ").strip()
    words = " ".join(_lisp(word) for word in (*command, "serve"))
    return _with_place(
        "emacs",
        ";; ",
        f"""\
;; dbp beside your other language servers; with Eglot that needs `rass':
;;   pipx install rassumfrassum
(add-to-list 'load-path {_lisp(str(FOLDER))})
(require 'dbp)
(setq dbp-command '({words})
      dbp-client 'eglot ; or 'lsp, for lsp-mode
      dbp-modes
      '({modes}))
(dbp-setup)""",
    )


def helix(command: Argv) -> str:
    """Give TOML for Helix."""
    first, *rest = (*command, "serve")
    parts = [
        f"""\
# dbp beside your other language servers. A list here replaces Helix's own: each names the
# servers that Helix 25.07 starts by itself, too. Those that are not installed do no harm.
[language-server.dbp]
command = {_json(first)}
args = {_json(rest)}"""
    ]
    for name, servers in names.HELIX.items():
        listed = [*servers.split(), "dbp"]
        parts.append(f"[[language]]\nname = {_json(name)}\nlanguage-servers = {_json(listed)}")
    return _with_place("helix", "# ", "\n\n".join(parts))


def zed(command: Argv) -> str:
    """Give the settings for Zed, where its extension for dbp is installed."""
    path, *rest = (*command, "serve")
    servers = {"language_servers": ["dbp", "..."]}
    settings = {
        "lsp": {"dbp": {"binary": {"path": path, "arguments": rest}}},
        "languages": dict.fromkeys(names.ZED.values(), servers),
    }
    return _pretty(settings)


def sublime(command: Argv) -> str:
    """Give the settings of Sublime Text's package LSP."""
    client = {
        "enabled": True,
        "command": [*command, "serve"],
        "selector": " | ".join(names.sublime()),
    }
    return _pretty({"clients": {"dbp": client}})


def kate(command: Argv) -> str:
    """Give the user server settings of Kate's LSP client."""
    escaped = (name.replace("+", r"\+") for name in names.KATE.values())
    server = {
        "command": [*command, "serve"],
        "rootIndicationFileNames": ROOTS,
        "url": "",
        "highlightingModeRegex": f"^({'|'.join(escaped)})$",
    }
    return _pretty({"servers": {"dbp": server}})


def vscode(command: Argv) -> str:
    """Give the user settings of VS Code; its extension finds all but the server by itself."""
    return _pretty({"dbp.server.path": command[0]})


WRITERS: dict[str, Callable[[Argv], str]] = {
    "neovim": neovim,
    "vim": vim,
    "emacs": emacs,
    "helix": helix,
    "zed": zed,
    "sublime": sublime,
    "kate": kate,
    "vscode": vscode,
}

PLACES = {
    "neovim": "~/.config/nvim/init.lua",
    "vim": "~/.vim/vimrc, behind the line that loads the plugin",
    "emacs": "~/.emacs.d/init.el, behind your own changes of eglot-server-programs",
    "helix": "~/.config/helix/languages.toml",
    "zed": "~/.config/zed/settings.json (zed: open settings), once the extension in "
    f"{FOLDER / 'zed'} is installed (zed: install dev extension)",
    "sublime": "Preferences > Package Settings > LSP > Settings",
    "kate": "Settings > Configure Kate > LSP Client > User Server Settings",
    "vscode": "the user settings (Preferences: Open User Settings (JSON))",
}


def _with_place(editor: str, comment: str, text: str) -> str:
    return f"{comment}Into {PLACES[editor]}.\n{text}\n"


def _filled(words: Iterable[str], indent: str) -> str:
    return textwrap.fill(
        " ".join(words),
        width=88,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _json(value: object) -> str:
    """Give a string or a list of strings as JSON, which TOML reads as well."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _lua(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _vim(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def _lisp(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
