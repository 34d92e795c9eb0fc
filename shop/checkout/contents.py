"""What is in a basket, as the pages show it: each line with the piece that it means today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.catalogue.snapshot import Catalogue, PieceView, VariantView
from shop.checkout import basket
from shop.checkout.models import BasketLine
from shop.dedications.sealing import open_with
from shop.engraving import Engraving, EngravingRefused, check
from shop.orders.models import Order
from shop.orders.placing import WishedLine
from shop.stock import held_by

NO_LONGER_FITS: Final = "We now engrave with another machine, and these words would be too small for it. "


@dataclass(frozen=True)
class Line:
    """A basket line with the piece it means today; `piece` is None when it is no longer sold.

    `refusal` says why its words can no longer be cut, since another machine cuts them.
    """

    id: int
    wished: WishedLine = field(repr=False)
    piece: PieceView | None
    variant: VariantView | None
    refusal: str | None = None

    @property
    def problem(self) -> str | None:
        """Why it cannot be bought as it stands, in a sentence; None when it can."""
        if self.variant is None or self.piece is None:
            return "This piece is no longer sold. Please take it out of the basket."
        if not self.variant.available:
            return f"{self.piece.name} in this metal and length is sold out for now."
        return self.refusal


@dataclass(frozen=True)
class Contents:
    """What is in a basket now. Money in pence."""

    lines: Sequence[Line]
    details: dict[str, Any] | None = field(repr=False)
    stamp: str
    """Changes with whatever is changed in the basket."""

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


EMPTY: Final = Contents((), None, "")


def seen_by(session: Session, catalogue: Catalogue, token: str | None) -> Catalogue:
    """The catalogue as this visitor sees it: what is set aside for her own order can be had, by her."""
    found = basket.find(session, token)
    if found is None or found.order_id is None:
        return catalogue
    hold_id = session.scalars(select(Order.hold_id).where(Order.id == found.order_id)).one()
    hers = held_by(session, hold_id)
    return Catalogue(tuple(_with_hers(piece, hers) for piece in catalogue.pieces)) if hers else catalogue


def contents(session: Session, catalogue: Catalogue, token: str | None) -> Contents:
    """What is in the cookie's basket and was not bought. Empty without a cookie."""
    found = basket.find(session, token)
    if found is None or token is None:
        return EMPTY
    catalogue = seen_by(session, catalogue, token)
    rows, details = basket.lines_of(session, found.id), basket.details_of(session, found)
    return Contents(
        [_line(catalogue, token, row) for row in rows],
        open_with(token, details) if details else None,
        basket.stamp_of(rows, details),
    )


def _with_hers(piece: PieceView, hers: Mapping[int, int]) -> PieceView:
    variants = tuple(
        replace(variant, available=True) if variant.id in hers else variant for variant in piece.variants
    )
    return replace(piece, variants=variants)


def _line(catalogue: Catalogue, token: str, row: BasketLine) -> Line:
    piece, variant = catalogue.find(row.variant_id) or (None, None)
    wished = basket.wished_of(token, row)
    if piece is None or wished.engraving is None or wished.engraving.tool == piece.tool:
        return Line(row.id, wished, piece, variant)
    # Nothing is agreed yet: what is in a basket is drawn as it would be cut today.
    try:
        return Line(row.id, replace(wished, engraving=renewed(wished.engraving, piece)), piece, variant)
    except EngravingRefused as refused:
        return Line(row.id, wished, piece, variant, NO_LONGER_FITS + _said(refused))


def renewed(engraving: Engraving, piece: PieceView) -> Engraving | None:
    """The same words for the machine of today. Raises EngravingRefused."""
    words = {(line.side, line.line): line.text for line in engraving.lines}
    return check(piece.sides, engraving.face, words, piece.tool)


def _said(refused: EngravingRefused) -> str:
    return " ".join(dict.fromkeys(problem.message for problem in refused.problems.values()))
