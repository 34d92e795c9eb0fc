"""The tables of staff: who may work here, how they are signed in, and how often somebody tried."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, one_of


class Role(StrEnum):
    """What somebody does here, and so what is open to them."""

    OWNER = "owner"
    FINANCE = "finance"


class OpenedBy(StrEnum):
    """How a session began."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    LINK = "link"


class Account(Base):
    """Somebody who works here. The e-mail is kept in lower case; without a hash only a link opens it."""

    __tablename__ = "account"
    __table_args__ = (one_of("role", Role),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[str] = mapped_column(String(8))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    @property
    def role_and_number(self) -> str:
        """As the ledger says who did something: without the address."""
        return f"{self.role} {self.id}"


class StaffSession(Base):
    """One signed-in browser. The token itself is only in its cookie; here lies its SHA-256."""

    __tablename__ = "staff_session"
    __table_args__ = (one_of("opened_by", OpenedBy),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    opened_by: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInLink(Base):
    """A link that signs one person in, once. Here lies only the SHA-256 of its token."""

    __tablename__ = "sign_in_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """One of the few tries a minute that a key has; the key is a keyed digest of an e-mail or an address."""

    __tablename__ = "sign_in_attempt"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
