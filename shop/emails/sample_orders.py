"""Orders that never were, to look at e-mails by: of what is sold now, quoted and written like real ones."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Final

from shop import clock
from shop.catalogue.postage import SERVICES
from shop.catalogue.views import Catalogue, PieceView
from shop.claims.send_backs import ComingBack
from shop.emails.email_facts import EmailFacts
from shop.emails.sample_changes import exchanged, supplement
from shop.engraving import HAND, EngravingRefused, check
from shop.frozen import frozen
from shop.fulfilment.models import Parcel, Unit
from shop.fulfilment.promised import Day
from shop.fulfilment.stages import Hold, Remake, Stage, Undelivered
from shop.fulfilment.undelivered import Undone
from shop.giving.ledger import Book
from shop.giving.paid_over import Booked
from shop.money import CURRENCY
from shop.orders.approved_engraving import Approved
from shop.orders.email_change import Told
from shop.orders.hand_drawings import HandDrawing, Step
from shop.orders.models import EmailChange, Order, OrderEvent, OrderLine
from shop.orders.placing import Contact, line_row
from shop.orders.states import EventKind, State
from shop.orders.view import LineView, OrderView
from shop.payments.models import PaymentEntry, RefundRequest
from shop.payments.refund_history import RefundMade
from shop.pricing import LineItem, Quote, QuotedLine, quote
from shop.settings import PaymentMode
from shop.transparency.gift_entries import GiftEntry
from shop.transparency.gift_entries import State as GiftState
from shop.transparency.gift_sentences import gifts_said

REFERENCE: Final = "PM-SAMPLE"
CONTACT: Final = Contact("ada@example.com", "Ada Byron", "12 Quiet Street", "", "Bath", "BA1 1AA")
OTHER: Final = Contact(
    "ada@example.com", "Rose Byron", "4 Mill Lane", "", "Leeds", "LS1 4AP", buyer_name="Ada Byron"
)


MISHAPS: Final = (Undelivered.REFUSED, Remake.LOST)
"""Of its parcel, for the e-mails that tell of one."""


@frozen
class SampleUnit:
    """A unit: with `words` on the first side of a piece that takes them, or none."""

    words: str = ""
    by_hand: bool = False
    stage: Stage = Stage.TO_CHECK
    held: Hold | None = None
    drawing: Step | None = None


@frozen
class SampleOrder:
    """An order to be imagined."""

    units: Sequence[SampleUnit]
    contact: Contact = CONTACT
    as_gift: bool = False
    state: State = State.PAID
    refunds: Sequence["SampleRefund"] = ()
    tracking: str | None = None
    terms_kept: bool = True
    about: str = ""
    """What the e-mail is about, where that is no refund."""
    later_there: bool = False
    """Whether a holiday where it goes makes it arrive later than was promised."""


@frozen
class SampleRefund:
    """A refund: the price of these units, the postage, or `pence`."""

    units: tuple[int, ...] = ()
    postage: bool = False
    pence: int = 0
    elsewhere: bool = False
    came_back: bool = False
    goodwill: bool = False


@frozen
class Samples:
    """What sample orders are made of."""

    catalogue: Catalogue
    statement: str | None
    """What is said of the donation now."""
    gift_pence: int
    """What each piece gives."""
    terms: str
    """The digest of the terms in force."""
    site_url: str
    book: Book

    def facts(self, sample: SampleOrder) -> EmailFacts:
        """The facts of a sample order."""
        now = clock.now()
        pieces = [self._piece(unit) for unit in sample.units]
        items = [LineItem(piece.variants[0].id, None, None) for piece in pieces]
        agreed = quote(self.catalogue, items, SERVICES["tracked-24"])
        lines = [
            self._line(number, line, unit)
            for number, (line, unit) in enumerate(zip(agreed.lines, sample.units, strict=True), start=1)
        ]
        order = self._order(agreed, now)
        if sample.later_there:
            order.arrives_by = (now + timedelta(days=6)).date()
        kept = sum(unit.stage != Stage.REFUNDED for unit in sample.units)
        return EmailFacts(
            order=OrderView(
                row=order,
                state=sample.state,
                lines=lines,
                events=[_paid(order.total_pence, now), *exchanged(sample.about, lines[0], now)],
                contact=asdict(sample.contact),
                gift={"as_gift": sample.as_gift, "message": None},
                postage=SERVICES["tracked-24"],
                given_pence=self.gift_pence * kept,
                terms=self.terms if sample.terms_kept else None,
            ),
            about=sample.about or str(len(sample.refunds) - 1),
            cancelled=_cancelled(order, lines, sample),
            promised_before=(now + timedelta(days=5)).date() if sample.later_there else None,
            day=_day(now),
            site_url=self.site_url,
            order_url=f"{self.site_url}/orders/sample",
            units={
                number: Unit(stage=unit.stage, held=unit.held, making=1, paid_at=now)
                for number, unit in enumerate(sample.units, start=1)
            },
            refunds=_refunds(order, lines, sample.refunds, now),
            parcel=(Parcel(tracking=sample.tracking, posted_at=now), [lines[0].row.piece_name]),
            gifts=gifts_said([_gift(self.gift_pence, sample, now)], None) if self.gift_pence else None,
            change=_change(now),
            coming_back=[ComingBack(0, 1, lines[0].row.piece_name, now, None, None, refunded=False)],
            not_arrived=[Undone(1, lines[0].row.piece_name, why, now) for why in MISHAPS],
            surplus=PaymentEntry(amount_pence=order.total_pence, currency=order.currency),
            supplement=supplement(lines[0], sample.about, now),
        )

    def _piece(self, unit: SampleUnit) -> PieceView:
        """The first piece that takes words, or that takes none; the first of all where there is no such."""
        fitting = (piece for piece in self.catalogue.pieces if bool(piece.sides) == bool(unit.words))
        return next(fitting, self.catalogue.pieces[0])

    def _line(self, number: int, line: QuotedLine, unit: SampleUnit) -> LineView:
        approved = _approved(unit, line.sold[0])
        digests = approved.digests() if approved else (None, None)
        row = OrderLine(**line_row(0, number, line, approved, digests, donation_pence=self.gift_pence))
        return LineView(row, approved, None, hand=HandDrawing(unit.drawing, 1 if unit.drawing else 0))

    def _order(self, agreed: Quote, now: datetime) -> Order:
        return Order(
            id=0,
            reference=REFERENCE,
            mode=PaymentMode.STAND_IN,
            book=self.book,
            state=State.PAID,
            currency=CURRENCY,
            goods_pence=agreed.goods_pence,
            postage_pence=agreed.postage_pence,
            total_pence=agreed.total_pence,
            vat_pence=agreed.vat_pence,
            postage_service=agreed.postage.slug,
            policy_id=1 if self.statement else None,
            donation_pence=0,
            donation_statement=self.statement,
            placed_at=now,
        )


def _approved(unit: SampleUnit, piece: PieceView) -> Approved | None:
    """The words as they would be approved; None for a piece that takes none, or not these."""
    if not unit.words or not piece.sides:
        return None
    places = {(piece.sides[0].key, 1): unit.words}
    try:
        engraving = check(piece.sides, HAND if unit.by_hand else "marcellus", places)
    except EngravingRefused:
        return None
    return replace(Approved.now(engraving, piece.sides), salt=REFERENCE) if engraving else None


def _gift(pence: int, sample: SampleOrder, now: datetime) -> GiftEntry:
    """In the log once there is a tracking number, so that both can be looked at."""
    month, number = clock.month(now), 1024 if sample.tracking else None
    return GiftEntry(1, pence, GiftState.GIVEN, month, number, Booked("live", month, 1, 1))


def _paid(pence: int, now: datetime) -> OrderEvent:
    return OrderEvent(
        kind=EventKind.PAID, event_at=now, booked_at=now, actor="stripe", data={"amount_pence": pence}
    )


def _cancelled(order: Order, lines: Sequence[LineView], sample: SampleOrder) -> RefundRequest:
    """The first unit was, and the postage went back with it where it was the only one."""
    alone = len(lines) == 1
    pence = lines[0].row.price_pence + (order.postage_pence if alone else 0)
    return RefundRequest(
        lines=[1], amount_pence=pence, with_postage=alone, stripe_id="0" if sample.refunds else None
    )


def _day(now: datetime) -> Day:
    later = (now + timedelta(days=6)).date()
    return Day(now.date(), later, None, None, told=True, answer=None)


def _change(now: datetime) -> Told:
    row = EmailChange(expires_at=now + timedelta(days=2))
    return Told(CONTACT.email, "ada@example.org", "/orders/email/sample", row)


def _refunds(
    order: Order, lines: Sequence[LineView], refunds: Sequence[SampleRefund], now: datetime
) -> list[RefundMade]:
    made: list[RefundMade] = []
    back, gone = 0, frozenset[int]()
    for number, refund in enumerate(refunds):
        goods = sum(line.row.price_pence for line in lines if line.row.number in refund.units)
        pence = refund.pence or goods + (order.postage_pence if refund.postage else 0)
        back, gone = back + pence, gone | set(refund.units)
        made.append(
            RefundMade(
                cause=str(number),
                amount_pence=pence,
                currency=order.currency,
                at=now - timedelta(days=2),
                units=refund.units,
                postage=refund.postage,
                surplus=False,
                elsewhere=refund.elsewhere,
                sent_back_at=now if refund.came_back else None,
                waits=refund.came_back,
                back_pence=back,
                gone=gone,
                goodwill_pence=pence - goods if refund.goodwill else 0,
            )
        )
    return made
