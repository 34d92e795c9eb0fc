"""The basket: kept on the server, readable only with the cookie it belongs to."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shop import clock, keeping
from shop.catalogue.snapshot import Catalogue, PieceView, VariantView
from shop.checkout.models import Basket, BasketLine
from shop.dedications.sealing import open_with, seal_with
from shop.engraving import Engraving
from shop.orders.lifecycle import UNPAID, State
from shop.orders.models import Order
from shop.orders.placing import WishedLine
from shop.stock import held_by

MOST_LINES: Final = 20
KEPT_FOR: Final = keeping.lasts(keeping.BASKET)


class BasketFull(Exception):
    """More pieces than one order takes."""


@dataclass(frozen=True)
class Line:
    """A basket line with the piece it means today; `piece` is None when it is no longer sold."""

    id: int
    wished: WishedLine = field(repr=False)
    piece: PieceView | None
    variant: VariantView | None

    @property
    def problem(self) -> str | None:
        """Why it cannot be bought as it stands, in a sentence; None when it can."""
        if self.variant is None or self.piece is None:
            return "This piece is no longer sold. Please take it out of the basket."
        if not self.variant.available:
            return f"{self.piece.name} in this metal and length is sold out for now."
        return None


@dataclass(frozen=True)
class Contents:
    """What is in a basket now. Money in pence."""

    basket_id: int | None
    order_id: int | None
    lines: Sequence[Line]
    details: dict[str, Any] | None = field(repr=False)

    @property
    def goods_pence(self) -> int:
        """The sum of the pieces' full prices."""
        return sum(line.variant.price_pence for line in self.lines if line.variant)

    @property
    def engraved(self) -> bool:
        """Whether any unit has words on it."""
        return any(line.wished.engraving for line in self.lines)

    @property
    def problems(self) -> dict[str, str]:
        """Line anchors with the reason why that line cannot be bought."""
        return {f"line-{line.id}": line.problem for line in self.lines if line.problem}


EMPTY: Final = Contents(None, None, (), None)


def new_token() -> str:
    """A fresh basket cookie: 256 bits, never stored."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database knows of a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


def seen_by(session: Session, catalogue: Catalogue, token: str | None) -> Catalogue:
    """The catalogue as this visitor sees it: what is set aside for her own order can be had, by her."""
    basket = _find(session, token)
    if basket is None or basket.order_id is None:
        return catalogue
    hold_id = session.scalars(select(Order.hold_id).where(Order.id == basket.order_id)).one()
    hers = held_by(session, hold_id)
    return Catalogue(tuple(_with_hers(piece, hers) for piece in catalogue.pieces)) if hers else catalogue


def contents(session: Session, catalogue: Catalogue, token: str | None) -> Contents:
    """What is in the cookie's basket. Empty without a cookie, and once its order was paid."""
    basket = _find(session, token)
    if basket is None or token is None or _spent(session, basket):
        return EMPTY
    catalogue = seen_by(session, catalogue, token)
    rows = session.scalars(
        select(BasketLine).where(BasketLine.basket_id == basket.id).order_by(BasketLine.id)
    )
    return Contents(
        basket.id,
        basket.order_id,
        [_line(catalogue, token, row) for row in rows],
        open_with(token, basket.details) if basket.details else None,
    )


def add(session: Session, token: str, wished: WishedLine) -> int:
    """Put a unit into the basket, making the basket if need be. Give the line's id. Raises BasketFull."""
    basket = _ready(session, token)
    if len(_line_ids(session, basket.id)) >= MOST_LINES:
        raise BasketFull
    row = BasketLine(
        basket_id=basket.id,
        variant_id=wished.variant_id,
        words=_seal_words(token, wished),
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id


def change(session: Session, token: str, line_id: int, wished: WishedLine) -> bool:
    """Replace a line's piece and words. False when the line is not in this basket."""
    row = _own_line(session, token, line_id)
    if row is None:
        return False
    row.variant_id, row.words = wished.variant_id, _seal_words(token, wished)
    return True


def remove(session: Session, token: str, line_id: int) -> bool:
    """Take a line out. False when it is not in this basket."""
    row = _own_line(session, token, line_id)
    if row is None:
        return False
    session.delete(row)
    return True


def keep_details(session: Session, token: str, details: dict[str, Any]) -> None:
    """Keep address and postage with the basket, sealed."""
    _ready(session, token).details = seal_with(token, details)


def lock_own(session: Session, token: str) -> Basket | None:
    """The cookie's basket row, locked until the transaction ends."""
    return session.scalars(
        select(Basket).where(Basket.token_hash == token_hash(token)).with_for_update()
    ).one_or_none()


def count(session: Session, token: str) -> int:
    """How many units are in the basket."""
    basket = _find(session, token)
    return 0 if basket is None or _spent(session, basket) else len(_line_ids(session, basket.id))


def forget_order(session: Session, order_id: int) -> None:
    """Delete the basket an order was made from: it holds the same words."""
    session.execute(delete(Basket).where(Basket.order_id == order_id))


def forget_old(session: Session) -> int:
    """Delete baskets nobody touched for KEPT_FOR. Give how many."""
    old = delete(Basket).where(Basket.touched_at < clock.now() - KEPT_FOR).returning(Basket.id)
    return len(session.execute(old).all())


def _find(session: Session, token: str | None) -> Basket | None:
    if not token:
        return None
    return session.scalars(select(Basket).where(Basket.token_hash == token_hash(token))).one_or_none()


def _with_hers(piece: PieceView, hers: Mapping[int, int]) -> PieceView:
    variants = tuple(
        replace(variant, available=True) if variant.id in hers else variant for variant in piece.variants
    )
    return replace(piece, variants=variants)


def _ready(session: Session, token: str) -> Basket:
    """The basket to write into: made when missing, emptied when its order has been paid."""
    now = clock.now()
    basket = lock_own(session, token)
    if basket is None:
        basket = Basket(
            token_hash=token_hash(token), order_id=None, details=None, created_at=now, touched_at=now
        )
        session.add(basket)
        session.flush()
    elif _spent(session, basket):
        session.execute(delete(BasketLine).where(BasketLine.basket_id == basket.id))
        basket.order_id, basket.details = None, None
    basket.touched_at = now
    return basket


def _spent(session: Session, basket: Basket) -> bool:
    """Whether the basket's order has been paid, or is being paid by a slow method."""
    if basket.order_id is None:
        return False
    state = State(session.scalars(select(Order.state).where(Order.id == basket.order_id)).one())
    return state not in UNPAID or state == State.PROCESSING


def _own_line(session: Session, token: str, line_id: int) -> BasketLine | None:
    basket = lock_own(session, token)
    if basket is None or _spent(session, basket):
        return None
    basket.touched_at = clock.now()
    return session.scalars(
        select(BasketLine).where(BasketLine.id == line_id, BasketLine.basket_id == basket.id)
    ).one_or_none()


def _line_ids(session: Session, basket_id: int) -> Sequence[int]:
    return session.scalars(select(BasketLine.id).where(BasketLine.basket_id == basket_id)).all()


def _seal_words(token: str, wished: WishedLine) -> bytes:
    engraving = wished.engraving.to_json() if wished.engraving else None
    return seal_with(
        token, {"engraving": engraving, "dedication": wished.dedication, "shared_as": wished.shared_as}
    )


def _line(catalogue: Catalogue, token: str, row: BasketLine) -> Line:
    words = open_with(token, row.words)
    engraving = Engraving.from_json(words["engraving"]) if words["engraving"] else None
    piece, variant = catalogue.find(row.variant_id) or (None, None)
    # A basket from before the wall has no such word.
    wished = WishedLine(row.variant_id, engraving, words["dedication"], words.get("shared_as"))
    return Line(row.id, wished, piece, variant)
