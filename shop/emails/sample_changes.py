"""Changes of metal or chain to be imagined, for the e-mails about them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from shop.orders.models import OrderEvent
from shop.orders.states import EventKind
from shop.orders.view import LineView
from shop.payments.kinds import SupplementState
from shop.payments.models import Supplement
from shop.payments.unit_exchange import detail_of

EXCHANGES: Final[Mapping[str, int]] = {"cheaper": -2000, "same": 0, "dearer": 2000}
"""What an e-mail about a change of metal or chain is about, and by how much the piece then costs more."""
SUPPLEMENTS: Final[Mapping[str, SupplementState]] = {
    "late": SupplementState.RETURNED,
    "unpaid": SupplementState.ENDED,
}
"""What an e-mail about a supplement is about, and where that stands; else it waits to be paid."""


def exchanged(about: str, line: LineView, now: datetime) -> list[OrderEvent]:
    """That its first piece was changed, where the e-mail is about that: by how much it then costs more."""
    if about not in EXCHANGES:
        return []
    now_is = f"{line.row.metal_name}, {line.row.chain_inches} inch chain"
    before = f"{line.row.metal_name}, {line.row.chain_inches + 2} inch chain"
    data: dict[str, object] = {"correction": about, "lines": [1], "before": before, "now": now_is}
    data["difference_pence"] = EXCHANGES[about]
    return [OrderEvent(kind=EventKind.EXCHANGED, event_at=now, booked_at=now, actor="buyer", data=data)]


def supplement(line: LineView, about: str, now: datetime) -> Supplement:
    """Its first piece was to be one with a longer chain that costs more, and what came of that."""
    row, state = line.row, SUPPLEMENTS.get(about, SupplementState.ASKED)
    return Supplement(
        line_number=1,
        before=detail_of(row),
        sku=row.sku,
        metal_name=row.metal_name,
        chain_inches=row.chain_inches + 2,
        price_pence=row.price_pence + EXCHANGES["dearer"],
        expected_pence=EXCHANGES["dearer"],
        expires_at=now + timedelta(hours=23),
        state=state,
        why_returned="We have begun to engrave it." if state == SupplementState.RETURNED else None,
    )
