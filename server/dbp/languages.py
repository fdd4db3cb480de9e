# ruff: noqa: E501 - a table reads best with one entry on one line
"""The table of languages: adding one is one entry.

Names are LSP's language ids where LSP has one. A language says how its files are found (extension,
file name, interpreter), how it writes comments, and which grammar parses it, if any.
"""

from __future__ import annotations

from typing import NamedTuple

Pairs = tuple[tuple[str, str], ...]

HASH = ("#",)
SLASHES = ("//",)
DASHES = ("--",)
C_BLOCK: Pairs = (("/*", "*/"),)
XML_BLOCK: Pairs = (("<!--", "-->"),)
JINJA_BLOCK: Pairs = (("{#", "#}"), ("{% comment %}", "{% endcomment %}"))
DOCSTRINGS: Pairs = (('"""', '"""'), ("'''", "'''"))


class Language(NamedTuple):
    """One language. `files` are whole names or the part of a name before its first dot."""

    name: str
    extensions: str = ""
    files: str = ""
    interpreters: str = ""
    line: tuple[str, ...] = ()
    block: Pairs = ()
    docstrings: Pairs = ()
    grammar: tuple[str, str] | None = None


def _c_like(
    name: str,
    extensions: str,
    grammar: tuple[str, str] | None = None,
    *,
    interpreters: str = "",
) -> Language:
    return Language(
        name,
        extensions,
        interpreters=interpreters,
        line=SLASHES,
        block=C_BLOCK,
        grammar=grammar,
    )


def _hashed(name: str, extensions: str = "", files: str = "", interpreters: str = "") -> Language:
    return Language(name, extensions, files, interpreters, line=HASH)


_TYPESCRIPT = "tree_sitter_typescript"

LANGUAGES = (
    # ── with a grammar ──
    Language(
        "python", "py pyi pyw bzl", "SConstruct SConscript", "python python2 python3 pypy",
        HASH, (), DOCSTRINGS, ("tree_sitter_python", "language"),
    ),
    _c_like("javascript", "js mjs cjs", ("tree_sitter_javascript", "language"), interpreters="node"),
    _c_like("javascriptreact", "jsx", ("tree_sitter_javascript", "language")),
    _c_like("typescript", "ts mts cts", (_TYPESCRIPT, "language_typescript"), interpreters="deno bun"),
    _c_like("typescriptreact", "tsx", (_TYPESCRIPT, "language_tsx")),
    _c_like("go", "go", ("tree_sitter_go", "language")),
    _c_like("rust", "rs", ("tree_sitter_rust", "language")),
    _c_like("java", "java", ("tree_sitter_java", "language")),
    _c_like("c", "c h", ("tree_sitter_c", "language")),
    _c_like("cpp", "cc cpp cxx c++ hh hpp hxx h++ ipp inl tcc cu cuh ino", ("tree_sitter_cpp", "language")),
    _c_like("csharp", "cs csx", ("tree_sitter_c_sharp", "language")),
    _c_like("kotlin", "kt kts", ("tree_sitter_kotlin", "language")),
    _c_like("swift", "swift", ("tree_sitter_swift", "language"), interpreters="swift"),
    Language(
        "ruby", "rb rake gemspec ru", "Rakefile Gemfile Vagrantfile Podfile Brewfile", "ruby jruby",
        HASH, (("=begin", "=end"),), (), ("tree_sitter_ruby", "language"),
    ),
    Language(
        "shellscript", "sh bash zsh ksh bats ebuild",
        ".bashrc .bash_profile .zshrc .profile PKGBUILD", "sh bash dash zsh ksh ash",
        HASH, (), (), ("tree_sitter_bash", "language"),
    ),
    Language(
        "php", "php phtml php5 phps", "", "php",
        ("//", "#"), C_BLOCK, (), ("tree_sitter_php", "language_php"),
    ),
    # ── documents ──
    Language("markdown", "md markdown mkd mdx qmd", block=(*XML_BLOCK, ("{/*", "*/}"))),
    Language("restructuredtext", "rst rest", line=("..",)),
    Language("asciidoc", "adoc asciidoc", line=SLASHES),
    Language("tex", "tex sty cls ltx", line=("%",)),
    Language("bibtex", "bib", line=("%",)),
    Language("groff", "man roff", line=('.\\"', "'\\\"")),
    Language("notebook", "ipynb"),
    # ── markup and styles ──
    Language("html", "html htm xhtml", block=(*XML_BLOCK, *JINJA_BLOCK)),
    Language("jinja", "j2 jinja jinja2 tpl twig liquid", block=(*JINJA_BLOCK, *XML_BLOCK)),
    Language("vue", "vue", block=XML_BLOCK),
    Language("svelte", "svelte", block=XML_BLOCK),
    Language("xml", "xml xsd xsl xslt svg rng wsdl plist csproj vbproj fsproj props targets resx kml gpx",
             block=XML_BLOCK),
    Language("css", "css", block=C_BLOCK),
    _c_like("scss", "scss"),
    _c_like("less", "less"),
    _c_like("sass", "sass"),
    _c_like("stylus", "styl"),
    # ── data and settings ──
    _hashed("yaml", "yaml yml", ".clang-format .clang-tidy"),
    _hashed("toml", "toml", "Pipfile"),
    Language("ini", "ini cfg conf service desktop editorconfig", ".editorconfig .gitconfig .flake8", "",
             ("#", ";")),
    _hashed("properties", "properties env", ".env"),
    Language("json", "json geojson webmanifest map"),
    _c_like("jsonc", "jsonc json5 code-workspace"),
    Language("csv", "csv tsv"),
    _hashed("gettext", "po pot"),
    _hashed("ignore", "gitignore dockerignore npmignore",
            ".gitignore .dockerignore .npmignore .gitattributes .hgignore CODEOWNERS"),
    Language("sql", "sql ddl dml psql", line=DASHES, block=C_BLOCK),
    _hashed("graphql", "graphql gql"),
    _c_like("proto", "proto"),
    _c_like("thrift", "thrift"),
    Language("terraform", "tf tfvars hcl", line=("#", "//"), block=C_BLOCK),
    _hashed("nginx", "nginx"),
    # ── building ──
    _hashed("dockerfile", "dockerfile", "Dockerfile Containerfile"),
    _hashed("makefile", "mk mak make", "Makefile GNUmakefile makefile Kbuild", "make"),
    _hashed("cmake", "cmake", "CMakeLists.txt"),
    _hashed("meson", "", "meson.build meson_options.txt"),
    _hashed("starlark", "star bazel", "BUILD WORKSPACE"),
    _hashed("just", "just", "justfile Justfile"),
    _hashed("kconfig", "", "Kconfig"),
    _c_like("dts", "dts dtsi dtso"),
    Language("asm", "s asm nasm", line=("//", "#", ";", "@"), block=C_BLOCK),
    Language("linkerscript", "ld lds", block=C_BLOCK),
    Language("m4", "m4 ac", "", "", ("dnl", "#")),
    _c_like("groovy", "groovy gradle", interpreters="groovy"),
    _c_like("bison", "y yy"),
    _c_like("flex", "l ll lex"),
    # ── other languages ──
    Language("perl", "pl pm t pod", "", "perl", HASH, tuple((f"={word}", "=cut") for word in ("head1", "pod", "begin"))),
    Language("r", "r rmd", "", "Rscript", ("#", "#'")),
    Language("julia", "jl", "", "julia", HASH, (("#=", "=#"),), DOCSTRINGS[:1]),
    Language("elixir", "ex exs", "", "elixir", HASH, (('@moduledoc """', '"""'),)),
    _hashed("crystal", "cr"),
    Language("nim", "nim nims", line=HASH, block=(("#[", "]#"),)),
    _hashed("fish", "fish", "", "fish"),
    _hashed("tcl", "tcl tk", "", "tclsh wish expect"),
    _hashed("awk", "awk", "", "awk gawk mawk"),
    _hashed("sed", "sed", "", "sed"),
    _hashed("gdscript", "gd"),
    _hashed("nix", "nix"),
    Language("coffeescript", "coffee", "", "coffee", HASH, (("###", "###"),)),
    Language("powershell", "ps1 psm1 psd1", "", "pwsh", HASH, (("<#", "#>"),)),
    Language("bat", "bat cmd", "", "", ("rem", "REM", "Rem", "@rem", "@REM", "::")),
    _c_like("scala", "scala sc sbt", interpreters="scala"),
    _c_like("dart", "dart", interpreters="dart"),
    _c_like("objective-c", "m mm"),
    Language("d", "d di", line=SLASHES, block=(*C_BLOCK, ("/+", "+/"))),
    _c_like("zig", "zig zon"),
    _c_like("solidity", "sol"),
    _c_like("vala", "vala vapi"),
    _c_like("verilog", "v vh"),
    _c_like("systemverilog", "sv svh"),
    _c_like("glsl", "glsl vert frag comp hlsl wgsl metal"),
    _c_like("cocci", "cocci"),
    Language("lua", "lua", "", "lua luajit", DASHES, (("--[[", "]]"), ("--[=[", "]=]"), ("--[==[", "]==]"))),
    Language("haskell", "hs lhs", "", "runhaskell", DASHES, (("{-", "-}"),)),
    Language("elm", "elm", line=DASHES, block=(("{-", "-}"),)),
    Language("purescript", "purs", line=DASHES, block=(("{-", "-}"),)),
    Language("ada", "ada adb ads", line=DASHES),
    Language("vhdl", "vhd vhdl", line=DASHES),
    Language("ocaml", "ml mli", "", "ocaml", (), (("(*", "*)"),)),
    Language("fsharp", "fs fsi fsx", line=SLASHES, block=(("(*", "*)"),)),
    Language("pascal", "pas pp dpr lpr", line=SLASHES, block=(("{", "}"), ("(*", "*)"))),
    Language("lisp", "lisp lsp cl el asd", "", "sbcl emacs", (";",), (("#|", "|#"),)),
    Language("scheme", "scm ss rkt", "", "guile racket", (";",), (("#|", "|#"),)),
    Language("clojure", "clj cljs cljc edn", "", "", (";",)),
    Language("erlang", "erl hrl", "", "escript", ("%",)),
    Language("prolog", "pro prolog", "", "swipl", ("%",), C_BLOCK),
    Language("matlab", "", "", "octave", ("%",), (("%{", "%}"),)),
    Language("fortran", "f f90 f95 f03 f08 for", line=("!", "C", "c", "*")),
    Language("vb", "vb vbs bas", line=("'",)),
    Language("vim", "vim", ".vimrc", "", ('"', "#")),
)  # fmt: skip

TEXT = Language(
    "text",
    "txt text log",
    line=("#", "//", "--", ";", "%"),
    block=(*C_BLOCK, *XML_BLOCK, *DOCSTRINGS),
)
"""What nothing else claims: any comment style may hold a header there."""

BINARY_ENDINGS = frozenset(
    (  # noqa: SIM905 - two hundred quoted words are no table
        # images
        "png jpg jpeg jpe gif bmp ico icns webp avif heic heif tif tiff psd xcf ai eps raw cr2 nef tga dds exr hdr "
        # fonts
        "ttf otf woff woff2 eot pfb "
        # sound and film
        "mp3 ogg oga flac wav m4a aac wma opus mid midi mp4 m4v mkv webm avi mov wmv flv mpg mpeg ogv 3gp "
        # archives and disks
        "zip gz tgz bz2 tbz2 xz txz lzma lz lz4 zst br 7z rar tar cab cpio rpm deb dmg iso img apk ipa jar war ear aar "
        "whl egg crx xpi vsix nupkg snap "
        # objects and programs
        "o obj a lib so dll dylib exe com ko elf bin rom hex uf2 class pyc pyo pyd wasm node pdb dwo gcda gcno mo beam "
        "rlib rmeta dex "
        # office and print
        "pdf doc docx xls xlsx ppt pptx odt ods odp rtf epub mobi djvu pages numbers key sketch fig "
        # data
        "db sqlite sqlite3 mdb accdb dbf shp shx mmdb parquet avro orc feather arrow npy npz pkl pickle h5 hdf5 onnx pt "
        "pth safetensors tflite gguf joblib rds rdata sav jks keystore p12 pfx der gpg sig swp dtb glb blend fbx "
        "stl 3ds max unitypackage "
    ).split()
)  # fmt: skip
"""File-name endings whose content is never text, whatever its first bytes say."""

PROSE = frozenset({"markdown", "restructuredtext", "asciidoc", "tex", "groff", "text"})
"""Languages people read: a search calls their files documents."""
