"""An asyncio event loop in a thread, so that blocking tests can talk to asyncio servers."""

from __future__ import annotations

import asyncio
import threading

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

    def start(self, opening) -> None:
        """Run, and return once the coroutine ``opening`` is done; where it fails, end again."""
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(_ignore_lost_connections)
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()
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
        self.call(_cancel_other_tasks())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(CALL_TIMEOUT)
        self.loop = self._thread = None

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
            self.loop.run_until_complete(self.loop.shutdown_default_executor())
        finally:
            self.loop.close()


async def _cancel_other_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _ignore_lost_connections(loop: asyncio.AbstractEventLoop, context: dict) -> None:
    """A client that goes away is daily life for a server and no error to report."""
    if not isinstance(context.get("exception"), ConnectionError):
        loop.default_exception_handler(context)
