"""Draw the measures: `python -m shop.sample.drawings` writes static/catalogue/*.svg, the same bytes every time.

Every piece is drawn from the very outline that words are fitted into, at one scale, so that the six can be
compared by eye; the neck with its chains has a scale of its own and a ruler.
"""

import math
from pathlib import Path
from typing import Final

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from shop import sample
from shop.engraving import Area
from shop.engraving.areas import outline

ROOT: Final = Path(__file__).resolve().parents[2]
OUT: Final = ROOT / "static" / "catalogue"
WIDTH, HEIGHT = 800, 720
PX_PER_MM: Final = 21

BODY_PX_PER_MM: Final = 2.2
NECK_MM: Final = 190
"""How much of a chain lies round the back and sides of a neck; the rest hangs in front."""
HALF_NECK_MM: Final = 55
CHAINS: Final = ((16, 41), (18, 46), (20, 51))
"""Lengths in inches, and in centimetres as UK sellers round them."""

PETAL_MM: Final = (9.0, 16.0)


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


class Letters:
    """Short labels as outlines, so that a picture needs no font of its own."""

    def __init__(self, file: Path) -> None:
        font = TTFont(file)
        self._glyphs = font.getGlyphSet(location={"wght": 430})
        self._cmap = font.getBestCmap()
        self._em = font["head"].unitsPerEm

    def text(self, words: str, x: float, y: float, size: float, anchor: str = "middle") -> str:
        """Path data of a label whose baseline starts, is centred on, or ends at (x, y)."""
        scale = size / self._em
        names = [self._cmap[ord(letter)] for letter in words]
        wide = sum(self._glyphs[name].width for name in names) * scale
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        pen = SVGPathPen(self._glyphs, number)
        for name in names:
            self._glyphs[name].draw(TransformPen(pen, (scale, 0, 0, -scale, left, y)))
            left += self._glyphs[name].width * scale
        return f'<path d="{pen.getCommands()}" fill="#595148"/>'


def across(letters: Letters, x0: float, x1: float, y: float, words: str) -> str:
    """A dimension line from side to side, with its words below."""
    return (
        f'<path d="M{number(x0)} {number(y)}H{number(x1)}M{number(x0)} {number(y - 12)}v24M{number(x1)} {number(y - 12)}v24" stroke="#85796b" stroke-width="1.5" fill="none"/>'
        + letters.text(words, (x0 + x1) / 2, y + 48, 30)
    )


def down(letters: Letters, x: float, y0: float, y1: float, words: str) -> str:
    """A dimension line from top to bottom, with its words to the right."""
    return (
        f'<path d="M{number(x)} {number(y0)}V{number(y1)}M{number(x - 12)} {number(y0)}h24M{number(x - 12)} {number(y1)}h24" stroke="#85796b" stroke-width="1.5" fill="none"/>'
        + letters.text(words, x + 24, (y0 + y1) / 2 + 10, 30, "start")
    )


def chains(letters: Letters) -> str:
    """Where each length falls, on a neck and shoulders, with a piece of 16 mm and a ruler at the same scale."""
    mm, top, middle = BODY_PX_PER_MM, 212.0, WIDTH / 2
    body = (
        "M283 56C287 146 285 186 254 220C210 266 112 288 54 344C26 374 10 432 2 502"
        "M517 56C513 146 515 186 546 220C590 266 688 288 746 344C774 374 790 432 798 502"
        "M346 304C368 314 382 330 390 350M454 304C432 314 418 330 410 350"
        "M214 312C262 306 314 312 346 304M586 312C538 306 486 312 454 304"
    )
    left, right, r = middle - HALF_NECK_MM * mm, middle + HALF_NECK_MM * mm, 8 * mm
    drawn = [f'<path d="{body}" fill="none" stroke="#b8ab99" stroke-width="3" stroke-linecap="round"/>']
    for inches, centimetres in CHAINS:
        hangs = (inches * 25.4 - NECK_MM) / 2
        low = top + mm * math.sqrt(hangs**2 - HALF_NECK_MM**2)
        bend, near = top + (low - top) * 0.62, low - 22
        drawn.append(
            f'<path d="M{number(left)} {number(top)}C{number(left)} {number(bend)} {number(middle - 46)} {number(near)} {number(middle)} {number(low)}C{number(middle + 46)} {number(near)} {number(right)} {number(bend)} {number(right)} {number(top)}" fill="none" stroke="#85796b" stroke-width="2.5"/>'
            f'<circle cx="{number(middle)}" cy="{number(low + r)}" r="{number(r)}" fill="#fbf8f3" stroke="#85796b" stroke-width="2.5"/>'
            f'<path d="M{number(middle + r + 10)} {number(low + r)}H548" stroke="#85796b" stroke-width="1.5" stroke-dasharray="2 6"/>'
            + letters.text(f"{inches} in, {centimetres} cm", 560, low + r + 10, 30, "start")
        )
    return plain("".join(drawn) + across(letters, 40, 40 + 50 * mm, 628, "5 cm"))


def plain(inside: str) -> str:
    """A quiet diagram on stone."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#f3ede4"/>{inside}</svg>\n'
    )


def edge(area: Area, x: float, y: float) -> str:
    """The outline of a side about (x, y)."""
    path = "".join(
        "M" + "L".join(f"{number(x + PX_PER_MM * px)} {number(y - PX_PER_MM * py)}" for px, py in ring) + "Z"
        for ring in outline(area)
    )
    return metal(path)


def metal(path: str) -> str:
    """A piece in outline."""
    return f'<path d="{path}" fill="#fbf8f3" fill-rule="evenodd" stroke="#595148" stroke-width="2.5"/>'


def drop(x: float, top: float) -> str:
    """The one piece without a side for words."""
    across, down = PETAL_MM[0] * PX_PER_MM / 2, PETAL_MM[1] * PX_PER_MM
    round_from = top + down - across
    return metal(
        f"M{number(x)} {number(top)}C{number(x + across * 0.3)} {number(top + down * 0.22)} {number(x + across)} {number(round_from - down * 0.2)} {number(x + across)} {number(round_from)}"
        f"A{number(across)} {number(across)} 0 0 1 {number(x - across)} {number(round_from)}"
        f"C{number(x - across)} {number(round_from - down * 0.2)} {number(x - across * 0.3)} {number(top + down * 0.22)} {number(x)} {number(top)}Z"
    )


def measures(letters: Letters) -> dict[str, str]:
    """One diagram a piece, with its size in millimetres."""
    sides = {
        (piece["slug"], side["key"]): Area(**side)
        for piece in sample.read()["piece"]
        for side in piece.get("side", [])
    }
    mm, x = PX_PER_MM, WIDTH / 2 - 20

    def wide(at: float, width: float, y: float) -> str:
        return across(letters, at - width * mm / 2, at + width * mm / 2, y, f"{width:g} mm")

    def high(at: float, y: float, height: float) -> str:
        return down(letters, at, y - height * mm / 2, y + height * mm / 2, f"{height:g} mm")

    heart, disc, bar = sides["heart", "front"], sides["disc", "front"], sides["thread", "front"]
    large, small = sides["two-rings", "large"], sides["two-rings", "small"]
    half = sides["keeping", "left"]
    return {
        "heart": edge(heart, x, 300)
        + wide(x, heart.width_mm, 520)
        + high(x + heart.width_mm * mm / 2 + 46, 300, heart.height_mm),
        "disc": edge(disc, x, 300) + wide(x, disc.width_mm, 520),
        "two-rings": edge(large, 330, 270)
        + edge(small, 438, 449)
        + high(640, 270, large.width_mm)
        + wide(438, small.width_mm, 636),
        "thread": edge(bar, WIDTH / 2 - 55, 330)
        + wide(WIDTH / 2 - 55, bar.width_mm, 440)
        + down(
            letters,
            WIDTH / 2 + 285,
            330 - bar.height_mm * mm / 2,
            330 + bar.height_mm * mm / 2,
            f"{bar.height_mm:g} mm",
        ),
        "petal": drop(x, 150)
        + wide(x, PETAL_MM[0], 540)
        + high(x + PETAL_MM[0] * mm / 2 + 46, 150 + 8 * mm, PETAL_MM[1]),
        "keeping": edge(half, 206, 320)
        + edge(half, 594, 320)
        + '<path d="M395 312h10v16h-10z" fill="#595148"/>'
        + wide(206, half.width_mm, 560)
        + wide(594, half.width_mm, 560),
    }


def drawings() -> dict[str, str]:
    """Every drawing by its file name."""
    letters = Letters(ROOT / "static" / "fonts" / "figtree-latin.woff2")
    made = {f"{slug}-measures.svg": plain(drawing) for slug, drawing in measures(letters).items()}
    return made | {"chains.svg": chains(letters)}


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for file_name, svg in drawings().items():
        (OUT / file_name).write_text(svg, encoding="utf-8")
