"""The workshop's navigation: what is opened daily in one row, everything else behind one tap."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, g

from shop.accounts.models import Role
from shop.frozen import frozen
from shop.owner.alerts import count

blueprint = Blueprint("owner_navigation", __name__)

Places = Sequence[tuple[str, str, str]]
"""Each with its key, its label and its address."""

DAILY: Final = (
    ("today", "Today", "/owner/"),
    ("bench", "Bench", "/owner/bench"),
    ("dispatch", "Posting", "/owner/dispatch"),
    ("orders", "Orders", "/owner/orders"),
)
MONEY_DAILY: Final = (
    ("finance", "Ledger", "/finance/"),
    ("months", "Months", "/finance/months"),
    ("money", "Money", "/finance/money"),
    ("remittances", "Payments", "/finance/remittances"),
)
MONEY_RARE: Final = (
    ("reconciliation", "Reconciliation", "/finance/reconciliation"),
    ("agreements", "Agreements", "/finance/agreements"),
    ("evidence", "Evidence", "/finance/evidence"),
    ("charity", "The charity’s room", "/finance/charity"),
)
CHARITY: Final = (
    ("charity", "Your room", "/charity/"),
    ("payments", "Payments", "/charity/payments"),
    ("statements", "Statements", "/charity/months"),
    ("ledger", "Ledger", "/charity/ledger"),
)
MINE: Final = ("passkeys", "Your passkeys", "/sign-in/passkeys")
RARE: Final = (
    ("alerts", "Alerts", "/owner/alerts"),
    ("stock", "Stock", "/owner/stock"),
    ("days", "Days", "/owner/days"),
    ("emails", "E-mails", "/owner/emails"),
    ("comments", "Comments", "/owner/comments"),
    ("wall", "Wall", "/owner/wall"),
    ("machine", "Machine", "/owner/machine"),
    ("staff", "Staff", "/owner/staff"),
    *MONEY_DAILY,
    *MONEY_RARE,
    MINE,
)


@frozen
class Place:
    """A page in the navigation; `key` is what a template calls itself (`here`)."""

    key: str
    label: str
    href: str
    apart: bool = False
    """Whether it stands in the row only for now."""


@frozen
class Navigation:
    """What stands in the row, and what behind it."""

    row: Sequence[Place]
    more: Sequence[Place]


@blueprint.app_template_global("workshop_navigation")
def navigation(here: str | None) -> Navigation:
    """For whoever is signed in. Alerts that wait, or else the page that is open, stand in the row."""
    if g.account and g.account.role == Role.CHARITY:
        return Navigation([Place(*one) for one in (*CHARITY, MINE)], ())
    if not g.account or g.account.role != Role.OWNER:
        return _parted(MONEY_DAILY, (*MONEY_RARE, MINE), here)
    waiting = count()
    return _parted(DAILY, RARE, "alerts" if waiting else here, waiting)


def _parted(daily: Places, rare: Places, apart: str | None, waiting: int = 0) -> Navigation:
    row = [Place(*one) for one in daily]
    row += [
        Place(key, _label(key, label, waiting), href, apart=True) for key, label, href in rare if key == apart
    ]
    return Navigation(row, [Place(*one) for one in rare if one[0] != apart])


def _label(key: str, label: str, waiting: int) -> str:
    return f"{label} ({waiting})" if key == "alerts" and waiting else label
