"""Photographs are read in a process of its own, with limits on time and memory; what comes back is plain.

Nothing of a file that was sent is ever decoded in this process, so neither a bomb nor a fault in a decoder
reaches the shop; and its memory is given back at once.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from shop.artwork.refusals import NotTraced
from shop.artwork.request import Request

_PROGRAM: Final = Path(__file__).with_name("tracing_program.py")
LONGEST_SECONDS: Final = 30
MOST_BYTES: Final = 40 * 1024 * 1024
"""Of the file that is sent: more than any telephone makes."""

TOO_MUCH: Final = (
    "This photograph took too much time or memory to read. Please send it as a JPEG, or a smaller one."
)
TOO_LARGE: Final = f"The file is larger than {MOST_BYTES // 1024**2} MB. Please send a smaller one."


def bare_picture(sent: bytes) -> bytes:
    """The photograph as a JPEG of its pixels alone, upright, of 16 million at most. Raises NotTraced."""
    return asked({"request": None}, sent)


def outlines_of(sent: bytes, request: Request) -> dict[str, Any]:
    """What `tracing.Outlines.written` says of the photograph. Raises NotTraced."""
    found: dict[str, Any] = json.loads(asked({"request": request.written()}, sent))
    return found


def asked(said: dict[str, Any], sent: bytes, program: Path = _PROGRAM) -> bytes:
    """What a program that reads photographs answers (see `tracing_program.serve`). Raises NotTraced."""
    if len(sent) > MOST_BYTES:
        raise NotTraced(TOO_LARGE)
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and nothing typed among its arguments
            [sys.executable, "-I", str(program)],
            input=json.dumps(said).encode() + b"\n" + sent,
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
