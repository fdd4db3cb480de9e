"""What editors load of us, as files: this package only knows where they stand.

`neovim` is a folder for Neovim's runtime path, `dbp.el` a library for Emacs, `beside.py` a preset
for the multiplexer that Eglot needs. `names` knows what each editor calls a language.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
NEOVIM = FOLDER / "neovim"
