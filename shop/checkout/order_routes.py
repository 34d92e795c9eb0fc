"""/orders/<token>: an order's own page. The link is the key: unguessable, revocable."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import web
from shop.catalogue import page_cache, snapshot
from shop.catalogue.postage import TRACK
from shop.checkout.changes_said import can_change_said
from shop.checkout.claim_pages import shown_claim
from shop.checkout.finished_pictures_shown import pictures_shown
from shop.checkout.forms import ActionForm
from shop.checkout.papers_shown import of_order
from shop.checkout.parcels_shown import parcels_shown
from shop.checkout.photographs_shown import photographs_shown
from shop.checkout.presenters import given_said, is_to_come, ordered_shown, wall_said, windows_said
from shop.checkout.refunds_shown import refunds_shown
from shop.checkout.supplement_shown import supplement_shown
from shop.checkout.timeline import steps
from shop.claims import send_backs
from shop.claims.claim_steps import claims_of
from shop.claims.threads import claimable
from shop.container import current_services, trader
from shop.dedications.words import DedicationRefused
from shop.fulfilment import delivery, photograph_days, promised, questions, undelivered
from shop.fulfilment.corrections import words_windows
from shop.fulfilment.parcel_corrections import why_card_closed, why_delivery_closed
from shop.fulfilment.progress import milestones
from shop.fulfilment.units import units_of
from shop.mail import outbox
from shop.orders import email_choice, hand_drawings, wall
from shop.orders.lifecycle import by_token, lock
from shop.orders.models import Order
from shop.orders.states import State
from shop.orders.view import summary_of, view
from shop.payments.refund_history import refund_history
from shop.payments.supplements import waiting_of
from shop.transparency.gift_sentences import order_said

blueprint = Blueprint("orders", __name__)

ANSWERED = "This drawing was answered before, or a newer one has taken its place: please look at it below."
UNKNOWN = (
    "This link opens no order. It may have lost a letter on its way, or a newer one has taken its place."
)

NOTICES: Final[Mapping[State, tuple[str, str]]] = {
    State.REVIEW: (
        "We are looking at this order",
        "Something about its payment needs a person to look at it. We write to you within {reply_within}.",
    ),
    State.DISPUTED: (
        "The bank is asking about this payment",
        "Work on the order rests until the question is settled.",
    ),
    State.PART_REFUNDED: (
        "Part of this order was refunded",
        "Banks usually take five to ten days to show it.",
    ),
}
"""What stands above an order in these states: title and sentence."""


@blueprint.get("/orders/<token>")
def show(token: str) -> ResponseReturnValue:
    """The order behind a link; 404 when the link is unknown or was revoked."""
    services = current_services()
    with web.reading() as session:
        order = found_by(session, token)
        opened = view(session, services.vault, order)
        catalogue = snapshot.load(session)
        rows = [line.row for line in opened.lines]
        done = milestones(session, rows)
        windows = words_windows(session, order, rows)
        found = units_of(session, order.id)
        can_redirect = bool(found) and not why_delivery_closed(session, order)
        open_cards = {number for number, unit in found.items() if not why_card_closed(order, unit)}
        few = email_choice.wants_few(session, services.vault, order.id)
        asked = questions.questions_of(session, services.vault, order.id)
        back = refund_history(session, order)
        supplement = waiting_of(session, order.id)
        day = promised.standing(session, order)
        unread = outbox.last_was_refused(session, order.id)
        claims = claims_of(session, order.id)
        posted = bool(claimable(session, order.id))
        left = parcels_shown(session, order, rows, found) if posted else []
        sent = delivery.under_way(session, order)
        missing = undelivered.not_arrived(session, order.id)
        on_its_way = send_backs.coming_back(session, order.id)
        returnable = posted and bool(send_backs.returnable(session, order.id))
        gifts = order_said(session, order.reference)
        finished = pictures_shown(session, services.vault, opened, found, token)
        photographs = photographs_shown(opened, photograph_days.kept_of(session, opened))
    gone = {number for number, unit in found.items() if unit.is_gone}
    page = make_response(
        render_template(
            "checkout/order.html",
            order=opened,
            lines=ordered_shown(catalogue, opened.lines),
            can_redirect=can_redirect,
            open_cards=open_cards,
            can_cancel=any(window.is_open for window in windows.values()),
            can_change=can_change_said(rows, windows, cards=bool(open_cards), delivery=can_redirect),
            gone=gone,
            printed=of_order(opened, gone),
            to_come=is_to_come(opened.state, found.values()),
            parcels=left,
            track=TRACK,
            windows=windows_said(opened.lines, windows, page_cache.plan().schedule),
            wall_said={line.row.number: wall_said(line) for line in opened.lines},
            notice=_notice(opened.state),
            given=given_said(opened),
            gifts=gifts,
            finished=finished,
            photographs=photographs,
            refunds=refunds_shown(back, rows),
            supplement=supplement_shown(supplement, rows),
            steps=steps(opened, done),
            day=day,
            summary=summary_of(opened, day, "the rest" if left else "it"),
            questions=asked,
            few=few,
            unread=unread,
            claims=[shown_claim(opened, claim, token) for claim in claims],
            claimable=posted,
            coming_back=on_its_way,
            under_way=sent,
            missing=missing,
            returnable=returnable,
            token=token,
        )
    )
    return unlisted(page)


@blueprint.post("/orders/<token>/drawings/<int(max=2147483647):number>/approval")
def approve(token: str, number: int) -> ResponseReturnValue:
    """Approve the drawing of a unit: now it may be cut."""
    ActionForm()
    with web.transaction() as session:
        order = found_by(session, token)
        try:
            hand_drawings.approve(session, order.id, number, _drawing_number())
        except hand_drawings.NotWaiting:
            flash(ANSWERED)
        else:
            flash("Thank you. This is the drawing that will be cut.")
    return redirect(f"/orders/{token}#drawing-{number}", HTTPStatus.SEE_OTHER)


@blueprint.post("/orders/<token>/drawings/<int(max=2147483647):number>/changes")
@web.checks_token_itself
def ask_for_change(token: str, number: int) -> ResponseReturnValue:
    """Say how the drawing of a unit should be otherwise."""
    wish = request.form.get("wish", "").strip()
    if not (form := ActionForm()).validate():
        return _wish_again(form, wish, web.STALE_BUT_KEPT)
    try:
        with web.transaction() as session:
            order = found_by(session, token)
            vault, drawing = current_services().vault, _drawing_number()
            hand_drawings.ask_for_change(session, vault, order.id, number, drawing, wish=wish)
    except DedicationRefused as refused:
        return _wish_again(form, wish, refused.message)
    except hand_drawings.NotWaiting:
        flash(ANSWERED)
    else:
        flash("We will draw it again, and write to you.")
    return redirect(f"/orders/{token}#drawing-{number}", HTTPStatus.SEE_OTHER)


def _wish_again(form: ActionForm, wish: str, why: str) -> Response:
    """What was wished stays in sight, with why it was not taken."""
    sent = {**request.form, "csrf_token": form.csrf_token.current_token}
    page = render_template("checkout/wait.html", stale=why, sent=sent.items(), written=[("Your wish", wish)])
    return unlisted(make_response(page, HTTPStatus.BAD_REQUEST))


def unlisted(page: Response) -> Response:
    """A page whose address is a key: nobody lists it, and no link tells it on."""
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


def _notice(state: State) -> tuple[str, str] | None:
    title, said = NOTICES.get(state, ("", ""))
    return (title, said.format(reply_within=trader().reply_within)) if title else None


def found_by(session: Session, token: str) -> Order:
    """The order behind a link; 404 when the link is unknown or was revoked."""
    order = by_token(session, token)
    if order is None:
        abort(HTTPStatus.NOT_FOUND, UNKNOWN)
    return order


def _drawing_number() -> int:
    text = request.form.get("drawing", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0  # noqa: PLR2004


@blueprint.post("/orders/<token>/arrival")
def arrive(token: str) -> ResponseReturnValue:
    """Say that what was posted is there. Saying it twice is fine."""
    ActionForm()
    with web.transaction() as session:
        delivery.arrived(session, lock(session, found_by(session, token).id))
    flash("Thank you for telling us.")
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)


@blueprint.post("/orders/<token>/wall/<int(max=2147483647):number>/withdrawal")
def withdraw(token: str, number: int) -> ResponseReturnValue:
    """Take a dedication off the wall for good. Doing it twice is fine."""
    ActionForm()
    vault = current_services().vault
    with web.transaction() as session:
        order = by_token(session, token)
        if order is None or not wall.withdraw(session, vault, order.id, number):
            abort(HTTPStatus.NOT_FOUND, UNKNOWN)
    web.database().forget_deleted()
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)


@blueprint.post("/orders/<token>/photographs/removal")
def forget_photographs(token: str) -> ResponseReturnValue:
    """Erase the photographs behind its artwork for good. Doing it twice is fine."""
    ActionForm()
    with web.transaction() as session:
        order = found_by(session, token)
        photograph_days.forget_asked(session, current_services().vault, order.id, actor="buyer")
    web.database().forget_deleted()
    flash("The photograph is erased. The outline stays with your order.")
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)
