"""The layers of a file for the cutter."""

from typing import Final

ENGRAVE: Final = "ENGRAVE"
"""What is cut."""

GUIDE: Final = "GUIDE"
"""The edge of the metal: shown on the screen to lay the piece by, never cut."""

HAIRLINE_MM: Final = 0.01
"""As thin as a guide can be drawn."""
