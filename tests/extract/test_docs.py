# ruff: noqa: E501, ISC004 - tables of source text
"""Doc comments of every usual style: what is read of them, and what is not taken for a parameter."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings, strategies as st

from dbp.extract.docs import MAX_DOC_CHARACTERS, from_comment, from_docstring
from dbp.extract.docstyles import MAX_ITEMS
from dbp.model import Doc, DocItem, Range


def items(*pairs: tuple[str, str]) -> tuple[DocItem, ...]:
    return tuple(DocItem(name, text) for name, text in pairs)


DOCSTRINGS = {
    "Google": (
        "Does it.\n"
        "\n"
        "    Longer.\n"
        "\n"
        "    Args:\n"
        "        a (int, optional): the a\n"
        "            goes on\n"
        "        b: The b: yes.\n"
        "        *args: rest\n"
        "        **kwargs: others\n"
        "        c (Dict[str, Tuple(int)]): x\n"
        "        note that this is prose\n"
        "\n"
        "    Returns:\n"
        "        int: the number\n"
        "        of it\n"
        "\n"
        "    Raises:\n"
        "        ValueError: when\n"
        "            bad\n"
        "        KeyError: if\n"
        "\n"
        "    Example:\n"
        "        foo: bar\n"
        "    ",
        Doc(summary="Does it.", parameters=items(("a", "the a goes on"), ("b", "The b: yes."), ("args", "rest"), ("kwargs", "others"), ("c", "x")), returns="int: the number of it", raises=items(("ValueError", "when bad"), ("KeyError", "if"))),
    ),
    "NumPy": (
        "Does it.\n"
        "\n"
        "    Parameters\n"
        "    ----------\n"
        "    x : {1, 2}\n"
        "        The x.\n"
        "    a, b : int\n"
        "        Both.\n"
        "    *args\n"
        "        rest\n"
        "\n"
        "    y\n"
        "        The y\n"
        "\n"
        "    Returns\n"
        "    -------\n"
        "    out : ndarray\n"
        "        The result\n"
        "\n"
        "    Raises\n"
        "    ------\n"
        "    ValueError\n"
        "        if bad\n"
        "\n"
        "    See Also\n"
        "    --------\n"
        "    foo : bar\n"
        "    ",
        Doc(summary="Does it.", parameters=items(("x", "The x."), ("a", "Both."), ("b", "Both."), ("args", "rest"), ("y", "The y")), returns="out : ndarray The result", raises=items(("ValueError", "if bad"))),
    ),
    "Sphinx": (
        "Does it.\n"
        "\n"
        "    :param int x: the x\n"
        "       more\n"
        "    :param y: the y\n"
        "    :type y: int\n"
        "    :param \\*args: a\n"
        "    :keyword z: the z\n"
        "    :returns: it\n"
        "    :rtype: int\n"
        "    :raises ValueError: bad\n"
        "    ",
        Doc(summary="Does it.", parameters=items(("x", "the x more"), ("y", "the y"), ("args", "a"), ("z", "the z")), returns="it", raises=items(("ValueError", "bad"))),
    ),
    "PEP 257": (
        "Build it.\n"
        "\n"
        "    Keyword arguments:\n"
        "    real -- the real part (default 0.0)\n"
        "    imag -- the imaginary part\n"
        "    ",
        Doc(summary="Build it.", parameters=items(("real", "the real part (default 0.0)"), ("imag", "the imaginary part"))),
    ),
    "only a section": (
        "Args:\n"
        "   a: x\n",
        Doc(parameters=items(("a", "x"))),
    ),
    "prose with a colon": (
        "Return the x: and y.",
        Doc(summary="Return the x: and y."),
    ),
    "only what comes back": (
        "Returns: the x.",
        Doc(summary="Returns: the x.", returns="the x."),
    ),
    "a section ends where the indent does": (
        "Does.\n"
        "\n"
        "   Args:\n"
        "     a: x\n"
        "     b: y\n"
        "   More prose here: yes\n"
        "     c: z\n",
        Doc(summary="Does.", parameters=items(("a", "x"), ("b", "y"))),
    ),
}  # fmt: skip

COMMENTS = {
    "JSDoc": (
        "/**\n"
        " * Does it.\n"
        " * @param {string} a - The a\n"
        " *   goes on\n"
        " * @param {{x: number}} [b=1] The b\n"
        " * @param {Object} [c.d] no\n"
        " * @param {...*} rest\n"
        " * @param noType text\n"
        " * @param [opt] - text\n"
        " * @returns {Promise<x>} The promise\n"
        " * @throws {TypeError} bad\n"
        " * @see foo\n"
        " */",
        Doc(summary="Does it.", parameters=items(("a", "The a goes on"), ("b", "The b"), ("rest", ""), ("noType", "text"), ("opt", "text")), returns="The promise", raises=items(("TypeError", "bad"))),
    ),
    "Javadoc": (
        "/**\n"
        " * Does <b>it</b>.\n"
        " *\n"
        " * @param name the name\n"
        " *        of it\n"
        " * @param <T> type\n"
        " * @return the value\n"
        " * @throws IOException if bad\n"
        " * @exception Foo\n"
        " */",
        Doc(summary="Does it.", parameters=items(("name", "the name of it")), returns="the value", raises=items(("IOException", "if bad"), ("Foo", ""))),
    ),
    "kernel-doc": (
        "/**\n"
        " * foo_bar() - Does the bar\n"
        " * @x: the x\n"
        " *     goes on\n"
        " * @y:\tthe y\n"
        " * @...: rest\n"
        " *\n"
        " * Longer text.\n"
        " *\n"
        " * Return: zero\n"
        " */",
        Doc(summary="Does the bar", parameters=items(("x", "the x goes on"), ("y", "the y")), returns="zero"),
    ),
    "rustdoc": (
        "/// Does it.\n"
        "///\n"
        "/// # Arguments\n"
        "///\n"
        "/// * `x` - the x\n"
        "/// * `y`: the y\n"
        "/// - z - the z\n"
        "///\n"
        "/// # Returns\n"
        "///\n"
        "/// The thing\n"
        "///\n"
        "/// # Errors\n"
        "///\n"
        "/// When bad.\n"
        "///\n"
        "/// # Examples\n"
        "/// ```\n"
        "/// # fn x\n"
        "/// ```",
        Doc(summary="Does it.", parameters=items(("x", "the x"), ("y", "the y"), ("z", "the z")), returns="The thing", raises=items(("Errors", "When bad."))),
    ),
    "Swift": (
        "/// Does it.\n"
        "///\n"
        "/// - Parameters:\n"
        "///   - x: the x\n"
        "///   - y: the y\n"
        "/// - Returns: it\n"
        "/// - Throws: bad",
        Doc(summary="Does it.", parameters=items(("x", "the x"), ("y", "the y")), returns="it", raises=items(("", "bad"))),
    ),
    "Swift, one parameter": (
        "/// Does it.\n"
        "/// - Parameter x: the x\n"
        "///   more",
        Doc(summary="Does it.", parameters=items(("x", "the x more"))),
    ),
    "Doxygen": (
        "/*!\n"
        " * \\brief Does it.\n"
        " * \\param[in] x the x\n"
        " * \\param[in,out] a,b both\n"
        " * @retval 0 fine\n"
        " * \\return it\n"
        " */",
        Doc(summary="Does it.", parameters=items(("x", "the x"), ("a", "both"), ("b", "both")), returns="0 fine it"),
    ),
    "C# XML": (
        '/// <summary>\n'
        '/// Does it with <see cref="T:Foo.Bar"/>.\n'
        '/// </summary>\n'
        '/// <param name="x">The x.\n'
        '/// more</param>\n'
        '/// <returns>It</returns>\n'
        '/// <exception cref="T:System.X">bad</exception>',
        Doc(summary="Does it with Foo.Bar.", parameters=items(("x", "The x. more")), returns="It", raises=items(("System.X", "bad"))),
    ),
    "PHPDoc": (
        "/**\n"
        " * Does it.\n"
        " * @param string $a the a\n"
        " * @param array<int, string> $b text\n"
        " * @param ?Foo|null ...$c text\n"
        " * @param int &$d\n"
        " * @return string[] them\n"
        " */",
        Doc(summary="Does it.", parameters=items(("$a", "the a"), ("$b", "text"), ("$c", "text"), ("$d", "")), returns="string[] them"),
    ),
    "YARD": (
        "# Does it.\n"
        "# @param x [String] the x\n"
        "# @param [Integer] y the y\n"
        "# @param [name] what\n"
        "# @return [Boolean] yes\n"
        "# @raise [ArgumentError] bad",
        Doc(summary="Does it.", parameters=items(("x", "the x"), ("y", "the y")), returns="yes", raises=items(("ArgumentError", "bad"))),
    ),
    "godoc": (
        "// Foo does it. It says: see @param here.\n"
        "// Args: none",
        Doc(summary="Foo does it."),
    ),
    "KDoc": (
        "/**\n"
        " * Does it.\n"
        " *\n"
        " * @param[x] the x\n"
        " * @param y the y\n"
        " * @receiver z\n"
        " * @return it\n"
        " */",
        Doc(summary="Does it.", parameters=items(("x", "the x"), ("y", "the y")), returns="it"),
    ),
    "shell": (
        "# Does it.\n"
        "# Arguments:\n"
        "#   $1 - path\n"
        "#   name - foo\n"
        "# Returns:\n"
        "#   0 if ok",
        Doc(summary="Does it.", parameters=items(("name", "foo")), returns="0 if ok"),
    ),
    "gtk-doc": (
        "/**\n"
        " * g_foo:\n"
        " * @a: (nullable): the a\n"
        " * @b_c: text\n"
        " *\n"
        " * Does it.\n"
        " *\n"
        " * Returns: (transfer full): it\n"
        " */",
        Doc(summary="Does it.", parameters=items(("a", "(nullable): the a"), ("b_c", "text")), returns="(transfer full): it"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("style", DOCSTRINGS)
def test_a_docstring_is_read_in_its_style(style: str) -> None:
    text, expected = DOCSTRINGS[style]
    assert from_docstring(text) == expected
    assert from_docstring(text.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize("style", COMMENTS)
def test_a_comment_is_read_in_its_style(style: str) -> None:
    text, expected = COMMENTS[style]
    assert from_comment(text) == expected
    assert from_comment(text.replace("\n", "\n    ")) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Does it.\n\nExample:\n    a: b\n    c: d\n",
        "Does it with the following\nArguments: there are two.\n",
        "Does it.\n\nArgs:\n    -v: verbose\n    the first of them\n",
        "Does it.\n\nAttributes:\n    a: b\n",
        "Does it.\n\nParameters\nare many: a, b\n",
        "Does it.\n\n@param opts.a the a\n@param {Object} [opts.b] the b\n",
        "Does it.\n\n@param <T> the type\n@template T\n@tparam T x\n@typeParam T x\n",
        "Does it.\n\n@param {Object} {a, b} taken apart\n",
        "Does it.\n\n@param\n@param \n",
        "Does it.\n\n@parameterized a\n@params-x y\n",
        "Does it.\n\n:type a: int\n:rtype: int\n:class:`A` is it\n:ivar a: b\n",
        "Does it.\n\n@note: this\n@see: that\n",
        "Does it.\n\n# Examples\n\n* `a` - b\n",
        "Does it.\n\n```\n# Arguments\n* `a` - b\n```\n",
        "Does it.\n\n- Note: this\n- a: b\n",
        "Does it.\n\n<param>a</param><typeparam name='T'>b</typeparam>\n",
        "Does it.\n\nParameters\n----------\nThere are none here.\n    a\n",
    ],
)
def test_what_is_no_parameter_is_not_taken_for_one(text: str) -> None:
    doc = from_docstring(text)
    assert doc.parameters == ()
    assert doc.summary is not None
    assert doc.summary.startswith("Does it")


SECTIONS = """
[{intent}]
Does one thing. And
another.

[Design principles]
- First one
  goes on
- Second one

[ Implementation Details ]
Line one
Line two

[design_decisions]:
Because.

@param a the a
:raises E: bad
"""


@pytest.mark.parametrize(
    "intent",
    ["Function intent", "Class intent", "Class method intent", "class_method_INTENT", " Intent "],
)
def test_sections_in_brackets_are_read_beside_a_style(intent: str) -> None:
    doc = from_docstring(SECTIONS.replace("{intent}", intent))
    assert doc.intent == "Does one thing. And another."
    assert doc.design_principles == ("First one goes on", "Second one")
    assert doc.implementation_details == "Line one\nLine two"
    assert (doc.design_decisions or "").startswith("Because.")
    assert doc.parameters == items(("a", "the a"))
    assert doc.raises == items(("E", "bad"))
    assert doc.summary == "Does one thing."


def test_a_place_is_kept() -> None:
    where = Range(1, 2, 3, 4)
    assert from_docstring("Does it.", where) == Doc(summary="Does it.", range=where)
    assert from_comment("// Does it.", where) == Doc(summary="Does it.", range=where)
    assert from_comment("//") == Doc()


# ── hostile texts ──


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(
            st.sampled_from(
                [
                    *"\n a{[$,`(:",
                    "    ",
                    "@param",
                    ":param a",
                    "Args:",
                    "<param name='a'>",
                    "</param>",
                ]
            )
            | st.sampled_from(
                ["- Parameters:", "# Arguments", "---", "* `a` - b", "@a:", "Returns:"]
            ),
            max_size=40,
        ).map("".join),
    )
)
def test_any_text_is_read(text: str) -> None:
    for doc in (from_docstring(text), from_comment(text)):
        assert len(doc.parameters) <= MAX_ITEMS + 10
        for item in (*doc.parameters, *doc.raises):
            assert len(item.name) <= 200
            assert len(item.text) <= 300


@pytest.mark.parametrize(
    "unit",
    ["@param a b\n", "@param {", "@param [", ":param ", ":raises a", "Args:\n  a: b\n", "a(", "(", "*", "`a`,", "<param name='a'>", "<summary>", "- Parameter ", "a, ", "@a:\n", "Parameters\n---\na\n", "Aa ", "$a ", "# ", "\n", " "],
)  # fmt: skip
def test_the_time_to_read_a_doc_comment_is_linear_and_bounded(unit: str) -> None:
    text = unit * (MAX_DOC_CHARACTERS // len(unit))
    before = time.process_time()
    from_docstring(text)
    from_comment(text)
    from_docstring("Does it.\n\nArgs:\n    " + text)
    assert time.process_time() - before < 0.5
    before = time.process_time()
    from_comment(unit * (1_000_000 // len(unit)))
    assert time.process_time() - before < 0.5
