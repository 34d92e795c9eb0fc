"""Papers as one tagged PDF (PDF/UA-1), set by Typst.

What people wrote goes in as JSON, so it is shown and never read as Typst's markup. Fonts are the house's own
and those that names are engraved in; neither the machine's fonts nor any package from elsewhere is used.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from shop import clock
from shop.engraving.faces import FACES

_HERE: Final = Path(__file__).parent
_PROGRAM: Final = _HERE / "typeset_program.py"

FONTS: Final = (
    *sorted((_HERE / "fonts").glob("*.ttf")),
    FACES["courier-prime"].path,
    *dict.fromkeys(face.path for face in FACES.values() if face.package),
)
"""The files of all fonts that are used."""

LONGEST_SECONDS: Final = 60

Part = Mapping[str, Any]
"""One kind of paper: `kind` names its template, the rest is what stands on it."""


class NotTypeset(Exception):
    """The typesetter gave up. Its text quotes no word."""


def typeset(parts: Sequence[Part], *, title: str, seller: str) -> bytes:
    """All parts as one PDF. `title` is what a reader's window is called. Raises NotTypeset.

    A process of its own does it, and gives back at its end the 150 MB that it takes.
    """
    data = {"title": title, "seller": seller, "parts": parts}
    try:
        return _run(json.dumps(data, ensure_ascii=False))
    except subprocess.CalledProcessError as failed:
        raise NotTypeset(f"The typesetter ended with {failed.returncode}.") from None
    except subprocess.TimeoutExpired:
        raise NotTypeset(f"The typesetter took more than {LONGEST_SECONDS} seconds.") from None


def _run(data: str) -> bytes:
    folders = sorted({str(file.parent) for file in FONTS})
    said = {"data": data, "folders": folders, "moment": int(clock.now().timestamp())}
    return subprocess.run(  # noqa: S603 - our own program, and nothing typed among its arguments
        [sys.executable, "-I", str(_PROGRAM)],
        input=json.dumps(said).encode(),
        capture_output=True,
        timeout=LONGEST_SECONDS,
        check=True,
    ).stdout
