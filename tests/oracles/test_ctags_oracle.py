"""Functions and types against universal-ctags, on real packages.

`python tests/oracles/fetch_ctags.py` fetches them; without them, or without ctags, this says so and
is skipped. What is missed and why: `ctags_misses.md`.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest
from ctags_compare import OUR_MISSES, TONGUES, compare, ctags, files_of
from fetch_ctags import FOLDER

FILES = 250
"""As many of a language as are read here: a few seconds of work."""

LARGEST = 1_000_000
LEAST_RECALL = 0.99


@pytest.mark.slow
@pytest.mark.parametrize("language", TONGUES)
def test_we_have_what_ctags_has(language: str) -> None:
    program = ctags()
    if program is None:
        pytest.skip("there is no universal-ctags with JSON output")
    files = [
        path for path in files_of(language, FOLDER / language) if path.stat().st_size <= LARGEST
    ]
    if not files:
        pytest.skip("python tests/oracles/fetch_ctags.py has not been run")
    sample = random.Random(11).sample(files, min(FILES, len(files)))  # noqa: S311 - a sample
    verdict = compare(program, language, sample)
    assert verdict.tags > 100
    lost = [miss for miss in verdict.misses if miss.cause in OUR_MISSES]
    causes = Counter(miss.cause for miss in verdict.misses)
    assert verdict.recall >= LEAST_RECALL, (causes, lost[:20])
