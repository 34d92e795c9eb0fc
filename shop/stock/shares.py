"""One visitor cannot hold everything: what may be set aside for one network at a time.

New cookies make a new visitor, a new network is harder to come by. Many people may share one, so what is
beyond its share is not refused: it is ordered without being set aside (`holds.note_wanted`). Where plenty is
left that is no risk; where it is not, whoever pays is told before.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from shop import retention
from shop.network import SITE
from shop.sql import moment, one_at_a_time
from shop.stock.counts import Level, level_of
from shop.stock.models import Hold, HoldLine, HoldState, StockLevel

MOST_HOLDS: Final = 6
"""Baskets of one network whose pieces are set aside at the same time; of a site, SITE times as many."""

SPARE: Final = 5
"""Pieces of a variant that are free beyond what is wanted: so many are not sold while somebody pays."""

KEEP: Final[timedelta] = retention.lasts(retention.NETWORK)


class ShareTaken(Exception):
    """As much as may be set aside for this network at a time is set aside. Nothing was changed."""


class Asker(NamedTuple):
    """Keyed digests of the network that asks, and of its site if it is part of one (see `shop.network`)."""

    network: str | None = None
    site: str | None = None


NOBODY: Final = Asker()


def wait_for_turn(session: Session, asks: Asker) -> None:
    """Let no other transaction set anything aside for the network or its site until this one ends."""
    one_at_a_time(session, f"hold:{asks.site or asks.network}")


def refuse_more(
    session: Session, asks: Asker, added: Mapping[int, int], levels: Mapping[int, Level | None]
) -> None:
    """Raise ShareTaken when `added`, which `levels` hold already, is more than the network's share.

    Its share of a variant is half of what is free for it, rounded up: the last piece can always be had. That
    of a whole site is as large.
    """
    for holds, most, before in _held(session, asks):
        if holds >= most:
            raise ShareTaken
        for variant_id, quantity in added.items():
            own = before[variant_id] + quantity
            level = levels[variant_id]
            free = own + (level.available if level else 0)
            if own > _half(free):
                raise ShareTaken


def plenty(session: Session, wanted: Mapping[int, int]) -> bool:
    """Whether so much is free that `wanted` can be paid for without being set aside, and nobody need know."""
    free = dict(session.connection().execute(_FREE, {"wanted": list(wanted)}).all())
    return all(free.get(variant_id, 0) >= n + SPARE for variant_id, n in wanted.items())


def covers(session: Session, asks: Asker, wanted: Mapping[int, int], instead_of: int | None = None) -> bool:
    """Whether `wanted` could be set aside for the network now, once its basket's earlier hold is released."""
    own = _pieces(session, instead_of) if instead_of else {}
    free = {
        variant_id: level_of(session, variant_id).available + own.get(variant_id, 0) for variant_id in wanted
    }
    for holds, most, others in _held(session, asks, besides=instead_of):
        if holds >= most:
            return False
        for variant_id, quantity in wanted.items():
            if others[variant_id] + quantity > _half(free[variant_id] + others[variant_id]):
                return False
    return True


def forget_networks(session: Session) -> int:
    """Forget which network a hold was placed for once it has been kept long enough. Give how many."""
    old = (
        update(Hold)
        .where(Hold.network.is_not(None), Hold.created_at < moment(session) - KEEP)
        .values(network=None, site=None)
        .returning(Hold.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(old).all())


_FREE: Final = select(StockLevel.variant_id, StockLevel.on_hand - StockLevel.reserved).where(
    StockLevel.variant_id.in_(bindparam("wanted", expanding=True))
)


def _half(free: int) -> int:
    return (free + 1) // 2


_OTHERS: Final = (
    select(HoldLine.hold_id, HoldLine.variant_id, HoldLine.quantity)
    .join(Hold, Hold.id == HoldLine.hold_id)
    .where(Hold.id != bindparam("besides"), Hold.state == HoldState.HELD)
)
_OF_NETWORK: Final = _OTHERS.where(Hold.network == bindparam("digest"))
_OF_SITE: Final = _OTHERS.where(Hold.site == bindparam("digest"))
_OF_HOLD: Final = (
    select(HoldLine.variant_id, HoldLine.quantity)
    .join(Hold, Hold.id == HoldLine.hold_id)
    .where(Hold.id == bindparam("hold"), Hold.state == HoldState.HELD)
)


class _Held(NamedTuple):
    """How many holds there are now, how many there may be, and the pieces set aside by variant id."""

    holds: int
    most: int
    pieces: Counter[int]


def _held(session: Session, asks: Asker, *, besides: int | None = None) -> Iterator[_Held]:
    """What is held for the network, then for its site if it is part of one."""
    yield _found(session, _OF_NETWORK, asks.network, MOST_HOLDS, besides)
    if asks.site is not None:
        yield _found(session, _OF_SITE, asks.site, MOST_HOLDS * SITE, besides)


def _found(
    session: Session, of: Select[int, int, int], digest: str | None, most: int, besides: int | None
) -> _Held:
    rows = session.connection().execute(of, {"digest": digest, "besides": besides or 0}).all()
    pieces: Counter[int] = Counter()
    for row in rows:
        pieces[row.variant_id] += row.quantity
    return _Held(len({row.hold_id for row in rows}), most, pieces)


def _pieces(session: Session, hold_id: int) -> dict[int, int]:
    """What a hold still sets aside, by variant id."""
    return dict(session.execute(_OF_HOLD, {"hold": hold_id}).all())
