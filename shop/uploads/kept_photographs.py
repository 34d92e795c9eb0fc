"""What is kept of a photograph: its pixels, upright, as many as the metal needs. Never the file itself."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shop.artwork.request import WHOLE, Corner
from shop.artwork.sandbox import asked

MIMETYPE: Final = "image/jpeg"
_PROGRAM: Final = Path(__file__).with_name("photograph_program.py")


@dataclass(frozen=True)
class KeptPhotograph:
    """A JPEG, and the corners of the sheet that is seen on it: those of the whole where there is none."""

    jpeg: bytes = field(repr=False)
    corners: tuple[Corner, ...] = WHOLE


def kept_photograph(sent: bytes) -> KeptPhotograph:
    """The photograph as it is kept, decoded in a process of its own with limits. Raises NotTraced."""
    corners, _, jpeg = asked({}, sent, _PROGRAM).partition(b"\n")
    found = json.loads(corners)
    return KeptPhotograph(jpeg, tuple(map(tuple, found)) if found else WHOLE)
