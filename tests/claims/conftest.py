"""Orders that were posted, and what their buyers say about them."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import pytest
from PIL import Image

from shop.claims import threads
from shop.claims.claim_steps import Step, found, steps_of
from shop.claims.models import Claim, Wish
from shop.claims.threads import Message, Opening
from shop.db import Database
from tests.fulfilment.conftest import PLAIN, WORDS, Bench
from tests.harness import open_harness

DISC, PETAL = ("disc", "Wren"), ("petal", "")


@dataclass
class Desk(Bench):
    """A bench whose buyers write."""

    def posted(self, *pieces: tuple[str, str]) -> int:
        """Place, pay for, make and post an order of (slug, words). Give its id."""
        order = self.paid(*pieces)
        for number, (_, words) in enumerate(pieces, 1):
            self.act(order, number, *(WORDS if words else PLAIN))
        self.post(order, *range(1, len(pieces) + 1))
        return order

    def opens(self, order: int, words: str = "It says Wern.", *, line: int = 1, **more: object) -> Claim:
        """The buyer says that something is not right."""
        opening = Opening([line], Wish.REMAKE, Message(words, **more))  # type: ignore[arg-type]
        with self.harness.database.transaction() as session:
            return threads.open_claim(session, self.harness.services.vault, order, opening)

    def writes(self, order: int, words: str, number: int = 1, **more: object) -> None:
        """The buyer writes on."""
        with self.harness.database.transaction() as session:
            vault, message = self.harness.services.vault, Message(words, **more)  # type: ignore[arg-type]
            threads.write(session, vault, order, number, message)

    def in_claim(self, order: int, do: Callable[..., None], *args: object, number: int = 1) -> None:
        """Do something of the owner's with a claim."""
        with self.harness.database.transaction() as session:
            do(session, self.harness.services.vault, found(session, order, number), *args)

    def claim(self, order: int, number: int = 1) -> Claim:
        """A claim of an order as it stands."""
        with self.harness.database.reading() as session:
            return found(session, order, number)

    def said(self, order: int, number: int = 1) -> list[Step]:
        """What was said about it."""
        with self.harness.database.reading() as session:
            vault = self.harness.services.vault
            return list(steps_of(session, vault, found(session, order, number)))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(open_harness(database))


def photograph(size: tuple[int, int] = (400, 300), kind: str = "JPEG", **how: object) -> bytes:
    """A picture as a telephone would make it."""
    out = BytesIO()
    Image.new("RGB", size, (120, 90, 60)).save(out, kind, **how)
    return out.getvalue()
