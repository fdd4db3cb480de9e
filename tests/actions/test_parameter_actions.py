"""Documented parameters are renamed, added and dropped in the style their comment has."""

from __future__ import annotations

import pytest
from acting import File

GOOGLE = '''\
def run(task, retries):
    """Run one task.

    Args:
        task (str): What to do,
            in words.
        {}

    Returns:
        What came of it.
    """
    return task, retries
'''
NUMPY = '''\
def run(task, retries):
    """Run one task.

    Parameters
    ----------
    task : str
        What to do.
    {}
        How often.

    Returns
    -------
    str
    """
    return task, retries
'''
SPHINX = '''\
def run(task, retries):
    """Run one task.

    :param str task: what to do
    :param int {0}: how often
    :type {0}: int
    :returns: what came of it
    """
    return task, retries
'''
JSDOC = """\
/**
 * Run one task.
 * @param {{string}} task - what to do
 * @param {{number}} {} - how often
 * @returns {{string}} what came of it
 */
function run(task, retries) {{ return task; }}
"""
RUST = """\
/// Run one task.
///
/// # Arguments
///
/// * `task` - what to do
/// * `{}` - how often
pub fn run(task: &str, retries: u32) {{}}
"""
JAVA = """\
class A {{
    /**
     * Run one task.
     *
     * @param task what to do
     * @param {} how often
     */
    void run(String task, int retries) {{ }}
}}
"""
STYLES = [
    ("a.py", "python", GOOGLE.replace("{}", "{}: How often.")),
    ("a.py", "python", NUMPY.replace("    {}\n", "    {} : int\n")),
    ("a.py", "python", SPHINX),
    ("a.js", "javascript", JSDOC),
    ("a.java", "java", JAVA),
    ("a.rs", "rust", RUST),
]


@pytest.mark.parametrize(("path", "language", "text"), STYLES)
def test_the_name_of_the_signature_takes_the_place_of_the_wrong_one(
    path: str, language: str, text: str
) -> None:
    file = File(path, text.format("retrys"), language)
    done = file.taking("parameter-unknown", "Call it 'retries'")
    right, wrong = text.format("retries"), text.format("retrys")
    expected = right if text is not SPHINX else wrong.replace("int retrys:", "int retries:")
    assert done.text == expected


@pytest.mark.parametrize(("path", "language", "text"), STYLES)
def test_what_is_said_of_a_parameter_that_is_gone_goes_whole(
    path: str, language: str, text: str
) -> None:
    file = File(path, text.format("speed"), language)
    done = file.taking("parameter-unknown", "Drop")
    assert "speed" not in done.text
    assert "what to do" in done.text.lower()
    (symbol,) = [s for s in _all(done) if s.name == "run"]
    assert [item.name for item in symbol.doc.parameters] == ["task"]
    assert len(done.text.splitlines()) < len(file.text.splitlines())


def _all(file: File) -> list:
    level = list(file.extraction().symbols)
    return level + [child for one in level for child in one.children]


@pytest.mark.parametrize(("path", "language", "text"), STYLES)
def test_a_parameter_that_is_missing_is_added_as_its_neighbours_are(
    path: str, language: str, text: str
) -> None:
    lines = text.format("retries").splitlines(keepends=True)
    kept = [line for line in lines if "retries" not in line or "(" in line or "return" in line]
    kept = [line for line in kept if line.strip().lower() != "how often."]
    file = File(path, "".join(kept), language)
    done = file.taking("parameter-undocumented", "Add 'retries'")
    (symbol,) = [s for s in _all(done) if s.name == "run"]
    assert [item.name for item in symbol.doc.parameters] == ["task", "retries"]
    assert "parameter-unknown" not in done.codes()


def test_one_before_the_others_comes_before_them() -> None:
    text = GOOGLE.replace("        task (str): What to do,\n            in words.\n", "")
    file = File("a.py", text.format("retries: How often."))
    done = file.taking("parameter-undocumented", "Add 'task'")
    assert "        task: <what it is>\n        retries: How often.\n" in done.text


def test_with_the_last_one_its_heading_goes() -> None:
    text = '"""A."""\n\n\ndef f(x):\n    """Do.\n\n    Args:\n        y: what\n    """\n'
    done = File("a.py", text).taking("parameter-unknown", "Drop")
    assert done.text == '"""A."""\n\n\ndef f(x):\n    """Do.\n    """\n'


def test_nothing_is_guessed_where_the_names_are_far_apart() -> None:
    file = File("a.py", GOOGLE.format("zzz: Odd.").replace("retries):", "retries, speed):"))
    offered = file.offers("parameter-unknown")
    assert not [one for one in offered if one.title.startswith("Call it")]
