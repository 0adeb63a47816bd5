"""Reads the stack while a browser is connected, and sends every browser what has changed."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator

from local.page.page_state import Change, PageState
from local.page.stack_reader import Reader

_EVERY_S = 0.25
_AFTER_A_FAILURE_S = 2.0


class Broadcaster:
    def __init__(self, reader: Reader, page_state: PageState) -> None:
        self._reader = reader
        self._page_state = page_state
        self._browsers: set[asyncio.Queue[Change | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watch: asyncio.Task[None] | None = None
        self._reading = asyncio.Lock()
        self._looks: set[asyncio.Task[bool]] = set()

    async def changes(self) -> AsyncGenerator[Change]:
        """For one browser: the whole state, then changes, until `close`."""
        self._loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Change | None] = asyncio.Queue()
        await self.look()
        for change in self._page_state.everything():
            queue.put_nowait(change)
        self._browsers.add(queue)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look_again_and_again())
        try:
            while news := await queue.get():
                yield news
        finally:
            self._browsers.discard(queue)

    def close(self) -> None:
        """From any thread."""
        if self._loop:
            self._loop.call_soon_threadsafe(self._tell, None)

    def _tell(self, change: Change | None) -> None:
        for queue in self._browsers:
            queue.put_nowait(change)

    async def look(self) -> bool:
        """Reads the stack now: what it says thereafter is at least as new. False if that was not possible.

        To its end, even if the browser that waits for it goes away: each log line is read only once.
        """
        look = asyncio.create_task(self._look())
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)
        return await asyncio.shield(look)

    async def _look(self) -> bool:
        async with self._reading:
            now_ms = time.time_ns() // 1_000_000
            try:
                reading = await asyncio.to_thread(
                    self._reader.read, self._page_state.open_calls, self._page_state.ringing, now_ms
                )
                changes = self._page_state.update(reading, now_ms)
            except Exception as error:
                # The stack stops, or the emulator is busy: the next look tells it all.
                logging.getLogger(__name__).warning("the stack could not be read", exc_info=True)
                for change in self._page_state.failed(error, now_ms):
                    self._tell(change)
                return False
            for change in changes:
                self._tell(change)
        return True

    async def _look_again_and_again(self) -> None:
        while self._browsers:
            await asyncio.sleep(_EVERY_S if await self.look() else _AFTER_A_FAILURE_S)
