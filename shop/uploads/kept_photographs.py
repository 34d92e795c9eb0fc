"""What is kept of a photograph: its pixels, upright, as many as the metal needs. Never the file itself."""

import json
from dataclasses import field
from pathlib import Path
from typing import Any, Final

from shop.artwork.request import WHOLE, Corner, Request
from shop.artwork.sandbox import asked
from shop.frozen import frozen

MIMETYPE: Final = "image/jpeg"
_PROGRAM: Final = Path(__file__).with_name("photograph_program.py")


@frozen
class KeptPhotograph:
    """A JPEG, and the corners of the sheet that is seen on it: those of the whole where there is none.

    Where it was traced as well, what `tracing.Outlines.written` says, or why there are none.
    """

    jpeg: bytes = field(repr=False)
    corners: tuple[Corner, ...] = WHOLE
    outlines: dict[str, Any] | None = field(default=None, repr=False)
    refused: str = ""


def kept_photograph(sent: bytes, request: Request | None = None) -> KeptPhotograph:
    """The photograph as it is kept, decoded in a process of its own with limits. Raises NotTraced.

    With a request, its sheet is traced there too.
    """
    line, _, jpeg = asked({"request": request and request.written()}, sent, _PROGRAM).partition(b"\n")
    found = json.loads(line)
    corners = found.pop("corners")
    return KeptPhotograph(jpeg, tuple(map(tuple, corners)) if corners else WHOLE, **found)
