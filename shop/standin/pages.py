"""The payment page: it says that it takes no money, and lets a tester choose what happens."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import web
from shop.money import pounds_and_pence
from shop.standin import paying, store
from shop.standin.config import standin
from shop.standin.errors import ApiError
from shop.standin.models import StandinObject

blueprint = Blueprint("pages", __name__)
blueprint.before_request(web.same_origin)

DECLINED: Final = "The card was declined. Nothing was taken. Another card can be tried."
NOT_CONFIRMED: Final = "The payment was not confirmed with the bank. Nothing was taken."


class Form(web.Form):
    """A form that needs no session: its token says that this server made the page."""

    class Meta(web.Form.Meta):
        """See web.PublicToken."""

        csrf_class = web.PublicToken


@blueprint.get("/pay/<session_id>")
def pay(session_id: str) -> ResponseReturnValue:
    """The payment page of one session."""
    return _page(_visit(session_id))


@blueprint.get("/pay/<session_id>/3ds")
def three_d_secure(session_id: str) -> ResponseReturnValue:
    """The page a bank would show."""
    visit = _visit(session_id)
    if visit.status != "open":
        return _page(visit)
    return render_template("standin/three_d_secure.html", visit=visit.body, form=Form())


@blueprint.post("/pay/<session_id>")
def choose(session_id: str) -> ResponseReturnValue:
    """What the tester chose, in `outcome`: pays, declined, 3ds, confirmed, failed, late or leaves."""
    form, outcome = Form(), request.form.get("outcome", "")
    if form.validate_on_submit() and outcome in OUTCOMES:
        return _chosen(session_id, outcome)
    visit = _visit(session_id)
    if not form.validate_on_submit():
        return _page(visit, said="This page had been open for a while. Please choose once more.", status=400)
    if visit.status == "open" and outcome == "leaves":
        return redirect(visit.body["cancel_url"] or visit.body["success_url"], HTTPStatus.SEE_OTHER)
    return _page(visit, said="Please choose one of the buttons below.", status=422)


def _chosen(session_id: str, outcome: str) -> ResponseReturnValue:
    with standin().database.transaction() as session:
        visit = _there(_locked, session, session_id)
        if paying.is_overdue(visit.body):
            paying.expire(session, visit)
        elif visit.status == "open":
            OUTCOMES[outcome](session, visit)
    g.leads_to = (visit.body["success_url"], visit.body["cancel_url"])
    if visit.status == "complete":
        return redirect(_after(visit), HTTPStatus.SEE_OTHER)
    if visit.status == "open" and outcome == "3ds":
        return redirect(url_for("pages.three_d_secure", session_id=session_id), HTTPStatus.SEE_OTHER)
    return _page(visit, said={"declined": DECLINED, "failed": NOT_CONFIRMED}.get(outcome))


OUTCOMES: Final = {
    "pays": paying.pay,
    "declined": paying.decline,
    "3ds": paying.ask_for_3ds,
    "confirmed": lambda session, visit: paying.pay(session, visit, three_d_secure=True),
    "failed": paying.decline,
    "late": paying.pay_late,
}


def _page(visit: StandinObject, *, said: str | None = None, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "standin/pay.html",
        visit=visit.body,
        items=_items(visit),
        choices=_choices(visit),
        after=_after(visit),
        said=said,
        form=Form(),
    )
    return page, HTTPStatus.GONE if visit.status == "expired" else status


def _items(visit: StandinObject) -> list[tuple[str, int, int]]:
    """(what, how many, pence) of everything that is paid for."""
    items = [(item["description"], item["quantity"], item["amount_total"]) for item in visit.kept["items"]]
    postage = visit.body["shipping_cost"]
    return [*items, *([("Postage", 1, postage["amount_total"])] if postage else [])]


def _choices(visit: StandinObject) -> list[tuple[str, str, str]]:
    """(outcome, button, what it stands for)."""
    return [
        ("pays", f"Pay {pounds_and_pence(visit.body['amount_total'])}", "The card is good."),
        ("declined", "Be declined", "The bank says no; this page stays open."),
        ("3ds", "Be asked by the bank", "The bank wants a confirmation first (3-D Secure)."),
        ("late", "Pay late", "A bank debit: the money comes, or does not, some days on."),
        ("leaves", "Walk away", "Go back to the shop without paying."),
    ]


def _after(visit: StandinObject) -> str:
    """Where the buyer goes next. Stripe puts the session's id where the address asks for it."""
    address: str = visit.body["success_url"]
    return address.replace("{CHECKOUT_SESSION_ID}", visit.id)


def _visit(session_id: str) -> StandinObject:
    visit = _look(session_id)
    if paying.is_overdue(visit.body):
        paying.expire_overdue(standin().database)
        visit = _look(session_id)
    g.leads_to = (visit.body["success_url"], visit.body["cancel_url"])
    return visit


def _look(session_id: str) -> StandinObject:
    with standin().database.looking() as session:
        return _there(_found, session, session_id)


def _there(read: Callable[[Session, str], StandinObject], session: Session, session_id: str) -> StandinObject:
    try:
        return read(session, session_id)
    except ApiError:
        abort(HTTPStatus.NOT_FOUND, "There is no such payment page.")


def _found(session: Session, session_id: str) -> StandinObject:
    return store.find(session, "checkout.session", session_id)


def _locked(session: Session, session_id: str) -> StandinObject:
    return store.locked(session, "checkout.session", session_id)
