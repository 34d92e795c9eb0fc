"""How near the turnover is to the VAT threshold, by the two tests of the law.

Source: gov.uk, "Register for VAT": who sold for more than the threshold in the last twelve months, looked at
at the end of any month, must register; so must who expects to sell for more in the next 30 days alone.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.accounting.money_months import MonthBooks, journal, months
from shop.alerts import AlertKind, raise_alert
from shop.alerts.models import Alert
from shop.bookkeeping.chart_of_accounts import MoneyAccount
from shop.bookkeeping.month_bounds import Bounds
from shop.catalogue.models import Variant
from shop.frozen import frozen
from shop.money import pounds_and_pence
from shop.orders.models import Order, OutsideSale
from shop.payments.services import Services

THRESHOLD_PENCE: Final = 90_000_00
"""Since 1 April 2024."""
NEAR_PENCE: Final = 80_000_00
"""From here on the owner is told: a month or two before it is due."""
YEAR: Final = 12
FORWARD: Final = timedelta(days=30)
TAXABLE: Final = (MoneyAccount.SALES, MoneyAccount.POSTAGE, MoneyAccount.REFUNDS)
"""What is sold, less what was given back, without VAT. A gift to charity out of the price stays in it."""


class Level(StrEnum):
    """Where the turnover stands."""

    BELOW = "below"
    NEAR = "near"
    OVER = "over"


@frozen(kw_only=True)
class Turnover:
    """Pence of taxable turnover."""

    year_pence: int
    """Of the last twelve months that are over."""
    running_pence: int
    """Of this month so far and the eleven before."""
    forward_pence: int
    """Of the last 30 days, which is what the next are expected to bring."""
    outside_pence: int
    """Of pieces sold outside the shop in these twelve months, at today's prices: within the first two."""

    @property
    def highest_pence(self) -> int:
        """The one of the three that is nearest to the threshold."""
        return max(self.year_pence, self.running_pence, self.forward_pence)

    @property
    def level(self) -> Level:
        """By that one."""
        if self.highest_pence > THRESHOLD_PENCE:
            return Level.OVER
        return Level.NEAR if self.highest_pence >= NEAR_PENCE else Level.BELOW


def turnover(session: Session, services: Services) -> Turnover:
    """The turnover now. What a sale outside the shop brought is not known: it counts at today's price."""
    found, outside = months(session, services), _outside(session, services)
    over = [month for month in found if month.name < clock.month(clock.now())]
    return Turnover(
        year_pence=taxable(over[-YEAR:]) + outside,
        running_pence=taxable(found[-YEAR:]) + outside,
        forward_pence=_lately(session, services),
        outside_pence=outside,
    )


def taxable(found: Sequence[MonthBooks]) -> int:
    """The turnover of these months."""
    return -sum(month.change(*TAXABLE) for month in found)


def is_registered(session: Session, services: Services) -> bool:
    """Whether the newest order has VAT within it."""
    newest = select(Order.vat_pence).where(services.own).order_by(Order.placed_at.desc(), Order.id.desc())
    return session.scalars(newest.limit(1)).first() is not None


def watch_threshold(services: Services) -> bool:
    """Tell the owner once a month that registering comes near or is due. Give whether it was said now."""
    with services.database.reading() as session:
        if services.book != "live" or is_registered(session, services):
            return False
        found = turnover(session, services)
        about = f"VAT, {clock.month(clock.now())}: {found.level}"
        said = session.scalar(
            select(Alert.id).where(Alert.kind == AlertKind.VAT_THRESHOLD, Alert.about == about).limit(1)
        )
    if found.level is Level.BELOW or said is not None:
        return False
    with services.database.transaction() as session:
        detail = f"{pounds_and_pence(found.highest_pence)} of {pounds_and_pence(THRESHOLD_PENCE)}"
        return raise_alert(session, AlertKind.VAT_THRESHOLD, about, detail)


def _lately(session: Session, services: Services) -> int:
    since = clock.today() - FORWARD
    bounds = Bounds(since.isoformat()[:7], clock.month(clock.now()))
    return -sum(
        pence
        for entry in journal(session, services, bounds)
        if entry.day > since
        for account, pence in entry.lines
        if account in TAXABLE
    )


def _outside(session: Session, services: Services) -> int:
    since = clock.today() - timedelta(days=365)
    return int(
        session.scalar(
            select(func.coalesce(func.sum(OutsideSale.quantity * Variant.price_pence), 0))
            .join(Variant, Variant.id == OutsideSale.variant_id)
            .where(OutsideSale.book == services.book, OutsideSale.sold_on > since)
        )
        or 0
    )
