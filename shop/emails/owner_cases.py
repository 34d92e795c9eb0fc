"""Every case of the e-mails to the owners, with orders that never were: what `/owner/emails` shows."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final

from shop import clock
from shop.alerts import Alert, AlertKind
from shop.emails import confirmation_emails, remittance_reminders
from shop.emails.order_emails import Render
from shop.emails.owner_digest import Digest, Need, NewOrder, need_of, written
from shop.emails.sample_orders import REFERENCE
from shop.giving.due import Due, Gift
from shop.giving.payments_made import Remittance
from shop.giving.reminders import Reminder, When
from shop.mail.owner_outbox import Said

Says = Callable[[Render], Said]
"""Writes an e-mail."""
WITHIN: Final = 28
"""Days in which a gift is paid over, in the samples."""

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


def owner_cases(site_url: str, morning: date) -> Sequence[tuple[str, Says]]:
    """What each is, and how it is written; links lead into the shop at `site_url`."""
    return [
        *((title, partial(_digest, digest)) for title, digest in _digests(site_url, morning)),
        ("A payment to the charity is due", partial(_reminder, When.BEFORE, morning, site_url)),
        ("A payment to the charity is late", partial(_reminder, When.AFTER, morning, site_url)),
        ("The charity is asked to confirm a payment", partial(_confirmation, morning, site_url)),
    ]


def _digest(digest: Digest, render: Render) -> Said:
    return written(render, digest)


def _reminder(when: When, morning: date, site_url: str, render: Render) -> Said:
    """Eight gifts of a day that is a week before its due day, or a week after."""
    received = morning - timedelta(days=WITHIN - 7 if when is When.BEFORE else WITHIN + 7)
    gifts = Gift(policy_id=0, received=received, amount_pence=500, pay_within_days=WITHIN)
    due = Due(charity_name="PANDAS Foundation UK", pence=4000, days=[(gifts, 8, 4000)], earlier_pence=0)
    return remittance_reminders.written(render, Reminder(due, when), site_url)


def _confirmation(morning: date, site_url: str, render: Render) -> Said:
    """Of a payment of the day before."""
    paid_on = morning - timedelta(days=1)
    payment = Remittance(
        seq=9, charity_name="PANDAS Foundation UK", amount_pence=4000, paid_on=paid_on, bank_reference="POM",
        receipt="", has_document=False, reason="", undoes=None, undone=False, corrects=None,
        corrected_by=None, actor="finance 2", booked_at=clock.begins(paid_on),
    )  # fmt: skip
    return confirmation_emails.written(render, [payment], site_url)


def _digests(site_url: str, morning: date) -> Sequence[tuple[str, Digest]]:
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
