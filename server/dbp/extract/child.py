"""The parser process: `python -m dbp.extract.child`.

Reads requests from its standard input and answers on its standard output until the input ends. It
opens no file, no store and no socket; limits on memory and processor time bound what a hostile file
can take, the pool's deadline bounds how long. Small on purpose: only the core and this room.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
from functools import lru_cache
from pathlib import PurePath
from typing import Any, BinaryIO

from dbp import codec
from dbp.extract import frames
from dbp.extract.answers import pack_extraction
from dbp.extract.extraction import extract_bytes, extract_text
from dbp.ports import Excluded
from dbp.template import DEFAULT, Template, parse_template

RECURSION_LIMIT = 1000
"""Python's default, stated: deep code ends in a RecursionError here, not in a broken stack."""

CPU_SECONDS = 60
"""A parser that hangs after its server was killed ends by itself."""

NICE = 10
"""The priority in the background where there is no idle class."""

GARBAGE_EVERY = 200
"""Files between collections: syntax trees hold no cycles, so the collector mostly walks in vain."""


def main() -> None:
    """Serve until the input ends."""
    options = argparse.ArgumentParser()
    options.add_argument("--memory", type=int, default=1 << 30)
    options.add_argument("--background", action="store_true")
    chosen = options.parse_args()
    wire_out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # a stray print must not become part of an answer
    _limit(chosen.memory)
    if chosen.background:
        _step_back()
    sys.setrecursionlimit(RECURSION_LIMIT)
    gc.disable()
    serve(sys.stdin.buffer, wire_out)


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer every request in order; after running out of memory, answer once more and end."""
    served = 0
    while (message := frames.read(requests)) is not None:
        _allow_processor_time()
        head, body = _answer(*message)
        _write_all(answers, frames.pack({"id": message[0].get("id"), **head}, body))
        if head.get("retire"):
            return
        served += 1
        if served % GARBAGE_EVERY == 0:
            gc.collect()


def _answer(head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    path, language = str(head["path"]), str(head["language"])
    try:
        template = _template(str(head.get("template", "")))
        if head.get("kind") == "text":
            text = body.decode("utf-8", "surrogatepass")
            return {}, codec.encode(extract_text(path, language, text, template))
        result = extract_bytes(path, language, body, template)
        if isinstance(result, Excluded):
            return {"excluded": result.reason}, b""
        return pack_extraction(result, body)
    except MemoryError:
        return _failure("memory", "the file needs more memory than one may have"), b""
    except Exception as error:  # noqa: BLE001 - a defect in a reader costs one file, and is reported
        return _failure("defect", f"{type(error).__name__} {_where(error)}"), b""


@lru_cache(maxsize=8)
def _template(text: str) -> Template:
    """Read a project's template: every file of it brings the same one."""
    return (parse_template(text) if text else None) or DEFAULT


def _failure(code: str, message: str) -> dict[str, Any]:
    """Answer that nothing came of it, and that this process is no longer to be trusted."""
    return {"failure": [code, message], "retire": True}


def _where(error: BaseException) -> str:
    """Name the innermost line of ours: enough to find a defect, and no word of the file."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"at {PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _write_all(stream: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[stream.write(view) or 0 :]


def _step_back() -> None:
    """Run only when nobody else wants the processor: the person typing does not feel us.

    A low priority is not enough: Linux lets a process of any priority finish its slice of a few
    milliseconds, and that is a hover.
    """
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICE)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _limit(memory: int) -> None:
    """Bound this process. Systems without such limits have the pool's deadline alone."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _allow_processor_time() -> None:
    """Give the next file its share; the limit counts from the start of the process."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
