"""Draw the collection: `python -m shop.catalogue.sample.drawings` writes static/catalogue/*.svg, the same bytes every time.

Every piece is drawn at one scale (PX_PER_MM), so that the six can be compared with one another by eye.
"""

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

ROOT: Final = Path(__file__).resolve().parents[3]
OUT: Final = ROOT / "static" / "catalogue"
WIDTH, HEIGHT = 800, 1000
PX_PER_MM: Final = 21
CENTRE: Final = WIDTH / 2
HANG_Y: Final = 340.0
"""Where the chain is lowest and the piece hangs from it."""


class Metal(NamedTuple):
    """How one metal is drawn: its outline, and its tones from light to dark."""

    line: str
    light: str
    mid: str
    deep: str
    dark: str


METALS: Final = {
    "silver": Metal("#6a655f", "#ffffff", "#e9e7e4", "#c3bfba", "#9b968f"),
    "gold": Metal("#82622a", "#fdf3d8", "#edd59c", "#cfa85e", "#a67f3c"),
}


class Drawn(NamedTuple):
    """A piece on the stone: what casts the shadow, what lies on it, and where its chain is fixed."""

    shadow: str
    body: str
    left: tuple[float, float] = (CENTRE, HANG_Y)
    right: tuple[float, float] = (CENTRE, HANG_Y)


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def circle(x: float, y: float, r: float) -> str:
    """A circle as path data."""
    return (
        f"M{number(x - r)} {number(y)}a{number(r)} {number(r)} 0 1 1 {number(2 * r)} 0"
        f"a{number(r)} {number(r)} 0 1 1 {number(-2 * r)} 0z"
    )


def face(path: str, inner: str, extra: str = "", rule: str = "nonzero") -> str:
    """A polished face: body, a bright edge just inside, and the fine line of the bevel."""
    return (
        f'<path d="{path}" fill="url(#face)" fill-rule="{rule}" stroke="url(#rim)" stroke-width="3"/>'
        f'<path d="{inner}" fill="none" stroke="#fff" stroke-opacity=".75" stroke-width="2.5"/>'
        f"{extra}"
    )


def jump_ring(x: float, y: float, r: float = 13) -> str:
    """The small ring between chain and piece."""
    return (
        f'<path d="{circle(x, y, r)}" fill="none" stroke="url(#rim)" stroke-width="6"/>'
        f'<path d="{circle(x - 0.8, y - 0.8, r)}" fill="none" stroke="#fff" stroke-opacity=".6" stroke-width="1.6"/>'
    )


def bail(y: float) -> str:
    """The tapered loop the chain runs through."""
    d = f"M{number(CENTRE - 10)} {number(y - 15)}q10 -9 20 0l-4.5 44q-5.5 6 -11 0z"
    return f'<path d="{d}" fill="url(#face)" stroke="url(#rim)" stroke-width="2.5"/>'


def heart_path(width: float, top: float) -> str:
    """A soft heart, symmetrical, its dip at `top`."""
    w = width / 2
    x, y = CENTRE, top
    return (
        f"M{number(x)} {number(y + 0.24 * w)}"
        f"C{number(x + 0.2 * w)} {number(y - 0.2 * w)} {number(x + w)} {number(y - 0.22 * w)} {number(x + w)} {number(y + 0.5 * w)}"
        f"C{number(x + w)} {number(y + 1.06 * w)} {number(x + 0.34 * w)} {number(y + 1.42 * w)} {number(x)} {number(y + 1.82 * w)}"
        f"C{number(x - 0.34 * w)} {number(y + 1.42 * w)} {number(x - w)} {number(y + 1.06 * w)} {number(x - w)} {number(y + 0.5 * w)}"
        f"C{number(x - w)} {number(y - 0.22 * w)} {number(x - 0.2 * w)} {number(y - 0.2 * w)} {number(x)} {number(y + 0.24 * w)}z"
    )


def heart() -> Drawn:
    """15 mm across."""
    width = 15 * PX_PER_MM
    top = HANG_Y + 46
    outer, inner = heart_path(width, top), heart_path(width - 16, top + 7)
    return Drawn(outer, bail(HANG_Y) + jump_ring(CENTRE, HANG_Y + 47) + face(outer, inner))


def disc() -> Drawn:
    """16 mm across."""
    r = 8 * PX_PER_MM
    y = HANG_Y + 58 + r
    outer = circle(CENTRE, y, r)
    return Drawn(outer, bail(HANG_Y) + jump_ring(CENTRE, HANG_Y + 46) + face(outer, circle(CENTRE, y, r - 7)))


def band(x: float, y: float, r: float, hole: float) -> tuple[str, str]:
    """A flat ring: its path (even-odd) and its drawing."""
    path = circle(x, y, r) + circle(x, y, hole)
    edges = circle(x, y, r - 5) + circle(x, y, hole + 5)
    return path, face(path, edges, rule="evenodd")


def two_rings() -> Drawn:
    """20 mm and 14 mm across, one through the other."""
    big, small = 10 * PX_PER_MM, 7 * PX_PER_MM
    y = HANG_Y + 12 + big
    x2, y2 = CENTRE + 108, y + 179
    big_path, big_drawn = band(CENTRE, y, big, big - 2.6 * PX_PER_MM)
    small_path, small_drawn = band(x2, y2, small, small - 2.2 * PX_PER_MM)
    over = (
        f'<clipPath id="over"><rect x="{number(x2 - 210)}" y="{number(y2 - 110)}" width="170" height="240"/></clipPath>'
        f'<g clip-path="url(#over)">{big_drawn}</g>'
    )
    return Drawn(big_path + small_path, big_drawn + small_drawn + over + bail(HANG_Y))


def thread() -> Drawn:
    """A bar of 30 by 5 mm, held by the chain at both ends."""
    w, h = 30 * PX_PER_MM, 5 * PX_PER_MM
    x, y = CENTRE - w / 2, 470.0

    def bar(inset: float) -> str:
        r = (h - 2 * inset) / 2
        straight = w - 2 * inset - 2 * r
        return (
            f"M{number(x + inset + r)} {number(y + inset)}h{number(straight)}a{number(r)} {number(r)} 0 0 1 0 {number(2 * r)}"
            f"h{number(-straight)}a{number(r)} {number(r)} 0 0 1 0 {number(-2 * r)}z"
        )

    rings = jump_ring(x - 8, y + h / 2 - 4, 12) + jump_ring(x + w + 8, y + h / 2 - 4, 12)
    return Drawn(bar(0), rings + face(bar(0), bar(6)), (x - 16, y + h / 2 - 12), (x + w + 16, y + h / 2 - 12))


def petal() -> Drawn:
    """A drop of 9 by 16 mm, brushed, never engraved."""
    w, h = 9 * PX_PER_MM, 16 * PX_PER_MM
    top = HANG_Y + 54

    def drop(inset: float) -> str:
        a, t, b = w / 2 - inset, top + inset * 2.1, top + h - inset
        return (
            f"M{number(CENTRE)} {number(t)}C{number(CENTRE + 0.22 * a)} {number(t + 0.3 * h)} {number(CENTRE + a)} {number(t + 0.42 * h)} {number(CENTRE + a)} {number(b - a)}"
            f"A{number(a)} {number(a)} 0 0 1 {number(CENTRE - a)} {number(b - a)}"
            f"C{number(CENTRE - a)} {number(t + 0.42 * h)} {number(CENTRE - 0.22 * a)} {number(t + 0.3 * h)} {number(CENTRE)} {number(t)}z"
        )

    strokes = "".join(
        f"M{number(CENTRE - w + 9 * i)} {number(top + h + 20)}l{number(150 + 23 * math.sin(i * 2.7))} -{number(h + 60)}"
        for i in range(32)
    )
    brushed = (
        f'<clipPath id="drop"><path d="{drop(4)}"/></clipPath><g clip-path="url(#drop)">'
        f'<path d="{strokes}" stroke="url(#rim)" stroke-opacity=".42" stroke-width="1.4"/>'
        f'<path d="{strokes}" transform="translate(4 3)" stroke="#fff" stroke-opacity=".6" stroke-width="1.4"/></g>'
    )
    return Drawn(
        drop(0), bail(HANG_Y) + jump_ring(CENTRE, HANG_Y + 46) + face(drop(0), drop(7), extra=brushed)
    )


def keeping() -> Drawn:
    """Two discs of 18 mm on one hinge, a little open."""
    r = 9 * PX_PER_MM
    y = HANG_Y + 62 + r
    back = circle(CENTRE + 62, y + 22, r)
    front = circle(CENTRE - 28, y, r)
    shade = f'<clipPath id="back"><path d="{back}"/></clipPath><g clip-path="url(#back)"><path d="{circle(CENTRE - 12, y + 12, r)}" fill="#4a3d2c" fill-opacity=".22" filter="url(#near)"/></g>'
    body = (
        face(back, circle(CENTRE + 62, y + 22, r - 7), extra=shade)
        + jump_ring(CENTRE + 4, HANG_Y + 58, 15)
        + face(front, circle(CENTRE - 28, y, r - 7))
        + bail(HANG_Y + 2)
    )
    return Drawn(back + front, body)


PIECES: Final[dict[str, Callable[[], Drawn]]] = {
    "heart": heart,
    "two-rings": two_rings,
    "disc": disc,
    "thread": thread,
    "petal": petal,
    "keeping": keeping,
}


def chain(start: tuple[float, float], end: tuple[float, float], sag: float) -> str:
    """Trace-chain links along a curve: one face on, one on edge, and so on."""
    (x0, y0), (x2, y2) = start, end
    x1, y1 = (x0 + x2) / 2 + sag * 0.25, (y0 + y2) / 2 + sag

    def at(t: float) -> tuple[float, float]:
        u = 1 - t
        return u * u * x0 + 2 * u * t * x1 + t * t * x2, u * u * y0 + 2 * u * t * y1 + t * t * y2

    steps = 600
    points = [at(i / steps) for i in range(steps + 1)]
    links: list[str] = []
    walked, since = 0.0, 0.0
    for before, after in itertools.pairwise(points):
        length = math.dist(before, after)
        walked, since = walked + length, since + length
        if since >= 12.4:
            since = 0
            angle = math.degrees(math.atan2(after[1] - before[1], after[0] - before[0]))
            kind = "a" if len(links) % 2 else "b"
            links.append(
                f'<use href="#{kind}" transform="translate({number(after[0])} {number(after[1])})rotate({number(angle)})"/>'
            )
    return "".join(links)


def picture(slug: str, metal: Metal, width: int = WIDTH, height: int = HEIGHT, shift: float = 0) -> str:
    """One piece in one metal on pale stone; a wide picture shows it smaller, `shift` to the right."""
    drawn = PIECES[slug]()
    scale = 0.84 if shift else 1
    left = chain(drawn.left, (-60 - shift / scale, 30 if not shift else -40), 84)
    right = chain(drawn.right, ((width - shift) / scale + 60, 30 if not shift else -40), 84)
    stops = "".join(
        f'<stop offset="{at}" stop-color="{tone}"/>'
        for at, tone in (
            (0, metal.mid),
            (0.28, metal.light),
            (0.52, metal.mid),
            (0.86, metal.deep),
            (1, metal.mid),
        )
    )
    defs = (
        '<radialGradient id="stone" cx=".36" cy=".3" r=".95"><stop stop-color="#f4eee5"/><stop offset=".55" stop-color="#eae2d6"/><stop offset="1" stop-color="#d8cdbd"/></radialGradient>'
        f'<linearGradient id="face" gradientUnits="userSpaceOnUse" x1="210" y1="360" x2="570" y2="790">{stops}</linearGradient>'
        f'<linearGradient id="rim" gradientUnits="userSpaceOnUse" x1="250" y1="330" x2="550" y2="820"><stop stop-color="{metal.deep}"/><stop offset=".5" stop-color="{metal.dark}"/><stop offset="1" stop-color="{metal.line}"/></linearGradient>'
        '<filter id="far" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="16"/></filter>'
        '<filter id="near" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="4"/></filter>'
        '<filter id="grain" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency=".012 .02" numOctaves="4" seed="7"/><feColorMatrix values="0 0 0 0 .42 0 0 0 0 .36 0 0 0 0 .28 0 0 0 .5 -.17"/></filter>'
        f'<g id="a"><ellipse rx="8.6" ry="5" fill="none" stroke="{metal.dark}" stroke-width="2.8"/><ellipse rx="8.6" ry="5" transform="translate(-.5 -.7)" fill="none" stroke="{metal.light}"/></g>'
        f'<g id="b"><path d="M-7.5 0h15" stroke="{metal.line}" stroke-width="3.6" stroke-linecap="round"/><path d="M-6.5-.7h12" stroke="{metal.mid}" stroke-width="1.5" stroke-linecap="round"/></g>'
    )
    ground = f'<rect width="{width}" height="{height}" fill="url(#stone)"/><rect width="{width}" height="{height}" filter="url(#grain)" opacity=".5"/>'
    shadow = (
        '<g opacity=".3" fill="#3d3020">'
        f'<path d="{drawn.shadow}" fill-rule="evenodd" transform="translate(20 30)" filter="url(#far)"/>'
        f'<path d="{drawn.shadow}" fill-rule="evenodd" transform="translate(5 8)" filter="url(#near)"/></g>'
        f'<use href="#chain" opacity=".22" filter="url(#near)" transform="translate(6 10)"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<defs>{defs}<g id="chain">{left}{right}</g></defs>{ground}'
        f'<g transform="translate({number(shift)} {number(-60 if shift else 0)})scale({scale})">{shadow}<use href="#chain"/>{drawn.body}</g></svg>\n'
    )


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
    """Where each length falls, on a neck and shoulders drawn in one line."""
    body = (
        "M318 60C322 150 318 196 286 226C236 268 120 282 62 340C30 372 12 430 0 500"
        "M482 60C478 150 482 196 514 226C564 268 680 282 738 340C770 372 788 430 800 500"
        "M352 290C372 302 384 318 392 338M448 290C428 302 416 318 408 338"
        "M232 300C276 296 322 300 352 290M568 300C524 296 478 300 448 290"
    )
    falls = [(16, 41, 372.0), (18, 46, 462.0), (20, 51, 552.0)]
    drawn = []
    for inches, centimetres, low in falls:
        drawn.append(
            f'<path d="M308 212C306 {number(212 + (low - 212) * 0.62)} 352 {number(low - 26)} 400 {number(low)}C448 {number(low - 26)} 494 {number(212 + (low - 212) * 0.62)} 492 212" fill="none" stroke="#85796b" stroke-width="2.5"/>'
            f'<circle cx="400" cy="{number(low + 17)}" r="14" fill="#fbf8f3" stroke="#85796b" stroke-width="2.5"/>'
            f'<path d="M426 {number(low + 17)}H536" stroke="#85796b" stroke-width="1.5" stroke-dasharray="2 6"/>'
            + letters.text(f"{inches} in, {centimetres} cm", 548, low + 27, 30, "start")
        )
    return plain(
        f'<path d="{body}" fill="none" stroke="#b8ab99" stroke-width="3" stroke-linecap="round"/>{"".join(drawn)}',
        800,
        720,
    )


def plain(inside: str, width: int = WIDTH, height: int = 720) -> str:
    """A quiet diagram on stone."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<rect width="{width}" height="{height}" fill="#f3ede4"/>{inside}</svg>\n'
    )


def outline(path: str) -> str:
    """A piece in outline, for measures."""
    return f'<path d="{path}" fill="#fbf8f3" fill-rule="evenodd" stroke="#595148" stroke-width="2.5"/>'


def measures(letters: Letters) -> dict[str, str]:
    """One diagram a piece, with its size in millimetres."""
    mm, x = PX_PER_MM, CENTRE - 20

    def disc_at(at: float, r: float, y: float = 320) -> str:
        return outline(circle(at, y, r))

    def moved(path: str, by: float) -> str:
        return f'<g transform="translate(-20 {number(by)})">{outline(path)}</g>'

    heart_top, drop_top, bar_top = 190.0, 150.0, 300.0
    heart_up = 0.1 * 7.5 * mm
    return {
        "heart": moved(heart_path(15 * mm, heart_top), 0)
        + across(letters, x - 7.5 * mm, x + 7.5 * mm, 520, "15 mm")
        + down(letters, x + 7.5 * mm + 46, heart_top - heart_up + 8, heart_top + 1.82 * 7.5 * mm, "14 mm"),
        "disc": disc_at(x, 8 * mm, 300) + across(letters, x - 8 * mm, x + 8 * mm, 520, "16 mm"),
        "two-rings": outline(circle(330, 270, 10 * mm) + circle(330, 270, 7.4 * mm))
        + outline(circle(438, 449, 7 * mm) + circle(438, 449, 4.8 * mm))
        + down(letters, 640, 60, 480, "20 mm")
        + across(letters, 438 - 7 * mm, 438 + 7 * mm, 636, "14 mm"),
        "thread": moved(thread().shadow, bar_top - 470)
        + across(letters, x - 15 * mm, x + 15 * mm, 460, "30 mm")
        + letters.text("5 mm high", x, bar_top - 40, 30),
        "petal": moved(petal().shadow, drop_top - HANG_Y - 54)
        + across(letters, x - 4.5 * mm, x + 4.5 * mm, 540, "9 mm")
        + down(letters, x + 4.5 * mm + 46, drop_top, drop_top + 16 * mm, "16 mm"),
        "keeping": disc_at(206, 9 * mm)
        + disc_at(594, 9 * mm)
        + '<path d="M395 312h10v16h-10z" fill="#595148"/>'
        + across(letters, 206 - 9 * mm, 206 + 9 * mm, 560, "18 mm")
        + across(letters, 594 - 9 * mm, 594 + 9 * mm, 560, "18 mm"),
    }


def drawings() -> dict[str, str]:
    """Every drawing by its file name."""
    letters = Letters(ROOT / "static" / "fonts" / "figtree-latin.woff2")
    made = {f"{slug}-{name}.svg": picture(slug, metal) for slug in PIECES for name, metal in METALS.items()}
    made |= {f"{slug}-measures.svg": plain(drawing) for slug, drawing in measures(letters).items()}
    made["chains.svg"] = chains(letters)
    made["hero.svg"] = picture("two-rings", METALS["gold"], 1600, 800, 780)
    return made


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for file_name, svg in drawings().items():
        (OUT / file_name).write_text(svg, encoding="utf-8")
