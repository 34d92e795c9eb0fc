"""The links by which what was ordered by telephone or letter is looked over and paid for."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, one_of


class Via(StrEnum):
    """How somebody asked for it."""

    TELEPHONE = "telephone"
    LETTER = "letter"


class PaymentLink(Base):
    """One order put together by the owner, from its first piece until it is paid for or given up.

    Its pieces and words are in a basket of the checkout; names and the keys to that are sealed.
    """

    __tablename__ = "payment_link"
    __table_args__ = (one_of("via", Via),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(String(32), unique=True)
    """Which key in the KeyStore opens `sealed`."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The basket's token, the link's code, and to whom it goes: see `payment_links.Secrets`."""
    code_hash: Mapped[str] = mapped_column(unique=True)
    via: Mapped[str]
    """A Via."""
    actor: Mapped[str]
    begun_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """When it was made ready to be paid for, the last time; None while it is being put together."""
    times: Mapped[int] = mapped_column(default=0)
    """How often that was."""
    until: Mapped[datetime | None] = mapped_column(index=True)
    """How long it can be opened, and its pieces are set aside."""
    total_pence: Mapped[int | None]
    """What it came to then."""
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("hold.id"))
    """What sets its pieces aside; None while the hold of an order made from it does."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"), index=True)
    """The order that was made from it last."""
    withdrawn_at: Mapped[datetime | None]
    email_due_at: Mapped[datetime | None] = mapped_column(index=True)
    """From when on its e-mail may be sent; None when none is to be."""
    email_tries: Mapped[int] = mapped_column(default=0)
    emailed_at: Mapped[datetime | None]
    email_refused_at: Mapped[datetime | None]
