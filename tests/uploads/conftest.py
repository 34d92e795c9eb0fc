"""A shop below its pages, to which buyers send photographs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from shop.artwork.artwork import Artwork
from shop.artwork.request import Request
from shop.db import Database
from shop.uploads import order_photographs, store
from tests.fulfilment.conftest import Bench
from tests.harness import open_harness

REQUEST = Request("handwriting", 14.0, crop=(0.1, 0.1, 0.9, 0.9), specks=False)
ARTWORK = Artwork("M0,0L1,0L1,1Z", 1.0, 1.0, 1, 80.0)
HERS, HIS = "h" * 43, "i" * 43
"""Two browsers' cookies."""
PIXELS = b"\xff\xd8 pixels that nobody else may see " * 40


@dataclass
class Counter(Bench):
    """A bench whose buyers send photographs."""

    def sends(self, token: str = HERS, photograph: bytes = PIXELS) -> str:
        """A photograph comes. Give its id; the same photograph has the same."""
        return str(self.change(store.keep, token, photograph, REQUEST))

    def traced(self, upload: str, token: str = HERS) -> None:
        """Its outline is kept."""
        self.change(store.save_outline, token, upload, REQUEST, ARTWORK)

    def change(self, do: Callable[..., Any], *given: object) -> Any:
        """Do something that writes."""
        with self.harness.database.transaction() as session:
            return do(session, *given)

    def look(self, do: Callable[..., Any], *given: object) -> Any:
        """Do something that reads."""
        with self.harness.database.reading() as session:
            return do(session, *given)

    def bought(self, upload: str, *, paid: bool = True) -> int:
        """An order of a disc with that artwork. Give its id."""
        order = self.paid(("disc", "Wren")) if paid else self.ordered(("disc", "Wren"))
        self.change(order_photographs.take_over, self.harness.services.vault, order, 1, HERS, upload)
        return order

    def photograph(self, order: int, upload: str) -> bytes | None:
        """What the bench sees of it."""
        found: bytes | None = self.look(
            order_photographs.photograph_of, self.harness.services.vault, order, 1, upload
        )
        return found


@pytest.fixture
def counter(database: Database) -> Counter:
    return Counter(open_harness(database))
