"""The small signs as one file of symbols, for buttons that offer them: `static/signs.svg`."""

import re
from typing import Final

from shop.engraving.signs import SIGNS, sign

_HIGH: Final = 1000
_SMALL: Final = 740
_LINE: Final = 90
"""Height of a capital and of a small letter, and weight of a line, beside which signs are shown."""
_COARSER: Final = 20 / 3
"""150 steps high, shown at 28 pixels: finer than the finest screen, and a quarter less to send."""
_EACH_COMMAND: Final = re.compile(r"([MLQCZ])([^MLQCZ]*)")
_POINTS: Final = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 1}
"""How many each curve of a command has."""
_EACH_POINT: Final = re.compile(r"(-?[\d.]+),(-?[\d.]+)")


def sprite() -> str:
    """All signs as one SVG of symbols; see symbol_id."""
    symbols = []
    for character in SIGNS:
        drawn = sign(character, _HIGH, _SMALL, _LINE)
        wide, high = round(drawn.advance / _COARSER), round(_HIGH / _COARSER)
        symbols.append(
            f'<symbol id="{symbol_id(character)}" viewBox="0 -{high} {wide} {high}">'
            f'<path d="{_relative(drawn.path)}"/></symbol>\n'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'


def symbol_id(character: str) -> str:
    """What a sign is called in the sprite."""
    return f"sign-{ord(character):x}"


def _relative(path: str) -> str:
    """The path with y downwards, each point told from where its curve begins: a third shorter.

    Points are rounded where they stand, so that no step adds to another's error.
    """
    commands, x, y, start = [], 0, 0, (0, 0)
    for command, numbers in _EACH_COMMAND.findall(path):
        steps: list[int] = []
        points = [_coarser(*point) for point in _EACH_POINT.findall(numbers)]
        for first in range(0, len(points), _POINTS[command]):
            curve = points[first : first + _POINTS[command]]
            steps += [step for right, down in curve for step in (right - x, down - y)]
            x, y = curve[-1]
        commands.append(command.lower() + " ".join(map(str, steps)).replace(" -", "-"))
        if command == "M":
            start = (x, y)
        elif command == "Z":
            x, y = start
    return "".join(commands)


def _coarser(right: str, up: str) -> tuple[int, int]:
    return round(float(right) / _COARSER), round(-float(up) / _COARSER)
