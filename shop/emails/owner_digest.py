"""What an e-mail to the owner says: new orders, what is late, and what needs a person.

Nothing private: no name, no address, no word of an engraving, no dedication.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.alerts import FOR_FINANCE, Alert, AlertKind, NewsKind
from shop.alerts.models import OwnerNews
from shop.emails.email_blocks import Block, Heading, Items, Link, Paragraph
from shop.emails.email_lines import titled
from shop.emails.order_emails import TEST, Render
from shop.emails.plain_text import plain
from shop.frozen import frozen
from shop.fulfilment.models import Unit
from shop.fulfilment.stages import TO_MAKE, Hold, Stage
from shop.mail.owner_outbox import Said
from shop.orders.models import Order, OrderLine
from shop.orders.states import State
from shop.web.dates import weekday

WHY: Final = "You get this because you look after the shop."
WHY_FINANCE: Final = "You get this because you look after the shop’s money."
SINCE: Final = {Stage.REFUNDED: "refunded", Stage.POSTED: "posted", Stage.DELIVERED: "posted"}
DISPUTED: Final = frozenset({State.DISPUTED, State.DISPUTE_LOST})


@frozen
class NewOrder:
    """An order that was paid for, and what has become of it since."""

    reference: str
    pieces: Sequence[str]
    day: str
    """Of the day promised, a sentence or nothing."""
    is_disputed: bool = False
    is_test: bool = False


@frozen
class Need:
    """Something that needs a person: what, about what, and where."""

    said: str
    about: str
    url: str | None


@frozen
class Digest:
    """What one e-mail tells."""

    site_url: str
    morning: date | None = None
    """The day whose morning e-mail it is; None for what is told at once."""
    orders: Sequence[NewOrder] = ()
    late: Sequence[str] = ()
    needs: Sequence[Need] = ()

    @property
    def subject(self) -> str:
        """What it is, by numbers alone."""
        orders = _counted(len(self.orders), "a new order", "new orders")
        late = _counted(len(self.late), "an order is late", "orders are late")
        needs = _counted(len(self.needs), "something needs you", "things need you")
        said = ", ".join(part for part in (needs, orders, late) if part)
        return f"This morning: {said}" if self.morning else said[0].upper() + said[1:]


def digest_of(
    session: Session,
    alerts: Sequence[Alert],
    news: Sequence[OwnerNews],
    site_url: str,
    *,
    morning: date | None,
) -> Digest:
    """What is to be said of these alerts and this news, as things stand now."""
    placed = [row.about for row in news if row.kind == NewsKind.NEW_ORDER]
    return Digest(
        site_url,
        morning,
        orders=_new_orders(session, placed),
        late=[f"{row.about}. {row.detail}" for row in news if row.kind == NewsKind.LATE],
        needs=[need_of(alert, site_url) for alert in alerts],
    )


def need_of(alert: Alert, site_url: str) -> Need:
    """What an alert says, and where it leads."""
    about = f"{alert.about}, {alert.detail}" if alert.detail else alert.about
    url = None
    if alert.about.startswith("PM-"):
        url = f"{site_url}/owner/orders/{alert.about.partition(',')[0]}"
    elif alert.kind in FOR_FINANCE:
        url = f"{site_url}/finance/reconciliation"
    elif alert.kind == AlertKind.STOCK_LOW:
        url = f"{site_url}/owner/stock/{alert.about}"
    elif alert.kind == AlertKind.VAT_THRESHOLD:
        url = f"{site_url}/finance/money/vat"
    return Need(alert.said, about, url)


def written(render: Render, digest: Digest) -> Said:
    """The e-mail, as text and HTML."""
    times = Link("When you are told what", f"{digest.site_url}/owner/emails")
    blocks = [Paragraph("Hello,"), *_blocks(digest), times, Paragraph("In Remembrance", tone="sign")]
    html = render("emails/email.html", blocks=blocks, reference=digest.subject, signature=WHY)
    return Said(digest.subject, f"{plain(blocks)}\n\n--\n{WHY}\n", html)


def written_to_finance(render: Render, alerts: Sequence[Alert], site_url: str) -> Said:
    """The e-mail to the finance lead of what does not agree: without a place of the owner's alone."""
    needs = [need_of(alert, site_url) for alert in alerts]
    digest = Digest(site_url, needs=needs)
    blocks = [Paragraph("Hello,"), *_needs(needs), Paragraph("In Remembrance", tone="sign")]
    html = render("emails/email.html", blocks=blocks, reference=digest.subject, signature=WHY_FINANCE)
    return Said(digest.subject, f"{plain(blocks)}\n\n--\n{WHY_FINANCE}\n", html)


def _blocks(digest: Digest) -> Iterator[Block]:
    if digest.needs:
        yield Heading("What needs you")
        yield from _needs(digest.needs)
        yield Link("All that is open", f"{digest.site_url}/owner/alerts")
    if digest.orders:
        yield Heading("A new order" if len(digest.orders) == 1 else "New orders")
    for order in digest.orders:
        yield from _order(order, digest.site_url)
    if digest.late:
        yield Heading("Late")
        yield Items(digest.late)
        yield Link("All that is late", f"{digest.site_url}/owner/today/late")


def _needs(needs: Sequence[Need]) -> Iterator[Block]:
    """What there is to do once, with all that it is about."""
    for said in dict.fromkeys(need.said for need in needs):
        yield Paragraph(said)
        for need in (need for need in needs if need.said == said):
            yield Link(need.about, need.url) if need.url else Paragraph(need.about)


def _order(order: NewOrder, site_url: str) -> Iterator[Block]:
    parts = [f"{order.reference}.", TEST if order.is_test else "", order.day]
    parts += ["A bank has asked about its payment since, so it rests." if order.is_disputed else ""]
    yield Paragraph(" ".join(filter(None, parts)), strong=order.reference)
    yield Items(order.pieces)
    yield Link("Its page", f"{site_url}/owner/orders/{order.reference}")


def _new_orders(session: Session, references: Sequence[str]) -> list[NewOrder]:
    rows = session.execute(
        select(Order, OrderLine, Unit)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Unit, Unit.order_line_id == OrderLine.id)
        .where(Order.reference.in_(references))
        .order_by(Order.id, OrderLine.number)
    ).all()
    return [
        _new_order(order, [(row.OrderLine, row.Unit) for row in group])
        for order, group in groupby(rows, key=lambda row: row.Order)
    ]


def _new_order(order: Order, units: Sequence[tuple[OrderLine, Unit]]) -> NewOrder:
    waits = any(unit.stage in TO_MAKE and unit.held != Hold.CANCELLED for _, unit in units)
    return NewOrder(
        reference=order.reference,
        pieces=[_piece(line, unit, several=len(units) > 1) for line, unit in units],
        day=_day(order) if waits else "",
        is_disputed=order.state in DISPUTED,
        is_test=order.book == "test",
    )


def _day(order: Order) -> str:
    if order.posted_by is None:
        return ""
    since = f", and not before {weekday(order.post_from)}" if order.post_from else ""
    return f"To be posted by {weekday(order.posted_by)}{since}."


def _piece(line: OrderLine, unit: Unit, *, several: bool) -> str:
    """A piece, whether it has words, and what has become of it since."""
    words = ", drawn by hand" if line.by_hand else ", engraved" if line.engraved else ""
    since = SINCE.get(Stage(unit.stage), "cancelled" if unit.held == Hold.CANCELLED else "")
    return f"{titled(line, several=several)}{words}" + (f" ({since} since)" if since else "")


def _counted(number: int, one: str, several: str) -> str:
    return "" if not number else one if number == 1 else f"{number} {several}"
