"""A process full of gaps and its copy, which makes a few things: `perforated.py`, or `perforated.py filled`.

Prints how many KiB of the memory that both shared are now the copy's own.
"""

import gc
import os
import re
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from shop.serve.memory_gaps import fill_gaps

SIZES = (40, 100, 200, 400, 900, 3000)
"""In bytes: some that Python keeps room for by itself, and some that the C library does."""


def shared_kib() -> int:
    found = re.search(r"Shared_Dirty:\s+(\d+)", Path("/proc/self/smaps_rollup").read_text())
    assert found
    return int(found[1])


def main() -> None:
    kept = [[bytes(size) for _ in range(2_000_000 // size)] for size in SIZES]
    for things in kept:
        del things[::40]
    if sys.argv[1:] == ["filled"]:
        fill_gaps()
    gc.freeze()
    if child := os.fork():
        os.waitpid(child, 0)
        return
    before = shared_kib()
    made = [[bytes(size) for _ in range(40_000 // size)] for size in SIZES]
    print(before - shared_kib(), len(made))  # noqa: T201


if __name__ == "__main__":
    main()
