"""Calls to AWS: botocore blocks, so they wait in threads, and for no longer than the invocation has time for."""

import asyncio
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from shared.clock import Clock

UNAVAILABLE = (BotoCoreError, ClientError, TimeoutError)
"""What comes of AWS when it can't be reached, refuses, or takes longer than there is time."""


async def in_thread[**P, T](
    clock: Clock, until_ms: int, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
) -> T:
    """What `work` returns or raises, or `TimeoutError` at `until_ms`.

    The request that is then under way is left to its own time limits in its thread: whether it is carried out is
    unknown, as after any time-out.
    """
    left_ms = until_ms - clock()
    if left_ms <= 0:
        raise TimeoutError
    async with asyncio.timeout(left_ms / 1000):
        return await asyncio.to_thread(work, *args, **kwargs)
