"""/owner/emails: every e-mail in every case, of orders that never were; and when the owner's come."""

import base64
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice
from wtforms.validators import ValidationError

from shop import clock, web
from shop.accounts.access import require
from shop.alerts import owner_news
from shop.alerts.models import When
from shop.alerts.owner_news import Times
from shop.catalogue import snapshot
from shop.container import container, current_services, trader
from shop.emails.agreed_terms import terms_in_force
from shop.emails.email_cases import CASES
from shop.emails.order_emails import Written, compose, named
from shop.emails.other_cases import OTHER_CASES
from shop.emails.other_emails import written as written_alone
from shop.emails.owner_cases import TO_OWNER, owner_cases
from shop.emails.sample_orders import Samples
from shop.giving.policies import policy_in_force, statement
from shop.mail.outbox import Claimed
from shop.web.security_headers import content_security_policy

blueprint = Blueprint("owner_emails", __name__, url_prefix="/owner/emails")

ALONE: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-same-origin"
)
"""For an e-mail in a frame: it shows its own style and pictures, and can do nothing."""


IN_THE_DARK: Final = "@media (prefers-color-scheme: dark)"
CHOICES: Final = (
    SelectChoice(When.AT_ONCE.value, "At once"),
    SelectChoice(
        When.MORNING.value, f"In one e-mail each morning: at {owner_news.MORNING.hour}, British time."
    ),
)


class TimesForm(web.Form):
    """When the owner is told what."""

    orders = RadioField("New orders", choices=CHOICES, validate_choice=False)
    others = RadioField("What needs you and can wait", choices=CHOICES, validate_choice=False)

    def validate_orders(self, field: RadioField) -> None:
        """One of the two."""
        if field.data not in set(When):
            raise ValidationError("Please choose when you are told.")

    validate_others = validate_orders


@blueprint.get("")
@require("owner")
def index() -> ResponseReturnValue:
    """Every kind with its cases, and when the owner's come."""
    with web.reading() as session:
        times = owner_news.times(session)
    return _page(TimesForm(formdata=None, data={"orders": times.orders, "others": times.others}))


@blueprint.post("/times")
@require("owner")
def save() -> ResponseReturnValue:
    """Let other times hold."""
    form = TimesForm()
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    with web.transaction() as session:
        times = Times(When(form.orders.data), When(form.others.data))
        owner_news.save_times(session, times, actor=g.account.email)
    flash("Saved. It holds for everybody who looks after the shop.")
    return redirect("/owner/emails", HTTPStatus.SEE_OTHER)


@blueprint.get("/<email>/<int(max=2147483647):number>")
@require("owner")
def show(email: str, number: int) -> ResponseReturnValue:
    """One e-mail: as it looks in the light and in the dark, and as plain text."""
    title, made = _case(email, number)
    page = make_response(
        render_template(
            "owner/email.html",
            kind=named(email).capitalize(),
            title=title,
            subject=made.subject,
            text=made.text,
            frame=f"/owner/emails/{email}/{number}/html",
        )
    )
    policy = content_security_policy(container().settings)
    page.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'"
    return page


@blueprint.get("/<email>/<int(max=2147483647):number>/html")
@require("owner")
def html(email: str, number: int) -> ResponseReturnValue:
    """Its HTML part alone, with its pictures in it, in the light or in the dark."""
    _, made = _case(email, number)
    shown = "all" if request.args.get("in") == "dark" else "not all"
    said = made.html.replace(IN_THE_DARK, f"@media {shown}")
    for picture in (picture for unit in made.pictures.values() for picture in unit):
        data = base64.b64encode(picture.image).decode()
        said = said.replace(f"cid:{picture.cid}", f"data:image/{picture.kind};base64,{data}")
    page = make_response(said)
    page.headers["Content-Security-Policy"] = ALONE
    return page


def _page(form: TimesForm) -> str:
    cases = {TO_OWNER: owner_cases("", clock.today()), **OTHER_CASES, **CASES}
    return render_template(
        "owner/emails.html",
        form=form,
        kinds=[(named(kind).capitalize(), _links(kind, cases[kind])) for kind in cases],
        problems={field.id: field.errors[0] for field in form if field.errors},
    )


def _links(kind: str, cases: Sequence[tuple[str, object]]) -> list[tuple[str, str]]:
    return [(title, f"/owner/emails/{kind}/{number}") for number, (title, _) in enumerate(cases)]


def _case(kind: str, number: int) -> tuple[str, Written]:
    if kind == TO_OWNER:
        return _to_owner(number)
    return _without_order(kind, number) if kind in OTHER_CASES else _to_buyer(kind, number)


def _without_order(kind: str, number: int) -> tuple[str, Written]:
    cases = OTHER_CASES[kind]
    if number >= len(cases):
        abort(HTTPStatus.NOT_FOUND)
    title, says = cases[number]
    with web.reading() as session:
        said = says(snapshot.load(session), current_services().site_url)
    return title, written_alone(render_template, said, trader())


def _to_owner(number: int) -> tuple[str, Written]:
    cases = owner_cases(current_services().site_url, clock.today())
    if number >= len(cases):
        abort(HTTPStatus.NOT_FOUND)
    title, says = cases[number]
    said = says(render_template)
    return title, Written(said.subject, said.text, said.html, {})


def _to_buyer(kind: str, number: int) -> tuple[str, Written]:
    cases = CASES.get(kind, ())
    if number >= len(cases):
        abort(HTTPStatus.NOT_FOUND)
    title, sample = cases[number]
    claimed = Claimed(0, kind, 0, "<sample@in-remembrance.invalid>", 1, clock.now())
    made = compose(current_services(), render_template, claimed, _samples().facts(sample), trader())
    return title, made or abort(HTTPStatus.NOT_FOUND)


def _samples() -> Samples:
    services = current_services()
    with web.reading() as session:
        policy = policy_in_force(session, clock.now(), samples=services.book == "test")
        return Samples(
            catalogue=snapshot.load(session),
            statement=statement(policy) if policy else None,
            gift_pence=policy.amount_pence if policy else 0,
            terms=terms_in_force(render_template, trader()).digest,
            site_url=services.site_url,
            book=services.book,
        )
