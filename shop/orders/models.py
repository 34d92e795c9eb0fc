"""Orders as they were placed, with frozen prices, and what happened to them since."""

from datetime import UTC, date, datetime, time
from typing import Any, get_args

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop import clock
from shop.giving.ledger import Book
from shop.money import CURRENCY
from shop.orders.states import EventKind, State
from shop.orm import Base, one_of
from shop.settings import PaymentMode


class Order(Base):
    """What one buyer agreed to. Names, address, words: sealed in the vault, never here."""

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint("total_pence = goods_pence + postage_pence", name="adds_up"),
        CheckConstraint("total_pence > 0", name="costs_something"),
        one_of("state", State),
        one_of("mode", PaymentMode),
        one_of("book", get_args(Book)),
        one_of("currency", [CURRENCY]),
        Index("ix_order_placed_at", "placed_at", "id"),
        Index("ix_order_state", "state", "placed_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    mode: Mapped[str]
    """Who took the payment: stand-in or stripe."""
    book: Mapped[Book] = mapped_column(String(4))
    """live, or test when no real money moves: test orders stay out of the donation's totals."""
    state: Mapped[str]
    """A State."""
    version: Mapped[int] = mapped_column(default=1)
    """Moved by the database with every write that money depends on (see version_guards); never by hand."""
    buyer_hash: Mapped[str] = mapped_column(index=True)
    """SHA-256 of the buyer's basket cookie, so that nobody else sees the page that is come back to."""
    hold_id: Mapped[int] = mapped_column(ForeignKey("hold.id"), unique=True)
    fingerprint: Mapped[str]
    """What was agreed to (lines, words, prices, postage, address) as one hash, under the order's own key."""
    currency: Mapped[str]
    goods_pence: Mapped[int]
    postage_pence: Mapped[int]
    total_pence: Mapped[int]
    vat_pence: Mapped[int | None]
    """The VAT within the total; None when the seller was not registered for it."""
    postage_service: Mapped[str]
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    donation_pence: Mapped[int]
    """What the policy gives for the order as a whole; 0 when it counts per piece or none was in force."""
    donation_statement: Mapped[str | None] = mapped_column(Text)
    """The statement as it stood beside the price at that time."""
    placed_at: Mapped[datetime]
    is_gift: Mapped[bool | None]
    """Whether it goes to somebody else, as is sealed with it; None once erased, or until that was read."""
    posted_by: Mapped[date | None]
    """The day promised, a British one; None of an order from before days were promised."""
    post_from: Mapped[date | None]
    """It is not posted before this day, for a wish of the buyer's."""
    arrives_by: Mapped[date | None]
    """When it then is at the door, as the post aims."""


class TermsText(Base):
    """Terms that orders were placed under. Rows are only ever added."""

    __tablename__ = "terms_text"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of `html`."""
    html: Mapped[str] = mapped_column(Text)
    first_at: Mapped[datetime]


class OrderLine(Base):
    """One unit: one piece in one metal and length, with its own engraving."""

    __tablename__ = "order_line"
    __table_args__ = (UniqueConstraint("order_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    number: Mapped[int]
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    sku: Mapped[str]
    piece_slug: Mapped[str]
    piece_name: Mapped[str]
    metal_slug: Mapped[str]
    metal_name: Mapped[str]
    chain_inches: Mapped[int]
    price_pence: Mapped[int]
    donation_pence: Mapped[int]
    """What the policy gives for this unit; 0 when none was in force or it counts by order."""
    gift_sku: Mapped[str | None]
    """The code under which that stands in the ledger, if its metal or chain was changed since."""
    engraved: Mapped[bool]
    by_hand: Mapped[bool | None]
    artwork: Mapped[bool | None]
    """Sold as drawn by hand: no face can set its words. None of an order from before that was to be had."""
    proof_digest: Mapped[str | None]
    """See Approved.digest: what is cut can be held against it."""
    cut_digest: Mapped[str | None]
    """See Approved.cut_digest; None of an order from before outlines had one, which its drawing alone vouches
    for."""


class OrderEvent(Base):
    """Something that happened to an order: who, when, what. Rows are only ever added."""

    __tablename__ = "order_event"
    __table_args__ = (one_of("kind", EventKind),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    kind: Mapped[str]
    """An EventKind."""
    event_at: Mapped[datetime]
    booked_at: Mapped[datetime]
    actor: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class OrderLink(Base):
    """The buyer's lasting, unguessable way to the order's page. Revoking it is a date, not a deletion."""

    __tablename__ = "order_link"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    nonce: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SavedView(Base):
    """A choice of orders that the owner comes back to."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    query: Mapped[str]
    """What follows the list's address; never anything that was searched for."""


class EmailChange(Base):
    """Another e-mail address that was asked for; it holds from the day on which its reader confirmed it.

    The addresses are sealed with the order.
    """

    __tablename__ = "email_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    nonce: Mapped[str]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    actor: Mapped[str]


class OrderNote(Base):
    """That the owner wrote something down about an order; the words are sealed with the order's own."""

    __tablename__ = "order_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str]


class HandDrawingStep(Base):
    """One step of a drawing: sent, approved, accepted, to be changed, of other words. Rows are only added."""

    __tablename__ = "hand_drawing_step"
    __table_args__ = (one_of("kind", ("sent", "approved", "accepted", "change asked", "words changed")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    line_number: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    actor: Mapped[str]


class OutsideSale(Base):
    """Pieces that were sold outside the shop, or that such a sale is taken back. Rows are only ever added."""

    __tablename__ = "outside_sale"
    __table_args__ = (
        one_of("book", get_args(Book)),
        CheckConstraint("(quantity > 0) = (undoes_id IS NULL)", name="taken_back_is_less"),
        CheckConstraint("quantity <> 0", name="sells_something"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    """What stands in the ledger and beside the movement of the stock."""
    once: Mapped[str] = mapped_column(unique=True)
    """Of the form it was entered with: sent twice it is one sale."""
    book: Mapped[Book] = mapped_column(String(4))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    sku: Mapped[str]
    piece_name: Mapped[str]
    metal_name: Mapped[str]
    chain_inches: Mapped[int]
    quantity: Mapped[int]
    """Pieces; below zero where a sale is taken back."""
    sold_on: Mapped[date]
    """The day in Britain."""
    note: Mapped[str]
    """Where: a fair, a friend. No names."""
    moves_stock: Mapped[bool]
    """False where a count had missed the pieces already."""
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    """The promise that was in force on that day; None when none was."""
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("outside_sale.id"), unique=True)
    entered_at: Mapped[datetime]
    actor: Mapped[str]

    @property
    def event_at(self) -> datetime:
        """The moment that stands for its day in the ledger: noon in Britain, for no hour is known."""
        return datetime.combine(self.sold_on, time(12), clock.BRITAIN).astimezone(UTC)
