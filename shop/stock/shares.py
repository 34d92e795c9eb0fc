"""One visitor cannot hold everything: what may be set aside for one network at a time.

New cookies make a new visitor, a new network is harder to come by. Many people may share one, so what is
beyond its share is not refused: it is ordered without being set aside (`holds.note_wanted`).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shop import retention
from shop.db import moment, one_at_a_time
from shop.stock.counts import level_of
from shop.stock.models import Hold, HoldLine, HoldState

MOST_HOLDS: Final = 6
"""Baskets of one network whose pieces are set aside at the same time."""

KEEP: Final[timedelta] = retention.lasts(retention.NETWORK)


class ShareTaken(Exception):
    """As much as may be set aside for this network at a time is set aside. Nothing was changed."""


def wait_for_turn(session: Session, network: str) -> None:
    """Let no other transaction set anything aside for the network until this one ends."""
    one_at_a_time(session, f"hold:{network}")


def refuse_more(session: Session, network: str, added: Mapping[int, int]) -> None:
    """Raise ShareTaken when `added`, which the counters hold already, is more than the network's share.

    Its share of a variant is half of what is free for it, rounded up: the last piece can always be had.
    """
    if _holds(session, network) >= MOST_HOLDS:
        raise ShareTaken
    before = _held(session, network)
    for variant_id, quantity in added.items():
        own = before.get(variant_id, 0) + quantity
        free = level_of(session, variant_id).available + own
        if own > (free + 1) // 2:
            raise ShareTaken


def forget_networks(session: Session) -> int:
    """Forget which network a hold was placed for once it has been kept long enough. Give how many."""
    old = (
        update(Hold)
        .where(Hold.network.is_not(None), Hold.created_at < moment(session) - KEEP)
        .values(network=None)
        .returning(Hold.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(old).all())


def _holds(session: Session, network: str) -> int:
    held = select(func.count()).where(Hold.network == network, Hold.state == HoldState.HELD)
    return session.execute(held).scalar_one()


def _held(session: Session, network: str) -> dict[int, int]:
    """Pieces set aside for the network now, by variant id."""
    rows = session.execute(
        select(HoldLine.variant_id, func.sum(HoldLine.quantity))
        .join(Hold, Hold.id == HoldLine.hold_id)
        .where(Hold.network == network, Hold.state == HoldState.HELD)
        .group_by(HoldLine.variant_id)
    )
    return {variant_id: int(pieces) for variant_id, pieces in rows}
