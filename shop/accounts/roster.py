"""Who works here: the list, another role, and leaving. Somebody who can run the shop is always left.

Role and session are looked up in the database at every request, so both take effect at once, on every host.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Subquery, func, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.accounts import sessions, staff
from shop.accounts.models import STAFF, Account, Passkey, Role, SignInLink, StaffSession
from shop.frozen import frozen
from shop.sql import APART


class UnknownAccount(Exception):
    """Nobody who works here has this e-mail."""

    def __init__(self) -> None:
        super().__init__("Nobody who works here has this e-mail.")


class LastOwner(Exception):
    """Without this account nobody could run the shop."""

    def __init__(self) -> None:
        super().__init__(
            "This is the only owner who can sign in. Give somebody else the role of owner first, and let "
            "them set a password."
        )


@frozen
class Member:
    """Somebody who works here, or did."""

    account: Account
    browsers: int
    """How many are signed in now."""
    last_seen_at: datetime | None
    """When one of those was last used."""


def listed(session: Session) -> Sequence[Member]:
    """Everybody, in the order they came."""
    live = _live(clock.now())
    rows = session.execute(
        select(Account, func.coalesce(live.c.browsers, 0), live.c.last_seen_at)
        .outerjoin(live, live.c.account_id == Account.id)
        .where(Account.role.in_(STAFF))
        .order_by(Account.id)
    )
    return [Member(account, browsers, seen) for account, browsers, seen in rows]


_ROLE_AND_NUMBER: Final = re.compile(r"[a-z]+ ([1-9][0-9]*)")


def addresses(session: Session) -> Mapping[int, str]:
    """The e-mail of everybody who ever worked here, by the number of the account."""
    return {account.id: account.email for account in session.execute(select(Account.id, Account.email))}


def who(actor: str, addresses: Mapping[int, str]) -> str:
    """Who stands behind `Account.role_and_number`; whatever else an actor is, as it is."""
    found = _ROLE_AND_NUMBER.fullmatch(actor)
    return addresses.get(int(found[1]), actor) if found else actor


def _live(now: datetime) -> Subquery:
    """By account, in how many browsers somebody is signed in, and when they were last seen."""
    told = (func.count().label("browsers"), func.max(StaffSession.last_seen_at).label("last_seen_at"))
    return (
        select(StaffSession.account_id, *told)
        .where(
            StaffSession.revoked_at.is_(None),
            StaffSession.last_seen_at > now - sessions.IDLE,
            StaffSession.created_at > now - sessions.LONGEST,
            StaffSession.created_at <= now + APART,
        )
        .group_by(StaffSession.account_id)
        .subquery()
    )


def dismiss(session: Session, email: str) -> Account:
    """Close an account: its sessions and links end and its password goes.

    Raises UnknownAccount, LastOwner, staff.NotAnEmail.
    """
    account = _working(session, email)
    _leave_an_owner(session, account)
    staff.disable(session, account.email)
    return account


def give_role(session: Session, email: str, role: str) -> Account:
    """Give somebody another role. Raises as `dismiss` does, and ValueError for a role there is not."""
    account, wanted = _working(session, email), Role(role)
    if wanted is not Role.OWNER:
        _leave_an_owner(session, account)
    account.role = wanted
    session.flush()
    return account


def start_anew(session: Session) -> int:
    """End every session, link, password and passkey; how many accounts are open and need a new link.

    A restored copy knows neither who has left since, nor whose password or role is another now.
    """
    for ended in (StaffSession.revoked_at, SignInLink.used_at, Passkey.revoked_at):
        session.execute(update(ended.class_).where(ended.is_(None)).values({ended: clock.now()}))
    session.execute(update(Account).values(password_hash=None))
    still_open = select(func.count()).where(Account.disabled_at.is_(None), Account.role.in_(STAFF))
    return session.execute(still_open).scalar_one()


def _working(session: Session, email: str) -> Account:
    """The open account of an e-mail. Every owner's row is locked: no two dismiss each other at once."""
    owners = select(Account).where(Account.role == Role.OWNER).order_by(Account.id)
    session.scalars(owners.with_for_update()).all()
    found = session.scalars(
        select(Account)
        .where(
            Account.email == staff.normalised(email),
            Account.disabled_at.is_(None),
            Account.role.in_(STAFF),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise UnknownAccount
    return found


def _leave_an_owner(session: Session, leaving: Account) -> None:
    others = select(func.count()).where(
        Account.role == Role.OWNER,
        Account.disabled_at.is_(None),
        Account.password_hash.is_not(None),
        Account.id != leaving.id,
    )
    if leaving.role == Role.OWNER and not session.execute(others).scalar_one():
        raise LastOwner
