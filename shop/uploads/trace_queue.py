"""Photographs are read and traced for visitors: one at a time, and so much for each network and basket."""

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field, replace
from typing import Final

from shop.artwork.artwork import Artwork, artwork_of, trace
from shop.artwork.fineness import finest_line_mm
from shop.artwork.refusals import NotTraced
from shop.artwork.request import Request
from shop.frozen import frozen
from shop.network import Allowance
from shop.uploads.kept_photographs import kept_photograph

NETWORKS: Final = Allowance(seconds=60.0, per_second=0.4)
"""Of CPU time, for one network in one process: thirty photographs at once, then one every six seconds."""
BASKETS: Final = Allowance(seconds=40.0, per_second=0.2)
"""The same for one basket."""
WAITS_SECONDS: Final = 8.0

_ONE_AT_A_TIME: Final = threading.Lock()


class Busy(Exception):
    """Others' photographs are being traced. The text says what to do, for a person."""

    def __init__(self) -> None:
        super().__init__("Somebody else’s photograph is being drawn. Please try again in a few seconds.")


@frozen
class Traced:
    """What came of tracing a photograph: its outlines and their finest line, or why there are none."""

    artwork: Artwork | None = field(repr=False)
    line_mm: float = 0.0
    refused: str = ""


@contextmanager
def turn(address: str, basket: str) -> Iterator[None]:
    """Read and trace within this; what its programs use is counted. Raises network.UsedUp or Busy."""
    with NETWORKS.spending(address), BASKETS.spending(basket):
        if not _ONE_AT_A_TIME.acquire(timeout=WAITS_SECONDS):
            raise Busy
        began = _of_programs()
        try:
            yield
        finally:
            spent = _of_programs() - began
            _ONE_AT_A_TIME.release()
            NETWORKS.charge(address, spent)
            BASKETS.charge(basket, spent)


def traced(photograph: bytes, request: Request) -> Traced:
    """The outlines of a photograph, and how fine they are at the width they were asked for."""
    try:
        artwork = trace(photograph, request)
    except NotTraced as refused:
        return Traced(None, refused=str(refused))
    return Traced(artwork, finest_line_mm(artwork.drawing))


def kept_and_traced(sent: bytes, request: Request) -> tuple[bytes, Request, Traced]:
    """A photograph as it is kept, how its sheet is asked for, and its outlines. Raises NotTraced."""
    kept = kept_photograph(sent, request)
    asked_for = replace(request, corners=kept.corners)
    if kept.outlines is None:
        return kept.jpeg, asked_for, Traced(None, refused=kept.refused)
    artwork = artwork_of(kept.outlines)
    return kept.jpeg, asked_for, Traced(artwork, finest_line_mm(artwork.drawing))


def _of_programs() -> float:
    """CPU seconds that programs of this process have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
