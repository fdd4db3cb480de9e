"""Repositories to fetch from: on the disk, behind servers, and servers that misbehave."""

from __future__ import annotations

import http.server
import os
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Self

_WHO = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false")


class Upstream:
    """A bare repository that grows commit by commit, without a work tree."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--initial-branch=main", ".")

    @property
    def url(self) -> str:
        """The address on the disk."""
        return self.path.as_uri()

    def git(self, *arguments: str, data: bytes = b"") -> str:
        """Run git in it."""
        env = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            ["git", *_WHO, *arguments],
            cwd=self.path,
            env=env,
            input=data,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    def blob(self, data: bytes) -> str:
        """Store a content."""
        return self.git("hash-object", "-w", "--stdin", data=data)

    def tree(self, entries: Mapping[str, tuple[str, str]]) -> str:
        """Store a tree: name → (mode, hash); nothing checks the names."""
        body = b"".join(
            f"{mode.lstrip('0')} {name}".encode() + b"\0" + bytes.fromhex(found)
            for name, (mode, found) in sorted(entries.items())
        )
        return self.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", data=body)

    def files(
        self, files: Mapping[str, bytes | str], links: Mapping[str, str] | None = None
    ) -> str:
        """Store a tree of files (name → content) and symbolic links (name → target)."""
        root: dict[str, tuple[str, str]] = {}
        below: dict[str, tuple[dict[str, bytes | str], dict[str, str]]] = {}
        for name, content in files.items():
            folder, slash, rest = name.partition("/")
            if slash:
                below.setdefault(folder, ({}, {}))[0][rest] = content
            else:
                data = content.encode() if isinstance(content, str) else content
                root[name] = ("100644", self.blob(data))
        for name, target in (links or {}).items():
            root[name] = ("120000", self.blob(target.encode()))
        for folder, (inner, _) in below.items():
            root[folder] = ("40000", self.files(inner))
        return self.tree(root)

    def commit(self, tree: str, branch: str = "main") -> str:
        """Commit a tree on a branch."""
        ref = f"refs/heads/{branch}"
        old = self.git("for-each-ref", "--format=%(objectname)", ref)
        parents = ["-p", old] if old else []
        found = self.git("commit-tree", tree, "-m", "change", *parents)
        self.git("update-ref", ref, found)
        return found

    def add(self, files: Mapping[str, bytes | str], branch: str = "main") -> str:
        """Commit files that take the place of all before."""
        return self.commit(self.files(files), branch)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def serving(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    """Serve on a free port of loopback."""
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def git_daemon(base: Path) -> Iterator[str]:
    """Serve the repositories below a folder by git's own protocol."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            subprocess.run(
                ["git", "daemon", "--inetd", "--export-all", f"--base-path={base}", str(base)],
                stdin=self.request,
                stdout=self.request,
                stderr=subprocess.DEVNULL,
                check=False,
            )

    with serving(Handler) as port:
        yield f"git://127.0.0.1:{port}"


class Silence:
    """A server that takes calls and never says a word."""

    def __init__(self) -> None:
        self.called = threading.Event()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"git://127.0.0.1:{self._listener.getsockname()[1]}/any.git"
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        while True:
            try:
                taken, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(taken)
            self.called.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for each in self._sockets:
            each.close()


@contextmanager
def plain_http(folder: Path) -> Iterator[str]:
    """Serve files as they lie there: git's oldest way, which gives no single commit."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with serving(Handler) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def redirecting(target: str) -> Iterator[str]:
    """Send everybody somewhere else."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", target + self.path)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with serving(Handler) as port:
        yield f"http://127.0.0.1:{port}"
