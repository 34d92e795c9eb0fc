"""A program of its own, which inspection.py starts: a photograph comes in, findings go out."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from shop.artwork.tracing_program import serve


def answer(said: dict[str, object], sent: bytes) -> bytes:
    """The findings as JSON. Raises NotTraced."""
    from shop.artwork.photographs import read_photograph  # noqa: PLC0415 - once there are limits
    from shop.inspection.judging import inspected  # noqa: PLC0415

    approved = said["approved"]
    assert isinstance(approved, dict)
    return json.dumps(inspected(read_photograph(sent), approved)).encode()


if __name__ == "__main__":
    serve(answer)
