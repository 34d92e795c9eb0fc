"""Who may work here: accounts, their sign-in links, and what opens a session."""

from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.accounts import passkeys, sessions
from shop.accounts.models import STAFF, Account, OpenedBy, Role
from shop.accounts.sign_in_links import (
    account_of_link,
    end_links,
    forget_links,
    mint_link,
    spend_link,
)
from shop.frozen import frozen
from shop.sql import dialect_insert
from shop.text.email_addresses import read_email

FIRST_OWNER: Final = "owner@example.com"
"""The account a new shop begins with; the name belongs to nobody (RFC 2606)."""


class NotAnEmail(Exception):
    """This cannot be an e-mail address; the text says why."""


class RoleDiffers(Exception):
    """This e-mail already has an account, with another role."""

    def __init__(self, role: str) -> None:
        self.role = role
        super().__init__(f"This e-mail already belongs to an account with the role {role}.")


@frozen
class Credentials:
    """What a sign-in is checked against. Nobody's have neither id nor hash."""

    account_id: int | None = None
    password_hash: str | None = None


def normalised(email: str) -> str:
    """An e-mail as accounts keep it. Raises NotAnEmail."""
    if (found := read_email(email.strip())) is None:
        raise NotAnEmail("Enter an e-mail address like name@example.com.")
    return found.normalized.lower()


def add_account(session: Session, email: str, role: str) -> tuple[Account, str]:
    """Give an e-mail an account and a fresh sign-in link: the account and the link's token.

    The same e-mail again gives a fresh link, and opens a disabled account again. Raises NotAnEmail,
    RoleDiffers, ValueError for an unknown role.
    """
    account = open_account(session, email, role)
    return account, mint_link(session, account.id)


def open_account(session: Session, email: str, role: str) -> Account:
    """The account of an e-mail, made or opened again if need be, and locked. Raises as `add_account` does."""
    email, role = normalised(email), Role(role)
    row = {"email": email, "role": role, "created_at": clock.now()}
    session.execute(dialect_insert(session, Account).values(row).on_conflict_do_nothing())
    locked = select(Account).where(Account.email == email).with_for_update(key_share=True)
    account = session.scalars(locked).one()
    if account.role != role:
        raise RoleDiffers(account.role)
    account.disabled_at = None
    session.flush()
    return account


def first_owner_link(session: Session) -> str | None:
    """A sign-in link's token for the first owner, made if need be; None once an owner has a password."""
    owners = select(Account).where(Account.role == Role.OWNER, Account.disabled_at.is_(None))
    found = session.scalars(owners.order_by(Account.id).with_for_update(key_share=True)).all()
    if any(owner.password_hash for owner in found):
        return None
    owner = found[0] if found else open_account(session, FIRST_OWNER, Role.OWNER)
    return mint_link(session, owner.id)


def link_is_good(session: Session, token: str) -> bool:
    """Whether the link could be used now. Looking does not use it up."""
    return account_of_link(session, token) is not None


def use_link(session: Session, token: str, *, instead_of: str | None = None) -> str:
    """Use a link up and give the token of the session it opens; `instead_of` ends. Raises LinkSpent."""
    account_id = spend_link(session, token)
    return sessions.open_session(session, account_id, OpenedBy.LINK, instead_of)


def credentials(session: Session, email: str) -> Credentials:
    """What to check a password against; of an unknown or disabled account as of one without a password."""
    found = session.execute(
        select(Account.id, Account.password_hash).where(
            Account.email == email, Account.disabled_at.is_(None), Account.password_hash.is_not(None)
        )
    ).one_or_none()
    return Credentials(found.id, found.password_hash) if found else Credentials()


def sign_in(
    session: Session, proven: Credentials, *, rehashed: str | None = None, instead_of: str | None = None
) -> str | None:
    """Open a session for credentials whose password was just verified: its token, and `instead_of` ends.

    `rehashed` replaces a hash of older parameters. None when the account was disabled or its password
    changed while the password was being verified.
    """
    still = session.scalars(
        update(Account)
        .where(
            Account.id == proven.account_id,
            Account.password_hash == proven.password_hash,
            Account.disabled_at.is_(None),
        )
        .values(password_hash=rehashed or proven.password_hash)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if still is None else sessions.open_session(session, still, OpenedBy.PASSWORD, instead_of)


def set_password(session: Session, account_id: int, password_hash: str) -> str | None:
    """Keep a new password's hash and give the token of a new session: every other session and link ends.

    None when the account has been disabled meanwhile.
    """
    still = _change(session, Account.id == account_id, password_hash=password_hash)
    return None if still is None else sessions.open_session(session, still, OpenedBy.PASSWORD)


def disable(session: Session, email: str) -> bool:
    """Close an account: its sessions, links and passkeys end, its password goes. False if there is none open.

    Raises NotAnEmail.
    """
    closed = {"disabled_at": clock.now(), "password_hash": None}
    account_id = _change(session, Account.email == normalised(email), **closed)
    if account_id is not None:
        passkeys.revoke(session, account_id)
    return account_id is not None


def lose_passkeys(session: Session, email: str) -> str | None:
    """Somebody has lost the device with their passkey: all of theirs end, and their sessions.

    Gives the token of a fresh sign-in link; None if there is no such account open. Raises NotAnEmail.
    """
    account_id = session.scalar(
        select(Account.id).where(
            Account.email == normalised(email), Account.disabled_at.is_(None), Account.role.in_(STAFF)
        )
    )
    if account_id is None:
        return None
    passkeys.revoke(session, account_id)
    sessions.end_all(session, account_id)
    return mint_link(session, account_id)


def _change(session: Session, which: ColumnElement[bool], **values: object) -> int | None:
    """Change an open account and end all its sessions and links. Its id; None when it is not open."""
    account_id = session.scalars(
        update(Account)
        .where(which, Account.disabled_at.is_(None))
        .values(**values)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if account_id is not None:
        sessions.end_all(session, account_id)
        end_links(session, account_id)
    return account_id


def forget_spent(session: Session) -> None:
    """Delete links, and what passkeys were asked, that can open nothing any more."""
    forget_links(session)
    passkeys.forget_challenges(session)
