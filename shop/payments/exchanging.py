"""Another metal or chain length for a unit that is paid for, until engraving begins.

Until when is decided as for the words (`corrections.why_words_closed`), under the same lock. What is cut does
not depend on either, so words, drawing and approval stay. The price is today's; the donation, which is the
same for each piece, and the day promised do not change.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from shop import stock
from shop.catalogue.postage import SERVICES
from shop.catalogue.views import Catalogue, PieceView, VariantView
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.fulfilment.corrections import ERASED, ChangedMeanwhile, TooLate, why_words_closed
from shop.fulfilment.models import Unit
from shop.fulfilment.units import unit_of
from shop.giving.reversals import taken_by
from shop.orders.lifecycle import lock
from shop.orders.models import Order, OrderLine
from shop.payments.kinds import RefundReason
from shop.payments.refundable import MoreThanPaid, Refundable, refundable
from shop.payments.refunds import owe
from shop.payments.unit_exchange import NewVariant, carry_out, detail_of
from shop.pricing import LineItem, quote

GOES_BACK: Final = "Its price is on its way back."


class NotOffered(Exception):
    """That metal and length is not sold any more, or at another price than was in sight."""


@frozen
class Exchange:
    """A metal and length that a unit can be changed to."""

    number: int
    """The unit's."""
    before: str
    """Its metal and length until then."""
    before_pence: int
    """What it costs until then."""
    piece: PieceView
    variant: VariantView
    price_pence: int
    """What it costs then, by today's quote."""

    @property
    def difference_pence(self) -> int:
        """What it costs more; below nothing, less."""
        return self.price_pence - self.before_pence

    @property
    def becomes(self) -> NewVariant:
        """What the unit becomes."""
        one = self.variant
        return NewVariant(one.id, one.sku, one.metal_slug, one.metal_name, one.chain_inches, self.price_pence)

    @property
    def detail(self) -> str:
        """The metal and length."""
        return self.becomes.detail


@frozen
class Wanted:
    """What somebody decided, and what was in sight when they did."""

    variant_id: int
    difference_pence: int | None
    """What it was to cost more, or less."""
    wording: int
    """Of the unit: see fulfilment.models.Unit."""


def exchanges(catalogue: Catalogue, order: Order, line: OrderLine) -> Sequence[Exchange]:
    """All that a unit could be changed to; nothing when its piece is sold no more."""
    piece = catalogue.by_slug.get(line.piece_slug)
    others = [one for one in piece.variants if one.id != line.variant_id] if piece else []
    return [exchange for one in others if (exchange := _priced(catalogue, order, line, one.id))]


def _priced(catalogue: Catalogue, order: Order, line: OrderLine, variant_id: int) -> Exchange | None:
    found = catalogue.find(variant_id)
    if found is None or found[0].slug != line.piece_slug:
        return None
    item = LineItem(variant_id, None, None)
    price = quote(catalogue, [item], SERVICES[order.postage_service]).goods_pence
    return Exchange(line.number, detail_of(line), line.price_pence, *found, price)


def why_closed(session: Session, order: Order, line: OrderLine, unit: Unit, *, actor: str) -> str:
    """Why metal and chain of a unit can no longer be changed, in a sentence; empty while they can."""
    if closed := why_words_closed(order, line, unit, actor=actor):
        return closed
    return "" if line.number in refundable(session, order).free else GOES_BACK


def exchange(
    session: Session,
    vault: Vault,
    order_id: int,
    number: int,
    *,
    catalogue: Catalogue,
    wanted: Wanted,
    actor: str,
    why: str = "",
) -> Exchange | None:
    """Change a unit's metal or chain for one that costs as much or less. `sync_order` sends the difference.

    For a dearer one see `supplements.ask`.

    Gives what was changed; None when it stands so already. Raises TooLate, ChangedMeanwhile, NotOffered,
    SoldOut, or MoreThanPaid when the money cannot be worked out by itself: then nothing is changed.
    """
    order = lock(session, order_id)
    line, unit = unit_of(session, order_id, number)
    if line.variant_id == wanted.variant_id:
        return None
    found = agreed(session, vault, order, (line, unit), catalogue=catalogue, wanted=wanted, actor=actor)
    if found.difference_pence > 0:
        raise NotOffered
    stock.lock(session, [line.variant_id, wanted.variant_id])
    if not stock.sell_some(session, wanted.variant_id, 1, order_reference=order.reference, actor=actor):
        raise stock.SoldOut({wanted.variant_id: 0})
    money = refundable(session, order)
    made = carry_out(session, vault, order, (line, unit), becomes=found.becomes, actor=actor, why=why)
    if back := -found.difference_pence:
        named = f"exchange-{made.id}"
        owe(session, order, money, back, reason=RefundReason.EXCHANGE, named=named, actor=actor)
    return found


def agreed(
    session: Session,
    vault: Vault,
    order: Order,
    standing: tuple[OrderLine, Unit],
    *,
    catalogue: Catalogue,
    wanted: Wanted,
    actor: str,
) -> Exchange:
    """What was decided, if it can still be had as it was in sight. Raises as `exchange` does."""
    line, unit = standing
    if vault.reveal(session, order.id, "contact") is None:
        raise TooLate(ERASED)
    if closed := why_closed(session, order, line, unit, actor=actor):
        raise TooLate(closed)
    if wanted.wording != unit.wording:
        raise ChangedMeanwhile
    found = _priced(catalogue, order, line, wanted.variant_id)
    if found is None or found.difference_pence != wanted.difference_pence:
        raise NotOffered
    refuse_unclear(refundable(session, order), number=line.number, price_pence=found.price_pence)
    return found


def refuse_unclear(money: Refundable, *, number: int, price_pence: int) -> None:
    """Raise MoreThanPaid where the new price would make other units count as given back than do now.

    That can be where money went back that named nothing; or where less was paid than the difference.
    """
    prices = {**money.prices, number: price_pence}
    if (
        taken_by(prices, money.back).keys() != money.returned.keys()
        or money.prices[number] - price_pence > money.left_pence
    ):
        raise MoreThanPaid
