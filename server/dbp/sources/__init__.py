"""The sources room: what is on disk, which of it belongs to the workspace, and what just changed.

It owns watchdog, pathspec and every run of git in a workspace. It promises that one `Scope` gives
the same verdict to the walker, the watcher and single looks; that nothing in a workspace makes it
run code, block, or read outside the root; and that whatever cannot be known becomes a warning or a
hint to look again, never silence. It writes nothing below the root.
"""
