"""What is in a basket, as the pages show it: each line with the piece that it means today."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.catalogue.postage import CHEAPEST, SERVICES
from shop.catalogue.views import Catalogue, PieceView
from shop.checkout import basket_reading, basket_words
from shop.checkout.shortage import shortages
from shop.dedications.sealing import open_with
from shop.engraving import Engraving, EngravingRefused, check, with_artwork
from shop.frozen import frozen
from shop.orders.models import Order
from shop.orders.terms import Terms
from shop.payment_links.models import PaymentLink
from shop.planning.planner import Promise
from shop.pricing import LineItem, Quote, QuotedLine, quote
from shop.stock import held_by

NO_LONGER_FITS: Final = "We now engrave with another machine, and these words would be too small for it. "


@frozen
class BasketContents:
    """What is in a basket now, and what it comes to."""

    quote: Quote
    """With the postage that was chosen, or with the cheapest while none was."""
    details: dict[str, Any] | None = field(repr=False)
    stamp: str
    """Changes with whatever is changed in the basket."""
    order_id: int | None = None
    """The order that was made from it last."""
    link: PaymentLink | None = None
    """The payment link it was put together for, until it is paid for."""
    promise: Promise | None = None
    """What an order of it would be promised now, where that was asked; see promised_day.py."""
    terms: Terms | None = None
    """What an order of it would be placed under, where that was asked."""

    @property
    def lines(self) -> Sequence[QuotedLine]:
        """Its units, the oldest first."""
        return self.quote.lines

    @property
    def wanted(self) -> Counter[int]:
        """How many pieces of each variant, by its id."""
        return Counter(line.item.variant_id for line in self.lines)

    @property
    def engraved(self) -> bool:
        """Whether any unit has words on it."""
        return any(line.item.engraving for line in self.lines)

    @property
    def problems(self) -> dict[str, str]:
        """Line anchors with the reason why that line cannot be bought."""
        return {f"line-{line.id}": line.problem for line in self.lines if line.problem}


EMPTY: Final = BasketContents(Quote((), CHEAPEST), None, "")


def seen_by(session: Session, catalogue: Catalogue, token: str | None) -> Catalogue:
    """The catalogue as this visitor sees it: what is set aside for their own order can be had."""
    return _seen_with(catalogue, _set_aside(session, token))


def contents(
    session: Session, catalogue: Catalogue, token: str | None, *, vat_registered: bool = False
) -> BasketContents:
    """What is in the cookie's basket and was not bought. Empty without a cookie."""
    found = basket_reading.find(session, token)
    if found is None or token is None:
        return EMPTY
    own = _set_aside(session, token)
    catalogue = _seen_with(catalogue, own)
    rows, sealed = basket_reading.lines_of(session, found), basket_reading.details_of(session, found)
    details = open_with(token, sealed) if sealed else None
    items = [_as_cut_today(catalogue, basket_words.item_of(token, row)) for row in rows]
    postage = SERVICES[details["postage"]] if details else CHEAPEST
    now = quote(catalogue, [item for item, _ in items], postage, vat_registered=vat_registered)
    lines = [
        replace(line, id=row.id, refusal=refusal)
        for line, row, (_, refusal) in zip(now.lines, rows, items, strict=True)
    ]
    short = shortages(session, lines, own)
    lines = [replace(line, short=short.get(line.id)) for line in lines] if short else lines
    stamp = basket_reading.stamp_of(rows, sealed)
    link = basket_reading.link_of(session, found)
    return BasketContents(replace(now, lines=lines), details, stamp, order_id=found.order_id, link=link)


def _set_aside(session: Session, token: str | None) -> Mapping[int, int]:
    """What is set aside for the visitor's own order, or its payment link, in pieces by variant id."""
    found = basket_reading.find(session, token)
    link = basket_reading.link_of(session, found) if found else None
    if link is not None and link.hold_id is not None:
        return held_by(session, link.hold_id)
    if found is None or found.order_id is None:
        return {}
    return held_by(session, session.scalars(select(Order.hold_id).where(Order.id == found.order_id)).one())


def _seen_with(catalogue: Catalogue, own: Mapping[int, int]) -> Catalogue:
    return Catalogue(tuple(_with_own(piece, own) for piece in catalogue.pieces)) if own else catalogue


def _with_own(piece: PieceView, own: Mapping[int, int]) -> PieceView:
    variants = tuple(
        replace(variant, available=True) if variant.id in own else variant for variant in piece.variants
    )
    return replace(piece, variants=variants)


def _as_cut_today(catalogue: Catalogue, item: LineItem) -> tuple[LineItem, str | None]:
    """The unit with its words for the machine of today, or as it is with the reason why they do not fit it.

    Nothing is agreed yet: what is in a basket is drawn as it would be cut today.
    """
    piece, _ = catalogue.find(item.variant_id) or (None, None)
    if piece is None or item.engraving is None or item.engraving.tool == piece.tool:
        return item, None
    try:
        return replace(item, engraving=renewed(item.engraving, piece)), None
    except EngravingRefused as refused:
        return item, NO_LONGER_FITS + _said(refused)


def renewed(engraving: Engraving, piece: PieceView) -> Engraving | None:
    """The same words for the machine of today, with their artwork. Raises EngravingRefused."""
    checked = check(piece.sides, engraving.face, engraving.words, piece.tool, engraving.line_faces)
    return with_artwork(checked, engraving.artwork)


def _said(refused: EngravingRefused) -> str:
    return " ".join(dict.fromkeys(problem.message for problem in refused.problems.values()))
