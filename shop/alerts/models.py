"""What the owner is told: alerts, which need somebody, in one table whatever they are about; and news."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, one_of, partial_index


class AlertKind(StrEnum):
    """What happened."""

    CUT_DIFFERS = "cut differs"
    CUT_CHANGED = "cut changed"
    TO_BE_DRAWN = "to be drawn"
    ARTWORK_WAITS = "artwork waits"
    NEWS_STUCK = "news stuck"
    SWEEP_STUCK = "sweep stuck"
    WORK_FAILED = "work failed"
    REFUND_WAITS = "refund waits"
    REFUND_REFUSED = "refund refused"
    REFUND_SENT_BACK = "refund sent back"
    PARCEL_CHANGED = "parcel changed"
    PAYMENT_IN_REVIEW = "payment in review"
    OTHER_ACCOUNT = "other account"
    KEY_REFUSED = "key refused"
    BALANCE_UNREAD = "balance unread"
    VAT_THRESHOLD = "VAT threshold"
    SIGN_IN_GUESSED = "sign-in guessed"
    MAIL_UNENCRYPTED = "mail unencrypted"
    MAIL_WAITS = "mail waits"
    EMAIL_REFUSED = "e-mail refused"
    TEXT_LEFT_OUT = "text left out"
    WANTED_BACK = "money wanted back"
    STOCK_DIFFERS = "stock differs"
    CLAIM_WAITS = "claim waits"
    FRAUD_WARNING = "fraud warning"
    PAYMENT_REVIEWED = "payment reviewed"
    DISPUTED = "disputed"
    PAYOUT_FAILED = "payout failed"
    STOCK_LOW = "stock low"
    COMES_BACK = "comes back"
    QUESTION_ANSWERED = "question answered"
    OWNER_UNREACHED = "owner unreached"
    DIFFERENCE_FOUND = "difference found"
    RECONCILIATION_LATE = "reconciliation late"


URGENT: Final = frozenset(
    {
        AlertKind.DISPUTED, AlertKind.FRAUD_WARNING, AlertKind.PAYMENT_REVIEWED, AlertKind.PAYOUT_FAILED,
        AlertKind.KEY_REFUSED, AlertKind.OTHER_ACCOUNT, AlertKind.NEWS_STUCK, AlertKind.SWEEP_STUCK,
        AlertKind.WORK_FAILED, AlertKind.MAIL_UNENCRYPTED, AlertKind.MAIL_WAITS, AlertKind.SIGN_IN_GUESSED,
        AlertKind.OWNER_UNREACHED,
    }
)  # fmt: skip
"""What a night makes worse, so that it never waits for the morning: a parcel may go out that is not paid for,
money may not arrive, the shop may stand still, or somebody be at its door."""


FOR_FINANCE: Final = frozenset({AlertKind.DIFFERENCE_FOUND, AlertKind.RECONCILIATION_LATE})
"""What the finance lead is e-mailed as well as the owners; it leads to the page on reconciliation."""


SAID: Final[Mapping[AlertKind, str]] = {
    AlertKind.CUT_DIFFERS: "What would be cut is not what the drawing shows, so it was neither sold nor cut.",
    AlertKind.CUT_CHANGED: "An order would no longer be cut as it was approved. Please look at it again.",
    AlertKind.SWEEP_STUCK: "An order cannot be brought to where Stripe says it is. It is tried again.",
    AlertKind.WORK_FAILED: "Some work of the shop's cannot be done. It is tried again; its log says why.",
    AlertKind.TO_BE_DRAWN: (
        "Words that no face can set wait to be drawn by hand. Please put the drawing on the order's page."
    ),
    AlertKind.ARTWORK_WAITS: (
        "Artwork from a buyer's photograph waits for you to look at it. Nothing of that piece is cut before."
    ),
    AlertKind.NEWS_STUCK: (
        "Stripe told us something that could not be acted on yet. It is tried again, half-hourly at least."
    ),
    AlertKind.KEY_REFUSED: (
        "Stripe does not accept the key: nothing can be paid, refunded or looked up until it is mended."
    ),
    AlertKind.BALANCE_UNREAD: (
        "The key may not read Stripe's balance transactions or payouts, so the books stand still. Please "
        "give it these rights at Stripe."
    ),
    AlertKind.VAT_THRESHOLD: (
        "The turnover comes near the VAT threshold, or is past it. The page about money says which; please "
        "ask your accountant when to register."
    ),
    AlertKind.OTHER_ACCOUNT: (
        "The key is of another Stripe account than the orders were paid to. Please put the former one "
        "back, or use a database of its own."
    ),
    AlertKind.REFUND_WAITS: "Stripe does not send a refund for now. It is tried again by itself.",
    AlertKind.REFUND_REFUSED: "Stripe will not send a refund. Please say on its order what to do.",
    AlertKind.REFUND_SENT_BACK: "The buyer's bank sent a refund back. Please say on its order what to do.",
    AlertKind.CLAIM_WAITS: (
        "Somebody says that something about what was posted is not right. Please answer on the order's page."
    ),
    AlertKind.QUESTION_ANSWERED: (
        "A question was answered, and the piece is off hold. The answer stands on its order."
    ),
    AlertKind.COMES_BACK: (
        "Somebody sends a piece back that bears no words. Please say on the order's page when it arrives."
    ),
    AlertKind.PARCEL_CHANGED: (
        "Where an order goes, or what lies in its box, was changed. Please print label, slip or card anew if "
        "they are printed already."
    ),
    AlertKind.PAYMENT_IN_REVIEW: "A payment is not what was asked for. Please say on its order what to do.",
    AlertKind.FRAUD_WARNING: (
        "The bank that issued the card warns of fraud, so what is not posted yet is on hold. Please look at "
        "the payment at Stripe: refund it, or take the pieces off hold."
    ),
    AlertKind.PAYMENT_REVIEWED: (
        "Stripe asks you to review a payment, so what is not posted yet is on hold. Once you approve it at "
        "Stripe the pieces go on by themselves."
    ),
    AlertKind.DISPUTED: (
        "A buyer's bank disputes a payment. Nothing more of the order is made until that is settled; Stripe "
        "says by when it wants an answer."
    ),
    AlertKind.PAYOUT_FAILED: (
        "A payout did not reach your bank: the money is back at Stripe. Please look at the bank account "
        "there."
    ),
    AlertKind.WANTED_BACK: (
        "A buyer was told that an order is late, and wants the money back; it could not be sent by itself. "
        "Please see to it on the order's page."
    ),
    AlertKind.DIFFERENCE_FOUND: (
        "Something does not agree between Stripe, our entries and the donation ledger. Please look at it "
        "under Reconciliation, and say why it is so."
    ),
    AlertKind.RECONCILIATION_LATE: (
        "Stripe and our books have not been compared for two days. The page on reconciliation says why."
    ),
    AlertKind.STOCK_LOW: "Few are left of a piece, as few as you asked to be told of.",
    AlertKind.STOCK_DIFFERS: (
        "A count of the stock is not what its movements come to. Please count that piece again; the stock "
        "page says more."
    ),
    AlertKind.TEXT_LEFT_OUT: (
        "A text of yours may not be shown as it is, so it was left out when the shop started. Once it is "
        "mended and the shop started again, it is back."
    ),
    AlertKind.MAIL_UNENCRYPTED: (
        "The mail server takes our password only unencrypted, so no e-mail leaves. Please set MAIL_URL to "
        "one that offers STARTTLS, or to smtps://."
    ),
    AlertKind.MAIL_WAITS: (
        "E-mails have waited for more than a day: the mail server does not take any. They are tried again "
        "each hour."
    ),
    AlertKind.EMAIL_REFUSED: (
        "A mail server refuses an e-mail about an order. The order says whether it is still tried; please "
        "reach the buyer in another way."
    ),
    AlertKind.OWNER_UNREACHED: (
        "A mail server refuses our e-mails to somebody who looks after the shop. Please look at the address "
        "under Staff."
    ),
    AlertKind.SIGN_IN_GUESSED: (
        "Somebody is trying passwords for an account from very many places. Browsers that have signed in to "
        "it before still can, and a fresh link always opens it."
    ),
}
"""What the owner reads, and what there is to do."""


class Alert(Base):
    """Something that needs a person. Open until it is acknowledged; one of a kind about one thing is open."""

    __tablename__ = "alert"
    __table_args__ = (
        CheckConstraint("kind <> ''", name="kind_told"),
        CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged_by_somebody"
        ),
        partial_index("ix_alert_open", "kind", "about", where="acknowledged_at IS NULL", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """A value of AlertKind; one that a later release no longer knows is still shown."""
    about: Mapped[str]
    """An order's reference, a sku, a face: what is meant, and nothing private."""
    detail: Mapped[str] = mapped_column(Text)
    """Figures and reasons, or nothing."""
    raised_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When it was put into an e-mail to the owners."""
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]

    @property
    def said(self) -> str:
        """What happened, in a sentence."""
        return SAID[AlertKind(self.kind)] if self.kind in set(AlertKind) else self.kind


class When(StrEnum):
    """When something is e-mailed."""

    AT_ONCE = "at once"
    MORNING = "in the morning"


class NewsKind(StrEnum):
    """What is news and no alert."""

    NEW_ORDER = "new order"
    LATE = "late"


class OwnerNews(Base):
    """A piece of news."""

    __tablename__ = "owner_news"
    __table_args__ = (
        one_of("kind", NewsKind),
        partial_index("ix_owner_news_untold", "id", where="told_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    about: Mapped[str]
    """An order's reference."""
    detail: Mapped[str] = mapped_column(Text)
    """A sentence or nothing, and nothing private."""
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    """When it was put into an e-mail."""


class OwnerEmailTimes(Base):
    """What the owner said of when; the newest row holds."""

    __tablename__ = "owner_email_times"
    __table_args__ = (one_of("orders", When), one_of("others", When))

    id: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[str]
    others: Mapped[str]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]
