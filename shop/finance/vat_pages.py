"""/finance/money/vat: from when on prices hold VAT, and how near the turnover is to having to."""

from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounting.turnover import NEAR_PENCE, THRESHOLD_PENCE, Level, Turnover, turnover
from shop.accounts.access import require
from shop.container import current_services, trader
from shop.money import pounds, pounds_and_pence
from shop.trader import Trader
from shop.web.dates import day

blueprint = Blueprint("finance_vat", __name__, url_prefix="/finance/money/vat")

LEVELS: Final = {
    Level.BELOW: (f"The turnover is below the threshold of {pounds(THRESHOLD_PENCE)}", "good"),
    Level.NEAR: (f"The turnover is above {pounds(NEAR_PENCE)}: the threshold comes near", "wait"),
    Level.OVER: (f"The turnover is over the threshold of {pounds(THRESHOLD_PENCE)}: register now", "bad"),
}


@blueprint.get("")
@require("finance", "owner")
def show() -> ResponseReturnValue:
    """The meter, and what the seller's file says of a registration."""
    services, seller = current_services(), trader()
    with web.reading() as session:
        found = turnover(session, services)
    return render_template(
        "finance/vat.html",
        book=services.book,
        level=None if seller.vat else LEVELS[found.level],
        registered=_registered(seller),
        figures=_figures(found),
        outside=pounds_and_pence(found.outside_pence) if found.outside_pence else "",
        threshold=pounds(THRESHOLD_PENCE),
    )


def _registered(seller: Trader) -> str:
    if not seller.vat_number:
        return "The seller is not registered for VAT: no price holds any, and no page speaks of it."
    under = f"Registered under {seller.vat_number}"
    if seller.vat_from is None:
        return f"{under}: every price holds VAT."
    if not seller.vat:
        return f"{under} from {day(seller.vat_from)} on: until then no price holds VAT."
    return f"{under} since {day(seller.vat_from)}: prices hold VAT from that day on."


def _figures(found: Turnover) -> list[tuple[str, str, str]]:
    return [
        (
            "Twelve months that are over",
            pounds_and_pence(found.year_pence),
            "the test at the end of each month",
        ),
        ("This month and the eleven before", pounds_and_pence(found.running_pence), "so far"),
        ("The last 30 days", pounds_and_pence(found.forward_pence), "as much is expected of the next 30"),
    ]
