"""The owner's alerts: what needs a person, and the button that says it was seen."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue

from shop import alerts, web
from shop.accounts.access import require
from shop.alerts import FOR_FINANCE, Alert, AlertKind
from shop.claims import claim_steps
from shop.web.cells import Cells, Link
from shop.web.dates import minute

blueprint = Blueprint("owner_alerts", __name__, url_prefix="/owner/alerts")

COUNTED_APART: Final = frozenset({AlertKind.CLAIM_WAITS})
"""What has a number of its own on Today and goes by being answered, not by being put away."""


@blueprint.get("")
@require("owner")
def index() -> ResponseReturnValue:
    """What is open, and below it what was seen lately and by whom."""
    with web.reading() as session:
        waiting = [one for one in alerts.open_alerts(session) if one.kind not in COUNTED_APART]
        seen, claims = alerts.acknowledged_alerts(session), claim_steps.count_waiting(session)
    return render_template(
        "owner/alerts.html",
        waiting=[(alert, _about(alert)) for alert in waiting],
        seen=[_seen_to(alert) for alert in seen],
        claims=claims,
    )


@blueprint.post("/<int(max=2147483647):number>/acknowledgement")
@require("owner")
def acknowledge(number: int) -> ResponseReturnValue:
    """Put an alert away. One that somebody put away a moment ago is no error."""
    with web.transaction() as session:
        alerts.acknowledge(session, number, actor=g.account.email)
    flash("The alert is put away. It comes back by itself if the same happens again.")
    return redirect("/owner/alerts", HTTPStatus.SEE_OTHER)


def _about(alert: Alert) -> Link | str:
    """What it is about: an order, or a piece of one, leads to the order."""
    if alert.kind == AlertKind.STOCK_LOW:
        return Link(alert.about, f"/owner/stock/{alert.about}", tall=True)
    if alert.kind == AlertKind.VAT_THRESHOLD:
        return Link(alert.about, "/finance/money/vat", tall=True)
    if alert.kind in FOR_FINANCE:
        return Link("Reconciliation", "/finance/reconciliation", tall=True)
    if not alert.about.startswith("PM-"):
        return alert.about
    reference = alert.about.partition(",")[0]
    return Link(alert.about, f"/owner/orders/{reference}", tall=True)


def _seen_to(alert: Alert) -> Cells:
    at = minute(alert.acknowledged_at) if alert.acknowledged_at else ""
    return [_about(alert), alert.said, at, alert.acknowledged_by or ""]


def count() -> int:
    """How many wait, for the navigation of every page of the workshop."""
    with web.reading() as session:
        return alerts.count_open(session, besides=COUNTED_APART)
