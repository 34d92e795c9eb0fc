"""A program of its own, which sandbox.py starts: a photograph comes in, outlines or a plain picture go out.

It sets limits to itself before it has read a byte, and loads of the shop what reads pictures and nothing
else.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

SECONDS = 20
"""Of the processor's time, for a file that would take for ever."""
MEMORY = 1024 * 1024 * 1024
"""Of addresses: twice what the largest photograph takes, libraries included."""


def confine() -> None:
    """No more memory, time or files than a photograph needs; nothing is written anywhere."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # each further thread would reserve 64 MB of addresses
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def answer(said: dict[str, object], sent: bytes) -> bytes:
    """The outlines as JSON, or the picture as JPEG. Raises NotTraced."""
    from shop.artwork.photographs import read_photograph  # noqa: PLC0415 - once there are limits
    from shop.artwork.request import Request  # noqa: PLC0415

    photograph = read_photograph(sent)
    request = said["request"]
    if isinstance(request, dict):
        from shop.artwork.tracing import traced  # noqa: PLC0415

        return json.dumps(traced(photograph, Request.of(request)).written()).encode()
    file = BytesIO()
    photograph.save(file, "JPEG", quality=95, subsampling=0)
    return file.getvalue()


def serve(answered: Callable[[dict[str, object], bytes], bytes]) -> None:
    """Answer with a letter for what became of it, then the answer or the reason."""
    confine()
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from shop.artwork.refusals import NotTraced  # noqa: PLC0415

    said = json.loads(sys.stdin.buffer.readline())
    try:
        found = b"+" + answered(said, sys.stdin.buffer.read())
    except NotTraced as refused:
        found = b"-" + str(refused).encode()
    except MemoryError:
        found = b"m"
    sys.stdout.buffer.write(found)


if __name__ == "__main__":
    serve(answer)
