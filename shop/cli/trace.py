"""A photograph of handwriting, a print or a drawing as a file for the cutter: trace."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from shop import current
from shop.artwork import artwork
from shop.artwork.artwork import Artwork
from shop.artwork.fineness import Fineness, fineness, widest_mm
from shop.artwork.refusals import NotTraced
from shop.artwork.request import KINDS, WHOLE, Corner, Request
from shop.bench import profiles
from shop.catalogue import snapshot
from shop.catalogue.views import PieceView
from shop.cli import light_groups
from shop.engraving import Tool
from shop.engraving.cut_check import NotCuttable
from shop.engraving.outlines import CannotUnite
from shop.engraving.writers import FORMATS


class Corners(click.ParamType[tuple[Corner, ...]]):
    """Four places on the photograph, from the top left corner of the sheet clockwise, in hundredths."""

    name = "x,y x,y x,y x,y"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Corner, ...]:
        """As shares of the photograph."""
        try:
            places = [tuple(float(part) / 100 for part in place.split(",")) for place in value.split()]
            (one, two, three, four) = [(x, y) for x, y in places]
        except ValueError:
            self.fail("four places are needed, such as '5,4 95,6 97,93 3,95'", param, ctx)
        return one, two, three, four


class Sheet(click.ParamType[tuple[float, float]]):
    """A paper's width and height in mm."""

    name = "mm x mm"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """Both in mm."""
        try:
            wide, high = (float(part) for part in value.lower().split("x"))
        except ValueError:
            self.fail("a width and a height are needed, such as 210x297", param, ctx)
        return wide, high


@light_groups.alone
@click.command("trace")
@click.argument("photograph", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--width", "width_mm", type=float, required=True, help="How wide it is cut, in mm.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Its suffix says the format.",
)
@click.option("--kind", type=click.Choice(sorted(KINDS)), default="handwriting", show_default=True)
@click.option(
    "--corners",
    type=Corners(),
    default=None,
    help="The sheet's corners, in hundredths of the photograph's width and height. Default: its own.",
)
@click.option(
    "--sheet",
    "sheet_mm",
    type=Sheet(),
    default=None,
    help="How large the sheet is, if that is known: 210x297.",
)
@click.option(
    "--finest",
    "finest_mm",
    type=click.FloatRange(0, 1),
    default=None,
    help="The machine's finest line, in mm. Default: that of /owner/machine.",
)
@click.option(
    "--thicken",
    "thicken_mm",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="What every stroke gains in width, in mm.",
)
@click.option("--keep-specks", is_flag=True, help="Keep the smallest spots as well.")
@click.option("--keep-lines", is_flag=True, help="Keep straight lines right across the sheet.")
@click.option("--keep-corners", is_flag=True, help="Do not draw the corners to the paper's edge.")
def trace(
    photograph: Path,
    width_mm: float,
    out: Path,
    kind: str,
    *,
    corners: tuple[Corner, ...] | None,
    sheet_mm: tuple[float, float] | None,
    finest_mm: float | None,
    thicken_mm: float,
    keep_specks: bool,
    keep_lines: bool,
    keep_corners: bool,
) -> None:
    """Trace a photograph to outlines, and write them as a file for the cutter: svg, dxf, pdf, lbrn2 or plt.

    Handwriting, a print, a drawing or a signature that came by post or e-mail; what is cut is held against
    its outlines by the same gate as words. The photograph is read and not kept.
    """
    form = FORMATS.get(out.suffix.removeprefix(".").lower())
    if form is None:
        raise click.ClickException(f"The file's name ends in one of these: {', '.join(FORMATS)}.")
    specks, lines, edges = not keep_specks, not keep_lines, not keep_corners
    try:
        request = Request(
            kind, width_mm, corners or WHOLE, sheet_mm, specks=specks, form_lines=lines, to_edges=edges
        )
        found = artwork.trace(photograph.read_bytes(), request).thickened(thicken_mm)
        out.write_bytes(form.write(found.cut()))
    except (NotTraced, NotCuttable, CannotUnite, ValueError, OSError) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(
        f"{out}: {found.width_mm:.2f} by {found.height_mm:.2f} mm, {found.parts} pieces of ink, "
        f"{found.px_per_mm:.0f} pixels of the photograph to the mm."
    )
    with current.reading() as session:
        pieces, tool = snapshot.load(session).pieces, profiles.current(session).tool
    if finest_mm is not None:
        tool = Tool(finest_line_mm=finest_mm)
    fine = fineness(found.drawing, tool)
    click.echo(_what_holds(found, fine, tool))
    click.echo("\n".join(_table(pieces, found, fine)))


def _what_holds(found: Artwork, fine: Fineness, tool: Tool) -> str:
    """Whether the metal holds it, and what would help if not."""
    said = f"Its finest line is {fine.line_mm:.2f} mm and its finest gap {fine.gap_mm:.2f} mm."
    if not tool.finest_line_mm:
        return f"{said} Which machine cuts it is not said at /owner/machine."
    if fine.holds:
        return f"{said} The machine can cut all of it."
    thicker = f", or here once strokes are {fine.thicker_mm:g} mm thicker" if fine.thicker_mm else ""
    return (
        f"{said} The machine cuts no line under {tool.finest_line_mm:g} mm. It would hold all of it at "
        f"{_least_mm(found, fine):g} mm wide{thicker}."
    )


def _least_mm(found: Artwork, fine: Fineness) -> float:
    """How wide it is at least where the machine holds all of it."""
    return math.ceil(round(10 * found.width_mm * fine.larger, 3)) / 10


def _table(pieces: Iterable[PieceView], found: Artwork, fine: Fineness) -> Iterator[str]:
    """Which sides have room for it where the machine holds all of it, and how wide it may be there."""
    least = _least_mm(found, fine)
    room = [
        (piece.name, side.label, widest)
        for piece in pieces
        for side in piece.sides
        if (widest := widest_mm(side, found.width_mm, found.height_mm)) >= least
    ]
    if not room:
        yield f"No side of a piece has room for it {least:g} mm wide."
        return
    yield f"{'Piece':20} {'Side':24} at most, mm"
    for name, label, widest in room:
        yield f"{name:20} {label:24} {widest:11.1f}"
