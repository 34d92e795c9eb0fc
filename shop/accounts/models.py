"""The tables of staff and of the charity's people: who may come in, and how."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, one_of


class Role(StrEnum):
    """What somebody does here, and so what is open to them."""

    OWNER = "owner"
    FINANCE = "finance"
    CHARITY = "charity"
    """Somebody at the charity: sees its room, and nothing else."""


STAFF: Final = (Role.OWNER, Role.FINANCE)
"""Who works here."""


class OpenedBy(StrEnum):
    """How a session began."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    LINK = "link"
    PASSKEY = "passkey"


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
    passkey_at: Mapped[datetime | None]
    """When a passkey was shown in it; until then it opens nothing of an account that has one."""


class Passkey(Base):
    """A key that a device, or what syncs between somebody's devices, keeps for an account (WebAuthn)."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    """At most 1,023 bytes (WebAuthn 3, 4)."""
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    """As the authenticator gave it: COSE (RFC 9052)."""
    spki: Mapped[bytes] = mapped_column(LargeBinary)
    """The same key as everybody else writes it: SubjectPublicKeyInfo (RFC 5280), DER."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """Of the device's own; 0 for ever where it keeps none."""
    name: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """What a passkey was asked to sign, until it is answered, once. Here lies only a SHA-256 of it."""

    __tablename__ = "passkey_challenge"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    browser: Mapped[str] = mapped_column(String(64))
    """A digest that only the browser can bring again that asked."""
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    subject: Mapped[str | None] = mapped_column(Text)
    """What is being signed, where it is more than a sign-in."""
    made_at: Mapped[datetime] = mapped_column(index=True)


class CharityInvitation(Base):
    """Somebody at a charity was invited into its room. The e-mail's link is made again when it is sent."""

    __tablename__ = "charity_invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    charity_name: Mapped[str]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    seed: Mapped[str] = mapped_column(String(64))
    """What the link's token is made from, with the shop's secret: a copy of the database holds no link."""
    message_id: Mapped[str] = mapped_column(unique=True)
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    dropped: Mapped[str | None]
    """Why the e-mail will not be sent: a value of outbox.Drop."""


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
