"""Filling a scratch database: batches of orders with all their rows, their keys and their ledger."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import insert, inspect, update
from sqlalchemy.orm import Session

from shop import clock
from shop.catalogue import snapshot
from shop.catalogue.views import Catalogue
from shop.db import Database
from shop.dedications.vault import Vault
from shop.demo.bench_rows import AT_THE_BENCH
from shop.demo.bulk_insert import write
from shop.demo.chain import Chain
from shop.demo.happening import Ledger
from shop.demo.hurry import hurrying, without_timeout
from shop.demo.mark import mark
from shop.demo.order_rows import Maker
from shop.demo.prepared import prepared
from shop.demo.story import YEARS, Told, told
from shop.frozen import frozen
from shop.giving import posting
from shop.giving.models import LedgerPeriod, Policy
from shop.giving.policies import statement
from shop.stock.models import StockLevel, StockMovement

BATCH: Final = 1000
"""Orders in one transaction."""

AGREEMENT: Final = "DEMO-NOT-AN-AGREEMENT"


class NotEmpty(Exception):
    """The database, or the key store, holds something already."""

    def __init__(self) -> None:
        super().__init__("There is something in this database or its key store already. Give an empty one.")


@frozen
class Place:
    """Where the orders go, and the keys they are sealed and linked with."""

    database: Database
    vault: Vault
    secret_key: str
    site_url: str


def refuse_full(place: Place) -> None:
    """Raise NotEmpty unless there is nothing yet."""
    if inspect(place.database.engine).get_table_names() or (
        place.vault.keys.exists and place.vault.keys.all_ids()
    ):
        raise NotEmpty


def fill(place: Place, orders: int, progress: Callable[[int], object] = bool) -> None:
    """Invent that many orders for a migrated database with a catalogue. `progress` hears of each batch."""
    until = clock.now()
    with place.database.transaction() as session:
        mark(session)
        posting.open_books(session)
        policy = _policy(session, (until - YEARS).date())
        catalogue = snapshot.load(session)
        _deliver_stock(session, catalogue, orders, until - YEARS)
    maker = Maker(
        catalogue, prepared(catalogue), place.vault, place.secret_key, place.site_url, "live", policy.id,
        policy.amount_pence, statement(policy), orders - min(AT_THE_BENCH, orders // 2),
    )  # fmt: skip
    ledger = Ledger(Chain(policy, "live"))
    with hurrying(place.database):
        for batch in _batches(told(orders, until), BATCH):
            ledger.tell(maker, batch)
            _keep(place, maker, ledger.chain)
            progress(len(batch))
        ledger.end(until)
        _keep(place, maker, ledger.chain)
        with place.database.transaction() as session:
            without_timeout(session.connection())
            ledger.chain.seal(session)


def _batches(orders: Iterator[Told], size: int) -> Iterator[list[Told]]:
    while batch := list(islice(orders, size)):
        yield batch


def _policy(session: Session, starts_on: date) -> Policy:
    policy = Policy(
        charity_name="A charity that is not there", charity_description="invented for this demonstration",
        charity_number=None, charity_url="https://example.invalid/", amount_pence=500, basis="unit",
        agreement_reference=AGREEMENT, agreement_signed_on=starts_on, starts_on=starts_on,
    )  # fmt: skip
    session.add(policy)
    session.flush()
    return policy


def _deliver_stock(session: Session, catalogue: Catalogue, orders: int, at: datetime) -> None:
    """More of everything than can be sold."""
    plenty = 3 * orders + 100
    rows: list[dict[str, Any]] = [
        {
            "variant_id": variant.id, "quantity": plenty, "reason": "received", "note": "Demo",
            "actor": "demo", "order_reference": None, "at": at,
        }
        for piece in catalogue.pieces for variant in piece.variants
    ]  # fmt: skip
    session.execute(insert(StockMovement), rows)
    session.execute(update(StockLevel).values(on_hand=StockLevel.on_hand + plenty))


def _keep(place: Place, maker: Maker, chain: Chain) -> None:
    """Keys first, as the shop does: alone they are harmless."""
    place.vault.keys.add(maker.keys)
    maker.keys.clear()
    with place.database.transaction() as session:
        connection = session.connection()
        write(connection, maker.taken())
        _begin_months(session, chain)
        write(connection, chain.taken())
        _count_stock(session, maker)


def _begin_months(session: Session, chain: Chain) -> None:
    if chain.begun:
        session.execute(insert(LedgerPeriod), [{"name": name} for name in chain.begun])
        chain.begun.clear()


def _count_stock(session: Session, maker: Maker) -> None:
    for variant_id in sorted(maker.sold.keys() | maker.reserved.keys()):
        session.execute(
            update(StockLevel)
            .where(StockLevel.variant_id == variant_id)
            .values(
                on_hand=StockLevel.on_hand - maker.sold[variant_id],
                reserved=StockLevel.reserved + maker.reserved[variant_id],
            )
        )
    maker.sold.clear()
    maker.reserved.clear()
