"""How long the words of a line may be: as long as they fit the metal at the face's least height.

The face's least height is in faces/faces.toml, raised where the machine needs it (tool.py); what lies between
is measured by layout.py.
"""

import math
from typing import Final

MAX_CHARACTERS: Final = 60
"""More than any line holds at the least legible height; longer text is not even measured."""

MARGIN_MM: Final = {"disc": 0.8, "heart": 0.8, "bar": 0.5, "ring": 0.3}
"""Metal left bare along the edge, by shape: the cutter needs it and the polishing rounds it."""

RING_GAP_MM: Final = 1.5
"""Least bare metal between the end of a ring's words and the next beginning."""

LONGEST_ARC: Final = math.radians(200)
"""Along a rim; words further round would stand on their heads."""
