"""Links that let one person in, once, for a while: only the SHA-256 of a token is kept."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.accounts import tokens
from shop.accounts.models import STAFF, Account, Role, SignInLink
from shop.sql import APART

LINK_LASTS: Final = timedelta(hours=24)


class LinkSpent(Exception):
    """This sign-in link was used, has run out, or never was one."""

    def __init__(self) -> None:
        super().__init__("This link has been used already, or is too old.")


def mint_link(
    session: Session, account_id: int, *, lasts: timedelta = LINK_LASTS, token: str | None = None
) -> str:
    """The token of a new sign-in link, good once, for so long. Earlier links of the account end."""
    now, token = clock.now(), token or tokens.fresh()
    end_links(session, account_id)
    session.add(
        SignInLink(
            token_hash=tokens.digest(token),
            account_id=account_id,
            created_at=now,
            expires_at=now + lasts,
            used_at=None,
        )
    )
    session.flush()
    return token


def account_of_link(session: Session, token: str, roles: Collection[Role] = STAFF) -> int | None:
    """Whose link it is, if it is good now and theirs is one of these roles."""
    return session.execute(_good_link(token, roles)).scalar_one_or_none()


def spend_link(session: Session, token: str, roles: Collection[Role] = STAFF) -> int:
    """Use a link up and give whose it is. Raises LinkSpent."""
    # The account before the link, as everyone takes them: nobody waits in a circle.
    account_id = session.execute(
        _good_link(token, roles).with_for_update(of=Account, key_share=True)
    ).scalar_one_or_none()
    used = session.scalars(
        update(SignInLink)
        .where(SignInLink.token_hash == tokens.digest(token), SignInLink.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(SignInLink.account_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if account_id is None or used is None:
        raise LinkSpent
    return account_id


def end_links(session: Session, account_id: int) -> None:
    """Let no link of an account open anything any more."""
    session.execute(
        update(SignInLink)
        .where(SignInLink.account_id == account_id, SignInLink.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def forget_links(session: Session) -> None:
    """Delete links that can open nothing any more."""
    session.execute(
        delete(SignInLink)
        .where(or_(SignInLink.used_at.is_not(None), SignInLink.expires_at <= clock.now()))
        .execution_options(synchronize_session=False)
    )


def _good_link(token: str, roles: Collection[Role]) -> Select[int]:
    return (
        select(Account.id)
        .join(SignInLink, SignInLink.account_id == Account.id)
        .where(
            SignInLink.token_hash == tokens.digest(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > clock.now(),
            SignInLink.created_at <= clock.now() + APART,
            Account.disabled_at.is_(None),
            Account.role.in_(roles),
        )
    )
