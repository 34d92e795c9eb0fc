"""The people of a charity who may come into its room: invited, joined with a passkey, and out again at once.

They have no password, and their role opens nothing else. Several may be invited, each by a link of their own.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.accounts import passkeys, sessions, sign_in_links, staff, tokens
from shop.accounts.models import Account, CharityInvitation, OpenedBy, Passkey, Role, SignInLink
from shop.accounts.passkeys import NewKey
from shop.frozen import frozen

INVITATION_LASTS: Final = timedelta(days=7)
CHARITY: Final = (Role.CHARITY,)


@frozen
class CharityPerson:
    """Somebody who was invited, and what came of it."""

    account: Account
    charity_name: str
    invited_at: datetime
    passkeys: Sequence[Passkey]
    """Those that stand; none before they have joined."""
    link_until: datetime | None
    """When the link ends that they may still join by."""


def invite(session: Session, email: str, charity_name: str, *, by: str, secret: str) -> tuple[Account, str]:
    """Invite somebody, or once more: their account, and the token of the link they join by.

    Every earlier link of theirs ends. The e-mail with it goes out by itself. Raises NotAnEmail, RoleDiffers.
    """
    account, now, seed = staff.open_account(session, email, Role.CHARITY), clock.now(), secrets.token_hex(32)
    token = tokens.derived(secret, seed)
    sign_in_links.mint_link(session, account.id, lasts=INVITATION_LASTS, token=token)
    session.add(
        CharityInvitation(
            account_id=account.id,
            charity_name=charity_name,
            made_at=now,
            made_by=by,
            seed=seed,
            message_id=f"<{secrets.token_hex(16)}@in-remembrance.invalid>",
            due_at=now,
        )
    )
    session.flush()
    return account, token


def listed(session: Session) -> Sequence[CharityPerson]:
    """Everybody who may come in, or was invited and may still join, in the order they were first invited."""
    rows = session.execute(_INVITED).all()
    numbers = [row[0].id for row in rows]
    keys, links = passkeys.standing_of(session, numbers), _open_links(session, numbers)
    return [CharityPerson(*row, keys.get(row[0].id, ()), links.get(row[0].id)) for row in rows]


def charity_of(session: Session, account_id: int) -> str:
    """Which charity somebody belongs to."""
    latest = select(CharityInvitation.charity_name).where(CharityInvitation.account_id == account_id)
    return session.scalars(latest.order_by(CharityInvitation.id.desc()).limit(1)).one()


def join(session: Session, token: str, made: NewKey, *, name: str, instead_of: str | None) -> str:
    """Use an invitation up: the passkey that was made is theirs. Gives the token of a session.

    Raises LinkSpent, and PasskeyRefused for a key that is somebody's already.
    """
    account_id = sign_in_links.spend_link(session, token, CHARITY)
    passkeys.add(session, account_id, made, name)
    return sessions.open_session(session, account_id, OpenedBy.PASSKEY, instead_of)


def remove(session: Session, account_id: int) -> str | None:
    """Let somebody in no more: sessions, link, passkeys end at once. Their e-mail; None if they are out."""
    found = session.get(Account, account_id)
    if found is None or found.role != Role.CHARITY:
        return None
    return found.email if staff.disable(session, found.email) else None


_LATEST: Final = select(func.max(CharityInvitation.id)).group_by(CharityInvitation.account_id)
_INVITED: Final = (
    select(Account, CharityInvitation.charity_name, CharityInvitation.made_at)
    .join(CharityInvitation, CharityInvitation.account_id == Account.id)
    .where(CharityInvitation.id.in_(_LATEST), Account.role == Role.CHARITY, Account.disabled_at.is_(None))
    .order_by(Account.id)
)


def _open_links(session: Session, accounts: Sequence[int]) -> dict[int, datetime]:
    """Until when the links of these accounts can be used, by account."""
    query = select(SignInLink.account_id, SignInLink.expires_at).where(
        SignInLink.account_id.in_(accounts),
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > clock.now(),
    )
    return {row.account_id: row.expires_at for row in session.execute(query)}
