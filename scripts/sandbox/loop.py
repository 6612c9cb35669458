"""An asyncio event loop in a thread, so that blocking tests can talk to asyncio servers."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

CALL_TIMEOUT = 10.0
"""Seconds a caller waits for the loop: far above any start or stop, so a hang ends as an error."""


class LoopThread:
    """Run coroutines for callers of other threads.

    The loop belongs to this object: nothing is installed as the current loop of the caller.
    """

    def __init__(self, name: str):
        self.name = name
        self.loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._end: asyncio.Event | None = None

    def start(self, opening) -> None:
        """Run, and return once the coroutine ``opening`` is done; where it fails, end again."""
        running = Future()
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._run(running),), name=self.name, daemon=True
        )
        self._thread.start()
        self.loop, self._end = running.result(CALL_TIMEOUT)
        try:
            self.call(opening)
        except BaseException:
            self.stop()
            raise

    def call(self, coroutine):
        """Return the result of ``coroutine``, or raise what it raises."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(CALL_TIMEOUT)

    def stop(self) -> None:
        """End every task and the thread; a second call does nothing."""
        if self.loop is None:
            return
        self.loop.call_soon_threadsafe(self._end.set)
        self._thread.join(CALL_TIMEOUT)
        self.loop = self._thread = self._end = None

    async def _run(self, running: Future) -> None:
        """``asyncio.run`` cancels what is left when this returns."""
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        loop.set_exception_handler(_ignore_lost_connections)
        running.set_result((loop, end))
        await end.wait()


def _ignore_lost_connections(loop: asyncio.AbstractEventLoop, context: dict) -> None:
    """A client that goes away is daily life for a server and no error to report."""
    if not isinstance(context.get("exception"), ConnectionError):
        loop.default_exception_handler(context)
