"""Reading what was sent, in the event loop: within a time, up to a size, and never much of it at once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final, Protocol

from shop.web.setup import MAX_PHOTOGRAPH_REQUEST_BYTES, MAX_PICTURE_REQUEST_BYTES, MAX_REQUEST_BYTES

SECONDS: Final = 15.0
"""A phone with a weak signal sends the longest form in a few seconds."""
PICTURE_SECONDS: Final = 60.0
"""A picture from it takes the better part of a minute."""
MOST_BYTES: Final = 4 * 1024 * 1024
"""Of all bodies of one process that are not complete yet; then whoever has been sending longest must go."""
MOST_PICTURE_BYTES: Final = 2 * MAX_PICTURE_REQUEST_BYTES
"""The same of bodies that may hold a picture, which so take no room from the others."""
PHOTOGRAPH_SECONDS: Final = 150.0
"""One of the largest, from the same telephone."""
MOST_PHOTOGRAPH_BYTES: Final = 2 * MAX_PHOTOGRAPH_REQUEST_BYTES
MOST_AT_ONCE: Final = 500


class TooLarge(Exception):
    """More was sent, or announced, than any form holds."""


class TooSlow(Exception):
    """The body was not there in time, or it had to make room for others."""


class Sender(Protocol):
    """Where a body comes from, in pieces."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces as they come."""


class Bodies:
    """The bodies that one process is reading, oldest first."""

    def __init__(
        self, seconds: float = SECONDS, most_bytes: int = MOST_BYTES, longest: int = MAX_REQUEST_BYTES
    ) -> None:
        self._seconds = seconds
        self._most_bytes = most_bytes
        self._longest = longest
        self._sizes: dict[asyncio.Task[object], int] = {}

    async def read(self, sender: Sender, announced: int | None) -> bytes:
        """The whole body. Raises TooLarge or TooSlow."""
        if announced is not None and announced > self._longest:
            raise TooLarge
        task = asyncio.current_task()
        assert task is not None
        self._sizes[task] = 0
        self._make_room(task)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._pieces(sender, task)
        except (TimeoutError, asyncio.CancelledError):
            raise TooSlow from None
        finally:
            del self._sizes[task]

    async def _pieces(self, sender: Sender, task: asyncio.Task[object]) -> bytes:
        pieces = []
        async for piece in sender:
            pieces.append(piece)
            self._sizes[task] += len(piece)
            if self._sizes[task] > self._longest:
                raise TooLarge
            self._make_room(task)
        return b"".join(pieces)

    def _make_room(self, newest: asyncio.Task[object]) -> None:
        """Whoever sends slowly has been here longest: an honest form is complete in a moment."""
        if len(self._sizes) <= MOST_AT_ONCE and sum(self._sizes.values()) <= self._most_bytes:
            return
        oldest = next(task for task in self._sizes if not task.cancelling())
        if oldest is not newest:
            oldest.cancel()
