"""The QR code on a bench ticket: the address at which a unit's next step is done."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any


def qr_code(address: str, about: str) -> dict[str, Any]:
    """The address as SVG without a margin, and what somebody who cannot see it is told."""
    import segno  # noqa: PLC0415 - only a process that prints needs it

    rows = segno.make(address, error="m", micro=False).matrix
    path = "".join(f"M{x} {y}h{long}v1h-{long}z" for y, row in enumerate(rows) for x, long in _dark(row))
    size = len(rows)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}"/></svg>'
    return {"svg": svg, "alt": about}


def _dark(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where each run of dark modules begins, and how long it is."""
    at = 0
    for dark, run in groupby(row):
        long = len(list(run))
        if dark:
            yield at, long
        at += long
