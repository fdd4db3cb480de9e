"""Running a handler: plain, async or a generator that yields to other handlers, as pygls has them.

Promises: whatever a handler raises ends up in the future that stands for its run, `SystemExit`
included; cancelling that future cancels what runs below it. No thread is ever used.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from typing import Any

from dbp.lsp.protocol_errors import HandlerExitError

Handler = Callable[..., Any]
Execution = asyncio.Future[Any] | Future[Any]


def start(
    handler: Handler, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
) -> Execution:
    """Start a handler; a plain one has run when this returns."""
    future: Future[Any] = Future()
    try:
        result = handler(*(args or ()), **(kwargs or {}))
    except Exception as raised:  # noqa: BLE001 - the future carries it to the one place that answers
        future.set_exception(raised)
    except SystemExit:
        future.set_exception(HandlerExitError("a handler called sys.exit"))
    else:
        if inspect.isgenerator(result):
            _advance(None, steps=result, whole=future)
        elif inspect.isawaitable(result):
            return asyncio.get_running_loop().create_task(_guard(result))
        else:
            future.set_result(result)
    return future


async def _guard(awaitable: Awaitable[Any]) -> Any:
    try:
        return await awaitable
    except SystemExit:  # a task would hand it to the loop, and the loop would stop
        raise HandlerExitError("a handler called sys.exit") from None


def _advance(
    step: Execution | None, *, steps: Generator[Any, Any, Any], whole: Future[Any]
) -> None:
    """Send a finished step's result into the generator and start the next one."""
    if whole.cancelled():
        steps.close()
        return
    try:
        value = None if step is None else step.result()
        handler, args, kwargs = steps.send(value)
    except StopIteration as end:
        whole.set_result(end.value)
        return
    except (asyncio.CancelledError, CancelledError):
        whole.cancel()
        return
    except Exception as raised:  # noqa: BLE001 - the future carries it to the one place that answers
        whole.set_exception(raised)
        return
    below = start(handler, args, kwargs)
    if not below.done():
        whole.add_done_callback(lambda ended: below.cancel() if ended.cancelled() else None)
    below.add_done_callback(lambda ended: _advance(ended, steps=steps, whole=whole))
