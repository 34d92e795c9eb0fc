"""Another metal or chain length for a unit that is paid for, until engraving begins.

Until when is decided as for the words (`corrections.why_words_closed`), under the same lock. What is cut does
not depend on either, so words, drawing and approval stay. The price is today's; the donation, which is the
same for each piece, and the day promised do not change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from shop import stock
from shop.catalogue.postage import SERVICES
from shop.catalogue.views import Catalogue, PieceView, VariantView
from shop.dedications.vault import Vault
from shop.fulfilment.correctable import Subject
from shop.fulfilment.corrections import ERASED, ChangedMeanwhile, TooLate, keep_before, why_words_closed
from shop.fulfilment.models import Correction, Unit
from shop.fulfilment.stages import Action, Hold, Stage
from shop.fulfilment.units import lacks_piece, note, unit_of
from shop.giving.reversals import taken_by
from shop.mail import outbox
from shop.orders.lifecycle import EventKind, lock, record
from shop.orders.models import Order, OrderLine
from shop.payments.kinds import RefundReason
from shop.payments.refundable import MoreThanPaid, Refundable, refundable
from shop.payments.refunds import owe
from shop.pricing import LineItem, quote
from shop.pricing.vat import vat_within

EMAIL: Final = "variant-changed"
GOES_BACK: Final = "Its price is on its way back."


class NotOffered(Exception):
    """That metal and length is not sold any more, or at another price than was in sight."""


@dataclass(frozen=True)
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
    def detail(self) -> str:
        """The metal and length."""
        return f"{self.variant.metal_name}, {self.variant.chain_inches} inch chain"


@dataclass(frozen=True)
class Wanted:
    """What somebody decided, and what was in sight when they did."""

    variant_id: int
    difference_pence: int | None
    """What it was to cost more, or less."""
    wording: int
    """Of the unit: see fulfilment.models.Unit."""


def detail_of(line: OrderLine) -> str:
    """A unit's metal and length."""
    return f"{line.metal_name}, {line.chain_inches} inch chain"


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
    made = carry_out(session, vault, order, (line, unit), found=found, actor=actor, why=why)
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
    refuse_unclear(refundable(session, order), found)
    return found


def refuse_unclear(money: Refundable, found: Exchange) -> None:
    """Raise MoreThanPaid where the new price would make other units count as given back than do now.

    That can be where money went back that named nothing; or where less was paid than the difference.
    """
    prices = {**money.prices, found.number: found.price_pence}
    if (
        taken_by(prices, money.back).keys() != money.returned.keys()
        or -found.difference_pence > money.left_pence
    ):
        raise MoreThanPaid


def carry_out(
    session: Session,
    vault: Vault,
    order: Order,
    standing: tuple[OrderLine, Unit],
    *,
    found: Exchange,
    actor: str,
    why: str,
) -> Correction:
    """Put the other piece in the place of the unit's own, which is free again. It has left the stock."""
    line, unit = standing
    before = {name: getattr(line, name) for name in ("sku", "metal_name", "chain_inches", "price_pence")}
    made = keep_before(session, vault, order, Subject.VARIANT, before, line=line.number, actor=actor, why=why)
    said: dict[str, Any] = {"correction": made.id, "before": found.before, "now": found.detail}
    said["difference_pence"] = found.difference_pence
    record(session, order, EventKind.EXCHANGED, actor=actor, lines=[line.number], **said)
    _free_piece(session, order, line, unit, actor=actor)
    _bring(order, line, found)
    note(session, unit, Action.EXCHANGE, Stage.TO_CHECK, actor=actor)
    unit.wording += 1
    key = f"{order.reference}:{EMAIL}:{made.id}"
    outbox.put(session, kind=EMAIL, order_id=order.id, dedupe_key=key)
    return made


def _free_piece(session: Session, order: Order, line: OrderLine, unit: Unit, *, actor: str) -> None:
    """Its own piece goes back into the drawer; a unit that waited for one has what it waited for."""
    if lacks_piece(session, unit):
        note(session, unit, Action.RESUME, Stage(unit.stage), actor=actor, reason=Hold.MATERIAL)
        unit.held = None
    else:
        stock.return_units(session, {line.variant_id: 1}, order.reference, actor)


def _bring(order: Order, line: OrderLine, found: Exchange) -> None:
    """The order's line and sums are those of what stands now."""
    variant = found.variant
    order.goods_pence += found.difference_pence
    order.total_pence += found.difference_pence
    if order.vat_pence is not None:
        order.vat_pence = vat_within(order.total_pence)
    line.gift_sku = line.gift_sku or line.sku
    line.variant_id, line.sku, line.price_pence = variant.id, variant.sku, found.price_pence
    line.metal_slug, line.metal_name, line.chain_inches = (
        variant.metal_slug,
        variant.metal_name,
        variant.chain_inches,
    )
