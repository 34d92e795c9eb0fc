"""What the renderings are like, as the scene wrote it: sizes, kinds of file, where sides lie."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).parent / "renderings.json"


@cache
def renderings() -> dict[str, Any]:
    """What the scene wrote of every rendering, by its name."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def rendering(name: str) -> dict[str, Any]:
    """A rendering as the columns of a Picture. Raises KeyError for a name there is none of."""
    found = renderings()[name]
    return {
        "file": f"catalogue/{name}-{found['width']}.webp",
        "width": found["width"],
        "height": found["height"],
        "renditions": dict(sorted(found["files"].items())),
        "placements": found["sides"] or None,
    }
