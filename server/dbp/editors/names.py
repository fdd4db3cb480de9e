# ruff: noqa: E501 - a table reads best with one entry on one line
"""What each editor calls the languages of `dbp.languages`.

Where an editor has our own name (LSP's language id) nothing stands here. An empty entry is a
language that the editor does not tell apart.
"""

from __future__ import annotations

from dbp.languages import LANGUAGES

_VIM = {
    "csharp": "cs", "shellscript": "sh bash zsh", "restructuredtext": "rst", "tex": "tex plaintex",
    "bibtex": "bib", "groff": "nroff", "notebook": "", "jinja": "jinja htmldjango twig liquid", "ini": "dosini gitconfig systemd",
    "properties": "jproperties", "json": "", "csv": "", "gettext": "po", "ignore": "gitattributes", "stylus": "stylus",
    "terraform": "terraform hcl", "makefile": "make", "starlark": "bzl starlark", "linkerscript": "ld",
    "bison": "yacc", "flex": "lex", "asm": "asm nasm", "powershell": "ps1", "bat": "dosbatch", "coffeescript": "coffee",
    "objective-c": "objc objcpp", "glsl": "glsl wgsl", "haskell": "haskell lhaskell", "scheme": "scheme racket",
    "r": "r rmd", "markdown": "markdown quarto", "lisp": "lisp", "cpp": "cpp cuda arduino", "python": "python pyrex",
    "scala": "scala sbt", "matlab": "matlab octave", "cocci": "", "vb": "vb basic",
}  # fmt: skip
"""Filetypes of Vim and Neovim."""

_EMACS = {
    "python": "python-mode python-ts-mode", "javascript": "js-mode js2-mode js-ts-mode", "javascriptreact": "js-jsx-mode rjsx-mode",
    "typescript": "typescript-mode typescript-ts-mode", "typescriptreact": "typescript-tsx-mode tsx-ts-mode", "go": "go-mode go-ts-mode",
    "rust": "rust-mode rust-ts-mode rustic-mode", "java": "java-mode java-ts-mode", "c": "c-mode c-ts-mode", "cpp": "c++-mode c++-ts-mode",
    "csharp": "csharp-mode csharp-ts-mode", "kotlin": "kotlin-mode kotlin-ts-mode", "ruby": "ruby-mode ruby-ts-mode enh-ruby-mode",
    "shellscript": "sh-mode bash-ts-mode", "php": "php-mode php-ts-mode", "markdown": "markdown-mode gfm-mode", "restructuredtext": "rst-mode",
    "asciidoc": "adoc-mode", "tex": "latex-mode LaTeX-mode tex-mode plain-tex-mode", "groff": "nroff-mode", "notebook": "",
    "html": "html-mode mhtml-mode html-ts-mode web-mode", "jinja": "jinja2-mode", "xml": "nxml-mode", "css": "css-mode css-ts-mode", "less": "less-css-mode",
    "stylus": "stylus-mode", "yaml": "yaml-mode yaml-ts-mode", "toml": "toml-mode toml-ts-mode conf-toml-mode",
    "ini": "conf-mode conf-unix-mode conf-windows-mode", "properties": "conf-javaprop-mode", "json": "", "jsonc": "jsonc-mode", "csv": "",
    "gettext": "po-mode", "ignore": "gitignore-mode", "proto": "protobuf-mode", "dockerfile": "dockerfile-mode dockerfile-ts-mode",
    "makefile": "makefile-mode makefile-gmake-mode makefile-bsdmake-mode", "cmake": "cmake-mode cmake-ts-mode", "starlark": "bazel-mode",
    "linkerscript": "ld-script-mode", "asm": "asm-mode nasm-mode", "perl": "perl-mode cperl-mode", "r": "ess-r-mode", "fish": "fish-mode", "sed": "",
    "coffeescript": "coffee-mode", "bat": "bat-mode", "objective-c": "objc-mode", "glsl": "glsl-mode wgsl-mode", "ocaml": "tuareg-mode caml-mode",
    "lua": "lua-mode lua-ts-mode", "pascal": "pascal-mode", "lisp": "emacs-lisp-mode lisp-mode lisp-data-mode", "scheme": "scheme-mode racket-mode",
    "clojure": "clojure-mode clojurescript-mode", "fortran": "fortran-mode f90-mode", "matlab": "octave-mode", "cocci": "", "vb": "visual-basic-mode",
    "vim": "vimrc-mode", "elixir": "elixir-mode elixir-ts-mode", "systemverilog": "", "meson": "meson-mode", "nim": "nim-mode",
}  # fmt: skip
"""Major modes of Emacs."""

_SUBLIME = {
    "javascript": "source.js", "javascriptreact": "source.jsx", "typescript": "source.ts", "typescriptreact": "source.tsx", "cpp": "source.c++",
    "csharp": "source.cs", "kotlin": "source.kotlin source.Kotlin", "shellscript": "source.shell", "php": "embedding.php", "markdown": "text.html.markdown",
    "restructuredtext": "text.restructuredtext", "asciidoc": "text.asciidoc", "tex": "text.tex", "bibtex": "text.bibtex", "groff": "text.groff", "notebook": "",
    "html": "text.html.basic", "jinja": "text.html.jinja", "vue": "text.html.vue", "svelte": "source.svelte text.html.svelte", "xml": "text.xml",
    "json": "", "jsonc": "source.json.sublime", "csv": "", "gettext": "source.po", "ignore": "text.git.ignore", "linkerscript": "source.ld", "asm": "source.asm source.assembly",
    "properties": "source.java-props source.env", "bison": "source.yacc source.bison", "flex": "source.lex", "bat": "source.dosbatch",
    "coffeescript": "source.coffee", "objective-c": "source.objc source.objc++", "pascal": "source.pascal", "cocci": "", "vim": "source.viml",
    "fortran": "source.fortran", "vb": "source.vbnet",
}  # fmt: skip
"""Scopes of Sublime Text; `source.` and our name where none is named."""

HELIX = {
    "python": "ty ruff jedi pylsp", "javascript": "typescript-language-server", "jsx": "typescript-language-server",
    "typescript": "typescript-language-server", "tsx": "typescript-language-server", "go": "gopls golangci-lint-lsp", "rust": "rust-analyzer",
    "java": "jdtls", "c": "clangd", "cpp": "clangd", "c-sharp": "omnisharp", "kotlin": "kotlin-language-server", "swift": "sourcekit-lsp",
    "ruby": "ruby-lsp solargraph", "bash": "bash-language-server", "php": "intelephense", "markdown": "marksman markdown-oxide", "rst": "",
    "latex": "texlab", "bibtex": "texlab", "html": "vscode-html-language-server superhtml", "jinja": "",
    "htmldjango": "djlsp vscode-html-language-server superhtml", "twig": "", "vue": "vuels", "svelte": "svelteserver", "xml": "",
    "css": "vscode-css-language-server", "scss": "vscode-css-language-server", "yaml": "yaml-language-server ansible-language-server",
    "toml": "taplo tombi", "ini": "", "properties": "", "env": "", "json": "vscode-json-language-server", "jsonc": "vscode-json-language-server",
    "csv": "", "po": "", "git-ignore": "", "git-attributes": "", "sql": "", "graphql": "graphql-language-service", "protobuf": "buf pbkit protols",
    "thrift": "", "hcl": "terraform-ls", "nginx": "", "dockerfile": "docker-langserver", "make": "", "cmake": "neocmakelsp cmake-language-server",
    "meson": "mesonlsp", "starlark": "starpls", "just": "just-lsp", "devicetree": "dts-lsp", "nasm": "asm-lsp", "gas": "asm-lsp", "ld": "",
    "groovy": "", "perl": "perlnavigator", "r": "r", "julia": "julia", "elixir": "elixir-ls", "crystal": "crystalline ameba-ls",
    "nim": "nimlangserver", "fish": "fish-lsp", "tcl": "", "awk": "awk-language-server", "gdscript": "", "nix": "nil nixd", "powershell": "",
    "scala": "metals", "dart": "dart", "d": "serve-d", "zig": "zls", "solidity": "solc", "vala": "vala-language-server", "verilog": "svlangserver",
    "glsl": "glsl_analyzer", "wgsl": "wgsl-analyzer", "lua": "lua-language-server", "haskell": "haskell-language-server",
    "elm": "elm-language-server", "purescript": "purescript-language-server", "ada": "ada-language-server", "vhdl": "vhdl_ls", "ocaml": "ocamllsp",
    "fsharp": "fsharp-ls", "pascal": "pasls", "common-lisp": "cl-lsp", "elisp": "", "scheme": "", "clojure": "clojure-lsp", "erlang": "erlang-ls elp",
    "prolog": "swipl", "matlab": "", "fortran": "fortls",
}  # fmt: skip
"""Languages of Helix 25.07, each with the servers that Helix starts for it: a list of ours replaces
its own, so that it has to name them, too."""

ZED = {
    "python": "Python", "javascript": "JavaScript", "typescript": "TypeScript", "typescriptreact": "TSX", "go": "Go", "rust": "Rust", "java": "Java", "c": "C",
    "cpp": "C++", "csharp": "C#", "kotlin": "Kotlin", "swift": "Swift", "ruby": "Ruby", "shellscript": "Shell Script", "php": "PHP", "markdown": "Markdown",
    "html": "HTML", "css": "CSS", "scss": "SCSS", "yaml": "YAML", "toml": "TOML", "jsonc": "JSONC", "sql": "SQL", "terraform": "Terraform", "dockerfile": "Dockerfile",
    "makefile": "Makefile", "lua": "Lua", "elixir": "Elixir", "haskell": "Haskell", "dart": "Dart", "scala": "Scala", "zig": "Zig", "nix": "Nix", "julia": "Julia",
    "vue": "Vue.js", "svelte": "Svelte", "ocaml": "OCaml", "clojure": "Clojure", "erlang": "Erlang", "perl": "Perl", "r": "R",
}  # fmt: skip
"""Languages of Zed and of its usual extensions."""

KATE = {
    "markdown": "Markdown", "restructuredtext": "reStructuredText", "asciidoc": "AsciiDoc", "makefile": "Makefile", "cmake": "CMake", "dockerfile": "Dockerfile",
    "toml": "TOML", "ini": "INI Files", "java": "Java", "csharp": "C#", "kotlin": "Kotlin", "swift": "Swift", "ruby": "Ruby", "php": "PHP/PHP", "lua": "Lua",
    "scss": "SCSS", "sql": "SQL", "proto": "Protobuf", "elixir": "Elixir", "erlang": "Erlang", "julia": "Julia", "scala": "Scala", "groovy": "Groovy",
    "powershell": "PowerShell", "meson": "Meson", "clojure": "Clojure", "scheme": "Scheme", "lisp": "Common Lisp", "vhdl": "VHDL", "ada": "Ada",
}  # fmt: skip
"""Highlighting modes of Kate for which Kate 22.12 starts no server: it starts one for a mode."""


def vim() -> list[str]:
    """List the filetypes of Vim."""
    return _names(_VIM)


def emacs() -> list[str]:
    """List the major modes of Emacs."""
    return _names(_EMACS, "{}-mode")


def sublime() -> list[str]:
    """List the scopes of Sublime Text."""
    return _names(_SUBLIME, "source.{}")


def _names(exceptions: dict[str, str], usual: str = "{}") -> list[str]:
    found: dict[str, None] = {}
    for language in LANGUAGES:
        named = exceptions.get(language.name)
        found |= dict.fromkeys([usual.format(language.name)] if named is None else named.split())
    return list(found)
