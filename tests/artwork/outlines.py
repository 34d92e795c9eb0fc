"""Outlines as tracing gives them, drawn by formula: a sole with a bare place in it and five toes."""

import math
from collections.abc import Sequence

from shop.artwork.artwork import Artwork
from shop.artwork.request import Request
from shop.db import Database
from shop.uploads import store

FOOT_MM = 6.0


def outline(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{round(x, 4):g},{round(y, 4):g}" for x, y in points) + "Z"


def foot(corners: int = 60) -> str:
    """A foot print six millimetres wide, about the middle of its sole."""
    turns = [2 * math.pi * step / corners for step in range(corners)]
    rings = [[(3 * math.cos(t), 4 * math.sin(t)) for t in turns]]
    rings += [[(math.cos(t), -1.5 * math.sin(t)) for t in turns]]
    rings += [[(toe + 0.4 * math.cos(t), -5 + 0.4 * math.sin(t)) for t in turns] for toe in (-2, -1, 0, 1, 2)]
    return "".join(map(outline, rings))


def hair(width_mm: float = 0.02) -> str:
    """A stroke six millimetres long that no tool can cut."""
    return outline([(-3, -width_mm / 2), (3, -width_mm / 2), (3, width_mm / 2), (-3, width_mm / 2)])


FOOT = Artwork(foot(), FOOT_MM, 9.4, 6, 80.0)
HAIR = Artwork(hair(), FOOT_MM, 0.02, 1, 80.0)


PHOTOGRAPH = b"\xff\xd8 a photograph of a foot print"


def sent(
    database: Database, token: str, artwork: Artwork | None = FOOT, photograph: bytes = PHOTOGRAPH
) -> str:
    """A photograph comes from the browser with this basket's cookie, and is traced. Give its id."""
    request = Request("print", 14.0)
    with database.transaction() as session:
        upload = store.keep(session, token, photograph, request)
        store.save_outline(session, token, upload, request, artwork)
    return upload
