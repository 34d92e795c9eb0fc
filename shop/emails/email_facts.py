"""Everything an e-mail about an order may speak of, as it is when the e-mail is written."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.claims import send_backs
from shop.claims.send_backs import ComingBack
from shop.emails.email_lines import EmailLine, titled
from shop.frozen import frozen
from shop.fulfilment import finished_pictures, late, parcel_corrections, parcels, promised, undelivered, units
from shop.fulfilment.models import Parcel, Unit
from shop.fulfilment.promised import Day
from shop.fulfilment.stages import TO_MAKE, WORDS_OPEN, Stage
from shop.fulfilment.undelivered import Undone
from shop.fulfilment.units import WORKED_ON
from shop.mail.outbox import Claimed
from shop.orders import email_change
from shop.orders.email_change import Told
from shop.orders.lifecycle import EventKind, State
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.orders.terms import Terms
from shop.orders.view import LineView, OrderView, view
from shop.payments import cancelling, supplements
from shop.payments.kinds import EntryKind
from shop.payments.models import PaymentEntry, RefundRequest, Supplement
from shop.payments.refund_history import RefundMade, refund_history
from shop.payments.services import Services
from shop.transparency.gift_sentences import order_said

PAID_TWICE: Final = "paid-twice"
OF_SUPPLEMENTS: Final = frozenset({supplements.EMAIL, supplements.RETURNED_EMAIL})
OF_A_DAY: Final = frozenset({late.EMAIL, parcel_corrections.DELIVERY_EMAIL})
MISHAPS: Final = frozenset({undelivered.CAME_BACK, undelivered.LOST})


@frozen
class EmailFacts:
    """An order with what became of it."""

    order: OrderView
    about: str
    """What the e-mail is about: a refund's id, a parcel's number."""
    site_url: str
    order_url: str | None
    units: Mapping[int, Unit]
    """Where each unit stands; none before the order was paid for, or when nothing was left to sell."""
    refunds: Sequence[RefundMade]
    parcel: tuple[Parcel, Sequence[str]] | None = None
    gifts: str | None = None
    """Where the order's gifts stand in the log, when the e-mail is about its parcel."""
    photographed: bool = False
    """Whether its buyer asked for the photograph of a finished piece, and may see one."""
    surplus: PaymentEntry | None = None
    """The second payment that the e-mail is about."""
    supplement: Supplement | None = None
    """What a piece costs more in another metal or chain length, when the e-mail is about that."""
    coming_back: Sequence[ComingBack] = ()
    """What its buyer sends back, when the e-mail is about that."""
    cancelled: RefundRequest | None = None
    """What was cancelled, when the e-mail is about that."""
    not_arrived: Sequence[Undone] = ()
    """What came back or is lost, when the e-mail is about that."""
    change: Told | None = None
    """The address that was asked for, when the e-mail is about that."""
    promised_before: date | None = None
    """When it was to arrive, where the e-mail is about an address to which it takes longer."""
    day: Day | None = None
    """How the day promised stands, where the e-mail is about that."""
    lines: Sequence[EmailLine] = field(default=(), repr=False)
    terms: Terms | None = field(default=None, repr=False)
    """Those it was placed under, where the e-mail carries them; today's if that was not kept then."""

    @property
    def reference(self) -> str:
        """The order's."""
        return self.order.row.reference

    @property
    def to(self) -> str:
        """Where the e-mail goes."""
        return self.change.to if self.change else str((self.order.contact or {})["email"])

    @property
    def greeted(self) -> str:
        """The buyer's own name, or the parcel's where it goes to the buyer; never that of somebody else."""
        contact, gift = self.order.contact or {}, self.order.gift or {}
        return contact.get("buyer_name") or ("" if gift.get("as_gift") else contact.get("name")) or ""

    @property
    def paid_pence(self) -> int | None:
        """What was paid for it, with its supplements; None when nothing was, or in another currency."""
        for event in self.order.events:
            if event.kind == EventKind.AMOUNT_DIFFERS:
                known = event.data["currency"] == self.order.row.currency
                return int(event.data["received"]) + self._supplements_pence if known else None
            if event.kind == EventKind.PAID:
                return int(event.data["amount_pence"]) + self._supplements_pence
        return None

    @property
    def for_order_pence(self) -> int | None:
        """What was paid for the order as it stands: without what a change of metal or chain made less."""
        changes = (event for event in self.order.events if event.kind == EventKind.EXCHANGED)
        less = sum(min(0, int(event.data["difference_pence"])) for event in changes)
        return None if self.paid_pence is None else self.paid_pence + less

    @property
    def _supplements_pence(self) -> int:
        paid = (event for event in self.order.events if event.kind == EventKind.SUPPLEMENT_PAID)
        return sum(int(event.data["amount_pence"]) for event in paid)

    def exchanged(self) -> OrderEvent | None:
        """The change of metal or chain that the e-mail is about."""
        changes = (event for event in self.order.events if event.kind == EventKind.EXCHANGED)
        return next((event for event in changes if str(event.data["correction"]) == self.about), None)

    @property
    def kept(self) -> Sequence[LineView]:
        """The units that are paid for, and whose price did not go back."""
        return [line for line in self.order.lines if self.stage(line.row) not in {None, Stage.REFUNDED}]

    @property
    def open_words(self) -> Sequence[LineView]:
        """The units whose words the buyer can still change: see corrections.why_words_closed."""
        if self.order.state not in WORKED_ON:
            return []
        return [line for line in self.kept if line.engraving and self._is_open(self.units[line.row.number])]

    @property
    def to_make(self) -> Sequence[LineView]:
        """The units that are still to leave."""
        return [line for line in self.kept if self.stage(line.row) in TO_MAKE]

    @property
    def is_questioned(self) -> bool:
        """Whether a bank took the payment into question, or back for good."""
        return self.order.state in {State.DISPUTED, State.DISPUTE_LOST}

    def stage(self, row: OrderLine) -> Stage | None:
        """Where a unit stands."""
        unit = self.units.get(row.number)
        return Stage(unit.stage) if unit else None

    @staticmethod
    def _is_open(unit: Unit) -> bool:
        return unit.stage in WORDS_OPEN and unit.making == 1

    def title(self, row: OrderLine) -> str:
        """A unit as it stands in lists: with its number where there are several."""
        return titled(row, several=len(self.order.lines) > 1)

    def refund(self) -> RefundMade | None:
        """The refund that the e-mail is about."""
        return next((refund for refund in self.refunds if refund.cause == self.about), None)


def facts_of(
    session: Session, services: Services, order: Order, claimed: Claimed, order_url: str | None
) -> EmailFacts:
    """The facts for a claimed e-mail."""
    opened = view(session, services.vault, order)
    about = claimed.dedupe_key.removeprefix(f"{order.reference}:{claimed.kind}:")
    return EmailFacts(
        order=opened,
        about=about,
        site_url=services.site_url,
        order_url=order_url,
        units=units.units_of(session, order.id),
        refunds=refund_history(session, order) if _money_moved(opened) else (),
        parcel=parcels.told_by(session, claimed.dedupe_key) if claimed.kind == parcels.EMAIL else None,
        gifts=order_said(session, order.reference) if claimed.kind == parcels.EMAIL else None,
        photographed=_photographed(session, services, order, claimed),
        coming_back=send_backs.coming_back(session, order.id) if claimed.kind == send_backs.EMAIL else (),
        cancelled=_cancelled(session, about) if claimed.kind == cancelling.EMAIL else None,
        not_arrived=undelivered.not_arrived(session, order.id) if claimed.kind in MISHAPS else (),
        change=_change(session, services, claimed),
        promised_before=_promised_before(session, services, order, claimed),
        day=promised.standing(session, order) if claimed.kind in OF_A_DAY else None,
        surplus=_surplus(session, order, about) if claimed.kind == PAID_TWICE else None,
        supplement=_supplement(session, about) if claimed.kind in OF_SUPPLEMENTS else None,
    )


def _supplement(session: Session, about: str) -> Supplement | None:
    return session.get(Supplement, int(about)) if about.isdigit() else None


def _cancelled(session: Session, about: str) -> RefundRequest | None:
    return session.get(RefundRequest, int(about)) if about.isdigit() else None


def _change(session: Session, services: Services, claimed: Claimed) -> Told | None:
    if claimed.kind not in email_change.EMAILS:
        return None
    key = services.secret_key
    return email_change.told_by(session, services.vault, claimed.kind, claimed.dedupe_key, secret_key=key)


def _promised_before(session: Session, services: Services, order: Order, claimed: Claimed) -> date | None:
    if claimed.kind != parcel_corrections.DELIVERY_EMAIL:
        return None
    return parcel_corrections.promised_before(session, services.vault, order.id, claimed.dedupe_key)


def _surplus(session: Session, order: Order, intent: str) -> PaymentEntry | None:
    query = select(PaymentEntry).where(
        PaymentEntry.order_id == order.id,
        PaymentEntry.payment_intent == intent,
        PaymentEntry.kind == EntryKind.SURPLUS,
    )
    return session.scalars(query).first()


def _photographed(session: Session, services: Services, order: Order, claimed: Claimed) -> bool:
    told = claimed.kind == parcels.EMAIL
    return told and bool(finished_pictures.pictures(session, services.vault, order.id))


def _money_moved(order: OrderView) -> bool:
    """Whether any went back: known from the order's history, so that most e-mails need not ask."""
    back = {EventKind.REFUNDED, EventKind.PART_REFUNDED, EventKind.RETURNED_ELSEWHERE, EventKind.PAID_TWICE}
    return any(event.kind in back for event in order.events)
