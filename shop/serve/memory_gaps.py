"""What is free between things in use is filled before a process is copied.

Copies share each page of memory (4 KiB) until one of them writes there. What is new goes into gaps first, and
a start leaves thousands of them, on nearly as many pages: each copy would soon have its own of all of these,
for a MiB or two of gaps. With no gap left what is new stands together, on pages of its own.
"""

import ctypes
import gc
from collections.abc import Callable
from itertools import count
from typing import Any, Final

SMALL: Final = range(16, 513, 16)
"""Sizes that Python's own allocator gives, in bytes (obmalloc.c)."""
POOL: Final = 16 * 1024
"""It takes room for one of these sizes by such pools."""
POOL_HEAD: Final = 48
"""Where a pool's first object lies."""
MOST: Final = 256 * 1024
"""Of each size: where Python's allocator is another one, no more than that is wasted."""
LARGE: Final = (*range(128 * 1024, 1024, -1024), *range(1032, 8, -16))
"""Sizes that are asked for in the C library, each as often as there is a gap for it."""

_filling: Final[list[object]] = []


class _Told(ctypes.Structure):
    """What mallinfo2 tells, in bytes (malloc.h); `keepcost` is what is free at the end."""

    _fields_ = [(f"other{number}", ctypes.c_size_t) for number in range(9)] + [("keepcost", ctypes.c_size_t)]


def fill_gaps() -> None:
    """Fill them, in Python's memory and in the C library's. It takes a few hundredths of a second."""
    gc.collect()  # with what Python keeps for its next tuples and dicts
    for size in SMALL:
        _fill_pools(size)
    library: Any = ctypes.CDLL(None)
    if hasattr(library, "mallinfo2"):
        _fill_heap(library)


def _fill_pools(size: int) -> None:
    """Make objects of this size until they come from a pool that nothing else is in."""
    make, row, before = _maker(size), 0, 0
    for _ in range(MOST // size):
        made = make()
        _filling.append(made)
        at = id(made)
        begins, follows = at % POOL == POOL_HEAD, at == before + size
        row, before = 1 if begins else row + 1 if row and follows else 0, at
        if row == 3:  # noqa: PLR2004 - one by itself may be a gap, too
            return


def _maker(size: int) -> Callable[[], object]:
    numbers = count(1 << 31)  # of two digits, as Python counts them: 28 bytes
    empty = b"".__sizeof__()
    return {16: object, 32: lambda: next(numbers)}.get(size, lambda: bytes(size - empty))


def _fill_heap(library: Any) -> None:
    """Take every gap below what is free at the end of glibc's heap."""
    library.malloc.restype = library.sbrk.restype = ctypes.c_void_p
    library.malloc.argtypes, library.free.argtypes = [ctypes.c_size_t], [ctypes.c_void_p]
    library.sbrk.argtypes, library.mallinfo2.restype = [ctypes.c_ssize_t], _Told
    library.malloc_trim(0)  # gaps of whole pages go back to the system
    end = library.sbrk(0) - library.mallinfo2().keepcost
    for size in LARGE:
        while (got := library.malloc(size)) < end:
            pass
        library.free(got)
