"""What is kept of a photograph: its pixels, upright, as many as the metal needs. Never the file itself."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from shop.artwork.confined import LONGEST_SECONDS, MOST_BYTES, TOO_LARGE, TOO_MUCH
from shop.artwork.refusals import NotTraced

MIMETYPE: Final = "image/jpeg"
_PROGRAM: Final = Path(__file__).with_name("photograph_program.py")


def kept_photograph(sent: bytes) -> bytes:
    """The photograph as it is kept, decoded in a process of its own with limits. Raises NotTraced."""
    if len(sent) > MOST_BYTES:
        raise NotTraced(TOO_LARGE)
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing typed among its arguments
            [sys.executable, "-I", str(_PROGRAM)],
            input=sent,
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
            env={"OPENBLAS_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired:
        raise NotTraced(TOO_MUCH) from None
    answer, rest = done.stdout[:1], done.stdout[1:]
    if answer == b"+":
        return rest
    raise NotTraced(rest.decode() if answer == b"-" else TOO_MUCH)
