"""QR codes of addresses: of a unit's next step on its bench ticket, of a payment link in its letter."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from shop.frozen import frozen

MARGIN: Final = 4
"""Modules that stay light around a code (ISO/IEC 18004)."""


@frozen
class QrCode:
    """One as an SVG path, a module wide and high for each unit."""

    modules: int
    """How many it is wide and high, without its margin."""
    path: str

    @property
    def with_margin(self) -> str:
        """What a page's SVG shows of it, as its `viewBox`."""
        whole = self.modules + 2 * MARGIN
        return f"{-MARGIN} {-MARGIN} {whole} {whole}"


def qr_code(address: str) -> QrCode:
    """The code of an address."""
    import segno  # noqa: PLC0415 - only a process that prints needs it

    rows = segno.make(address, error="m", micro=False).matrix
    path = "".join(f"M{x} {y}h{long}v1h-{long}z" for y, row in enumerate(rows) for x, long in _dark(row))
    return QrCode(len(rows), path)


def printed(code: QrCode, about: str) -> dict[str, Any]:
    """It as a whole SVG without a margin, and what somebody who cannot see it is told."""
    size = f"{code.modules} {code.modules}"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}"><path d="{code.path}"/></svg>'
    return {"svg": svg, "alt": about}


def _dark(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where each run of dark modules begins, and how long it is."""
    at = 0
    for dark, run in groupby(row):
        long = len(list(run))
        if dark:
            yield at, long
        at += long
