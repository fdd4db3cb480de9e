"""Only what was saved is ever sent: what a person types stays in the editor."""

from __future__ import annotations

from bedrock import StandIn, answer, hang, later
from nova import Nova
from nova_talk import enrichment, honest, module, settle

TYPED = "zebra-crossing-umbrella"
"""What nobody saved; no secret scan would find it."""


def test_text_that_is_never_saved_is_in_no_body(nova: Nova) -> None:
    """Row R18: typed, hovered, settled and closed without saving."""
    nova.write("a.py", module("grow"))
    nova.write("b.py", module("shrink"))
    with nova.editor() as editor:
        editor.open("a.py")
        editor.change("a.py", module("grow") + f'\nPASSWORD = "{TYPED}-1"\n')
        settle(editor)
        assert editor.hover("a.py", 0)
        editor.open("b.py", module(f"typed_{TYPED.replace('-', '_')}"))
        editor.open("new.py", f"# {TYPED}-2\n" + module("fresh"))
        editor.client.request("dbp/processFile", {"uri": editor.uri("a.py"), "force": True})
        editor.change("a.py", module("grow") + f"\n# {TYPED}-3\n")
        settle(editor)
        assert editor.metadata("a.py")["unsaved"] is True
        for path in ("a.py", "b.py", "new.py"):
            editor.close(path)
        settle(editor)
        assert editor.metadata("a.py")["unsaved"] is False
        assert enrichment(editor, "a.py")["state"] == "done"
    sent = nova.sent()
    assert "total += step" in sent
    assert "zebra" not in sent
    assert "def fresh" not in sent


def test_what_is_saved_goes_and_what_was_typed_before_does_not(nova: Nova) -> None:
    nova.write("a.py", module("grow"))
    with nova.editor() as editor:
        settle(editor)
        editor.open("a.py")
        editor.change("a.py", module("grow", "zebra_typed"))
        settle(editor)
        editor.change("a.py", module("grow", "lion_saved"))
        editor.save("a.py", module("grow", "lion_saved"))
        settle(editor)
        editor.change("a.py", module("grow", "lion_saved", "zebra_again"))
        settle(editor)
        assert nova.calls == 2
    assert "lion_saved" in nova.sent()
    assert "zebra" not in nova.sent()


def test_the_meaning_of_the_saved_file_is_shown_over_the_buffer_and_says_so(nova: Nova) -> None:
    nova.write("a.py", module("grow"))
    with nova.editor() as editor:
        settle(editor)
        saved = editor.metadata("a.py")
        editor.open("a.py")
        editor.change("a.py", "\n\n" + module("grow", "zebra"))
        typed = editor.metadata("a.py")
        assert typed["unsaved"] is True
        assert typed["header"]["intent"] == saved["header"]["intent"]
        assert typed["enrichment"]["ofContent"] == saved["contentHash"]
        assert saved["enrichment"]["ofContent"] is None
        names = {symbol["name"]: symbol["doc"]["intent"] for symbol in typed["symbols"]}
        assert names["grow"]
        assert names["zebra"] is None


def test_a_file_that_is_open_goes_first(nova: Nova, stand_in: StandIn) -> None:
    for number in range(30):
        nova.write(f"a{number:02}.py", module(f"grow_{number}"))
    nova.write("z.py", module("opened"))
    stand_in.script = lambda _request: hang()
    with nova.editor(llm={"max_concurrency": 1}) as editor:
        stand_in.until(lambda: len(stand_in.requests) == 1)
        editor.open("z.py")
        editor.metadata("z.py")
        # Slow enough that even a busy machine hears of the open file meanwhile.
        stand_in.script = lambda request: later(0.8, answer(honest(request)))
        stand_in.let_go()
        stand_in.until(lambda: any("def opened" in r.text for r in stand_in.requests))
        assert nova.calls <= 6, "it waited for files nobody looks at"
