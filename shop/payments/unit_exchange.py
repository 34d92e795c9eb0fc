"""Putting a unit of another metal or chain length in the place of one that was paid for."""

from typing import Any, Final

from sqlalchemy.orm import Session

from shop import stock
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.fulfilment.correctable import Subject
from shop.fulfilment.corrections import keep_before
from shop.fulfilment.models import Correction, Unit
from shop.fulfilment.stages import Action, Hold, Stage
from shop.fulfilment.units import lacks_piece, note
from shop.mail import outbox
from shop.orders.lifecycle import EventKind, record
from shop.orders.models import Order, OrderLine
from shop.pricing.vat import vat_within

EMAIL: Final = "variant-changed"


@frozen
class NewVariant:
    """A metal and chain length that a unit becomes, and what it then costs, as that was agreed."""

    variant_id: int
    sku: str
    metal_slug: str
    metal_name: str
    chain_inches: int
    price_pence: int

    @property
    def detail(self) -> str:
        """The metal and length."""
        return _detail(self.metal_name, self.chain_inches)


def detail_of(line: OrderLine) -> str:
    """A unit's metal and length."""
    return _detail(line.metal_name, line.chain_inches)


def carry_out(
    session: Session,
    vault: Vault,
    order: Order,
    standing: tuple[OrderLine, Unit],
    *,
    becomes: NewVariant,
    actor: str,
    why: str,
) -> Correction:
    """Put the other piece in the place of the unit's own, which is free again. It has left the stock."""
    line, unit = standing
    before = {name: getattr(line, name) for name in ("sku", "metal_name", "chain_inches", "price_pence")}
    made = keep_before(session, vault, order, Subject.VARIANT, before, line=line.number, actor=actor, why=why)
    said: dict[str, Any] = {"correction": made.id, "before": detail_of(line), "now": becomes.detail}
    said["difference_pence"] = becomes.price_pence - line.price_pence
    record(session, order, EventKind.EXCHANGED, actor=actor, lines=[line.number], **said)
    _free_piece(session, order, line, unit, actor=actor)
    _bring(order, line, becomes)
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


def _bring(order: Order, line: OrderLine, becomes: NewVariant) -> None:
    """The order's line and sums are those of what stands now."""
    difference = becomes.price_pence - line.price_pence
    order.goods_pence += difference
    order.total_pence += difference
    if order.vat_pence is not None:
        order.vat_pence = vat_within(order.total_pence)
    line.gift_sku = line.gift_sku or line.sku
    line.variant_id, line.sku, line.price_pence = becomes.variant_id, becomes.sku, becomes.price_pence
    line.metal_slug, line.metal_name, line.chain_inches = (
        becomes.metal_slug,
        becomes.metal_name,
        becomes.chain_inches,
    )


def _detail(metal: str, inches: int) -> str:
    return f"{metal}, {inches} inch chain"
