"""The rules, one small module per family: pure functions of a `Subject`.

A rule yields what it found; which of it is shown, and how loud, is somebody else's question.
"""
