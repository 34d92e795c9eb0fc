"""What orders bring: each payment entry is these lines in the books, which are kept nowhere else.

An entry's counterpart at Stripe is another row, booked when Stripe tells of it: both meet in
`MoneyAccount.CLEARING`, which comes to nothing once each has met the other.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session

from shop import clock
from shop.bookkeeping.chart_of_accounts import JournalEntry, Line, MoneyAccount, lines_of
from shop.bookkeeping.month_bounds import Bounds
from shop.frozen import frozen
from shop.money import CURRENCY
from shop.orders.models import Order, OrderEvent
from shop.orders.states import EventKind
from shop.payments.kinds import EntryKind
from shop.payments.models import PaymentEntry
from shop.payments.services import Services
from shop.pricing.vat import vat_within

BATCH: Final = 500
CLEARING, TO_GO_BACK = MoneyAccount.CLEARING, MoneyAccount.TO_GO_BACK
SAID: Final = {
    EntryKind.PAYMENT: "Sale",
    EntryKind.UNEXPLAINED: "Payment that is not what was asked for",
    EntryKind.SURPLUS: "Payment that goes back",
    EntryKind.SUPPLEMENT: "Supplement",
    EntryKind.REFUND: "Refund",
    EntryKind.REFUND_FAILED: "Refund sent back by the bank",
    EntryKind.DISPUTE_WITHDRAWN: "Withdrawn in a dispute",
    EntryKind.DISPUTE_REINSTATED: "Given back in a dispute",
}
ACCEPTED: Final = "Payment accepted as it was"
DISPUTED: Final = frozenset({EntryKind.DISPUTE_WITHDRAWN, EntryKind.DISPUTE_REINSTATED})
RETURNED: Final = frozenset({EntryKind.REFUND, EntryKind.REFUND_FAILED})


@frozen
class Sold:
    """What an order's row says that its books need."""

    reference: str
    postage_pence: int
    vat: bool
    """Whether the seller was registered when it was placed."""
    accepted_at: datetime | None = None
    """When somebody accepted a payment that was not what was asked for."""


def order_entries(session: Session, services: Services, bounds: Bounds) -> Iterator[JournalEntry]:
    """What was booked of orders in these months."""
    in_review = select(PaymentEntry.order_id).where(PaymentEntry.kind == EntryKind.UNEXPLAINED.value)
    touched = PaymentEntry.order_id.in_(union(_ids(bounds), in_review))  # those may be accepted in any month
    for made in _journal(session, services, touched):
        if bounds.first <= made.period <= bounds.last:
            yield made


def entries_of_order(session: Session, services: Services, order_id: int) -> Iterator[JournalEntry]:
    """All that was booked of one order."""
    return _journal(session, services, PaymentEntry.order_id == order_id)


def of_order(sold: Sold, entries: Sequence[PaymentEntry]) -> Iterator[JournalEntry]:
    """One order's journal, from its payment entries in the order in which they were booked."""
    books = _OrderBooks(sold, entries)
    for entry in entries:
        if books.accepted_before(entry.booked_at):
            yield books.accept()
        yield books.post(entry)
    if books.accepted_before(None):
        yield books.accept()


class _OrderBooks:
    """An order's books while they are written, entry by entry."""

    def __init__(self, sold: Sold, entries: Sequence[PaymentEntry]) -> None:
        self._sold = sold
        self._paid_as = {e.payment_intent: e.kind for e in entries if e.kind not in DISPUTED | RETURNED}
        self._accepted = False
        self._waits = 0
        """Pence of a payment that was not what was asked for, and nobody has accepted."""
        self._kept = 0
        """Pence that were sold for, VAT within them."""

    def accepted_before(self, moment: datetime | None) -> bool:
        """Whether the payment was accepted by then, and that is not booked yet."""
        at = self._sold.accepted_at
        return not self._accepted and at is not None and (moment is None or at <= moment)

    def accept(self) -> JournalEntry:
        """Somebody accepted the payment as it was: it is a sale from then on."""
        at, self._accepted = self._sold.accepted_at or clock.now(), True
        lines = lines_of((TO_GO_BACK, self._waits), *self._sale(self._waits))
        return self._entry(f"accepted:{self._sold.reference}", (at, at), ACCEPTED, lines=lines, about=None)

    def post(self, entry: PaymentEntry) -> JournalEntry:
        """What an entry is in the books."""
        lines = lines_of((CLEARING, entry.amount_pence), *self._against(EntryKind(entry.kind), entry))
        said = SAID[EntryKind(entry.kind)]
        moments = entry.booked_at, entry.event_at
        return self._entry(entry.key, moments, said, lines=lines, about=entry.stripe_id)

    def _against(self, kind: EntryKind, entry: PaymentEntry) -> Sequence[Line]:
        pence, paid_as = entry.amount_pence, self._paid_as.get(entry.payment_intent)
        if kind in DISPUTED:
            return [(MoneyAccount.DISPUTES, -pence)]
        if paid_as == EntryKind.UNEXPLAINED and not self._accepted:
            self._waits += pence
            return [(TO_GO_BACK, -pence)]
        if paid_as == EntryKind.SURPLUS:
            return [(TO_GO_BACK, -pence)]
        if kind is EntryKind.PAYMENT:
            return self._sale(pence)
        return self._earned(MoneyAccount.REFUNDS if kind in RETURNED else MoneyAccount.SALES, pence)

    def _sale(self, pence: int) -> Sequence[Line]:
        """A sale in its parts; what is missing from an accepted payment is missing from the pieces."""
        postage = min(self._sold.postage_pence, pence)
        vat, of_postage = self._vat(pence), vat_within(postage) if self._sold.vat else 0
        return [
            (MoneyAccount.SALES, postage - pence + vat - of_postage),
            (MoneyAccount.POSTAGE, of_postage - postage),
            (MoneyAccount.VAT, -vat),
        ]

    def _earned(self, account: MoneyAccount, pence: int) -> Sequence[Line]:
        vat = self._vat(pence)
        return [(account, vat - pence), (MoneyAccount.VAT, -vat)]

    def _vat(self, pence: int) -> int:
        """By how much the VAT of what is kept changes: so it is nothing when all has gone back."""
        before, self._kept = self._kept, self._kept + pence
        return vat_within(max(self._kept, 0)) - vat_within(max(before, 0)) if self._sold.vat else 0

    def _entry(
        self,
        key: str,
        moments: tuple[datetime, datetime],
        said: str,
        *,
        lines: tuple[Line, ...],
        about: str | None,
    ) -> JournalEntry:
        booked, happened = moments
        return JournalEntry(
            key=key,
            period=clock.month(booked),
            day=clock.in_britain(booked).date(),
            happened_on=clock.in_britain(happened).date(),
            what=said,
            reference=self._sold.reference,
            stripe_id=about,
            lines=lines,
        )


def _journal(session: Session, services: Services, which: Any) -> Iterator[JournalEntry]:
    for _, rows in groupby(_rows(session, services, which), key=lambda row: row[1].reference):
        found = list(rows)
        yield from of_order(found[0][1], [entry for entry, _ in found])


def _ids(bounds: Bounds) -> Select[int]:
    since, until = bounds.moments
    return select(PaymentEntry.order_id).where(
        PaymentEntry.booked_at >= since, PaymentEntry.booked_at < until
    )


def _rows(session: Session, services: Services, which: Any) -> Iterator[tuple[PaymentEntry, Sold]]:
    accepted = select(func.min(OrderEvent.booked_at)).where(
        OrderEvent.order_id == Order.id, OrderEvent.kind == EventKind.ACCEPTED
    )
    columns = Order.reference, Order.postage_pence, Order.vat_pence, accepted.scalar_subquery()
    query = (
        select(PaymentEntry, *columns)
        .join(Order, Order.id == PaymentEntry.order_id)
        .where(services.own, PaymentEntry.currency == CURRENCY, which)
        .order_by(PaymentEntry.order_id, PaymentEntry.id)
        .execution_options(yield_per=BATCH)
    )
    for entry, reference, postage, vat, accepted_at in session.execute(query):
        yield entry, Sold(reference, postage, vat is not None, accepted_at)
