"""What is kept of a photograph: its pixels, upright, as many as the metal needs. Never the file itself."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shop.artwork.refusals import NotTraced
from shop.artwork.request import WHOLE, Corner
from shop.artwork.sandbox import LONGEST_SECONDS, MOST_BYTES, TOO_LARGE, TOO_MUCH

MIMETYPE: Final = "image/jpeg"
_PROGRAM: Final = Path(__file__).with_name("photograph_program.py")


@dataclass(frozen=True)
class KeptPhotograph:
    """A JPEG, and the corners of the sheet that is seen on it: those of the whole where there is none."""

    jpeg: bytes = field(repr=False)
    corners: tuple[Corner, ...] = WHOLE


def kept_photograph(sent: bytes) -> KeptPhotograph:
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
        corners, _, jpeg = rest.partition(b"\n")
        found = json.loads(corners)
        return KeptPhotograph(jpeg, tuple(map(tuple, found)) if found else WHOLE)
    raise NotTraced(rest.decode() if answer == b"-" else TOO_MUCH)
