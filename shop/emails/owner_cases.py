"""Every case of the e-mails to the owners, with orders that never were: what `/owner/emails` shows."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from shop.alerts import Alert, AlertKind
from shop.emails.owner_digest import Digest, Need, NewOrder, need_of
from shop.emails.sample_orders import REFERENCE

TO_OWNER: Final = "to-you"
"""What they are called beside the kinds of e-mails to buyers."""

DISC: Final = "Disc, Sterling silver, 18 inch chain, engraved"
PETAL: Final = "Petal, Sterling silver, 16 inch chain"
DAY: Final = "To be posted by Thursday 3 December."
ORDER: Final = NewOrder(REFERENCE, (DISC,), DAY)
CHANGED: Final = NewOrder(REFERENCE, (f"1. {DISC}", f"2. {PETAL} (cancelled since)"), DAY)
IN_DISPUTE: Final = NewOrder(REFERENCE, (PETAL,), DAY, is_disputed=True)
LATE: Final = f"{REFERENCE}. Promised by Tuesday 1 December; its buyer was told Friday 4 December."


def _needs(site_url: str) -> dict[str, Need]:
    told = {
        "A bank disputes a payment": (AlertKind.DISPUTED, REFERENCE, "£84.00 taken"),
        "A warning of fraud": (AlertKind.FRAUD_WARNING, REFERENCE, "made with stolen card"),
        "A payment under review": (AlertKind.PAYMENT_REVIEWED, REFERENCE, "rule"),
        "A refund came back": (AlertKind.REFUND_SENT_BACK, REFERENCE, "£42.00"),
        "A payout failed": (AlertKind.PAYOUT_FAILED, "po_sample", "£420.00, account closed"),
        "Few are left": (AlertKind.STOCK_LOW, "DISC-SIL-18", "2 left"),
    }
    return {
        title: need_of(Alert(kind=kind, about=about, detail=detail), site_url)
        for title, (kind, about, detail) in told.items()
    }


def owner_cases(site_url: str, morning: date) -> Sequence[tuple[str, Digest]]:
    """What each is, and what it tells; links lead into the shop at `site_url`."""
    needs = _needs(site_url)
    everything = Digest(site_url, morning, (ORDER, CHANGED, IN_DISPUTE), (LATE,), tuple(needs.values()))
    return (
        ("A new order", Digest(site_url, orders=(ORDER,))),
        (
            "New orders, one cancelled in part and one disputed since",
            Digest(site_url, orders=everything.orders),
        ),
        ("An order is late", Digest(site_url, late=(LATE,))),
        *((title, Digest(site_url, needs=(need,))) for title, need in needs.items()),
        ("The morning e-mail", everything),
    )
