"""Papers as they come out of the printer, read back by programs that did not make them."""

import re
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from shop import trader
from shop.catalogue import snapshot
from shop.engraving.word_checks import check
from shop.orders.models import OrderLine
from shop.orders.placing import OrderDraft, place
from shop.paper.chosen import Chosen, chosen
from shop.paper.typesetting import Part, typeset
from shop.payments.attempts import open_attempt
from shop.payments.payment_page import start_payment
from shop.pricing import LineItem
from tests.fixtures import engine_name, harness
from tests.fulfilment.conftest import Bench
from tests.harness import CONTACT, Harness, quoted

__all__ = ["engine_name", "harness"]

SELLER = trader.read(trader.SAMPLE)


@dataclass
class Printed:
    """A PDF, and what Poppler says of it."""

    pdf: bytes
    folder: Path = field(repr=False)

    @property
    def file(self) -> Path:
        path = self.folder / "paper.pdf"
        path.write_bytes(self.pdf)
        return path

    @property
    def text(self) -> str:
        """All that stands on it, in the order in which it is read."""
        return poppler("pdftotext", "-raw", str(self.file), "-").replace("\f", "\n")

    @property
    def fonts(self) -> set[str]:
        """The names of its fonts."""
        rows = poppler("pdffonts", str(self.file)).splitlines()[2:]
        return {row.split()[0].partition("+")[2] for row in rows}

    @property
    def sizes_mm(self) -> list[tuple[float, float]]:
        """Width and height of each page."""
        said = poppler("pdfinfo", "-l", "-1", str(self.file))
        found = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+) pts", said)
        return [(float(wide) * 25.4 / 72, float(high) * 25.4 / 72) for wide, high in found]

    def picture(self, page: int = 1, dpi: int = 200) -> Path:
        """A page as a picture without colour."""
        to = self.folder / f"page-{page}-{dpi}"
        poppler(
            "pdftoppm",
            "-r",
            str(dpi),
            "-f",
            str(page),
            "-singlefile",
            "-gray",
            "-png",
            str(self.file),
            str(to),
        )
        return to.with_suffix(".png")


def poppler(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


@dataclass
class Print:
    """A shop whose paid orders are printed for."""

    bench: Bench
    folder: Path

    def paid(self, *pieces: tuple[str, str, str | None], **of_order: object) -> int:
        """An order of (slug, words, dedication), paid for; `of_order`: contact, postage, as_gift ..."""
        harness = self.bench.harness
        with harness.database.reading() as session:
            catalogue = snapshot.load(session)
        items = []
        for slug, words, dedication in pieces:
            piece = catalogue.by_slug[slug]
            places = {(piece.sides[0].key, 1): words} if words else {}
            engraving = check(piece.sides, "marcellus", places) if words else None
            items.append(LineItem(piece.variants[0].id, engraving, dedication))
        draft = replace(OrderDraft(items=tuple(items), contact=CONTACT, postage="tracked-48"), **of_order)
        with harness.database.transaction() as session:
            priced = quoted(catalogue, draft)
            order = place(session, harness.services, draft, priced, buyer_hash=f"{pieces}{of_order}")
            open_attempt(session, harness.services, order, priced)
            order_id = order.id
        start_payment(harness.services, harness.attempt(order_id).id)
        harness.pays(order_id)
        harness.sync(order_id)
        return order_id

    def chosen(self, *orders: int) -> list[Chosen]:
        """All units of these orders that get paper."""
        with self.bench.harness.database.reading() as session:
            ids = session.scalars(select(OrderLine.id).where(OrderLine.order_id.in_(orders))).all()
            return chosen(session, self.bench.harness.services.vault, ids)

    def of(self, *parts: Part) -> Printed:
        """The parts as they come out."""
        return Printed(typeset(parts, title="Papers", seller=SELLER.name), self.folder)


@pytest.fixture
def shop(bench: Bench, tmp_path: Path) -> Print:
    return Print(bench, tmp_path)
