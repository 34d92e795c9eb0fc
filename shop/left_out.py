"""Libraries that others would load only because they are there, or that are asked once: they take memory."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """Import something inside as if these were not installed, so that it does with less.

    Only for what an import does without by itself. What is loaded already stays.
    """
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None: it cannot be imported
    try:
        yield
    finally:
        for name in absent:
            sys.modules.pop(name, None)


@contextmanager
def let_go(*packages: str) -> Iterator[None]:
    """Do not keep what is loaded of these packages inside: whoever asks again loads it again.

    What is loaded already stays.
    """
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in sys.modules.keys() - before:
            if name.partition(".")[0] in packages:
                del sys.modules[name]
