"""/owner/emails: every e-mail to buyers in every case, written for orders that never were."""

import base64
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from shop import clock, web
from shop.accounts.access import require
from shop.catalogue import snapshot
from shop.container import container, current_services, trader
from shop.emails.email_cases import CASES
from shop.emails.order_emails import Written, compose, named
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


@blueprint.get("")
@require("owner")
def index() -> ResponseReturnValue:
    """Every kind with its cases."""
    kinds = [(named(kind).capitalize(), _links(kind)) for kind in CASES]
    return render_template("owner/emails.html", kinds=kinds)


@blueprint.get("/<email>/<int(max=2147483647):number>")
@require("owner")
def show(email: str, number: int) -> ResponseReturnValue:
    """One e-mail: as it looks in the light and in the dark, and as plain text."""
    title, written = _case(email, number)
    page = make_response(
        render_template(
            "owner/email.html",
            kind=named(email).capitalize(),
            title=title,
            subject=written.subject,
            text=written.text,
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
    _, written = _case(email, number)
    shown = "all" if request.args.get("in") == "dark" else "not all"
    said = written.html.replace(IN_THE_DARK, f"@media {shown}")
    for picture in (picture for unit in written.pictures.values() for picture in unit):
        data = base64.b64encode(picture.image).decode()
        said = said.replace(f"cid:{picture.cid}", f"data:image/png;base64,{data}")
    page = make_response(said)
    page.headers["Content-Security-Policy"] = ALONE
    return page


def _links(kind: str) -> list[tuple[str, str]]:
    return [(title, f"/owner/emails/{kind}/{number}") for number, (title, _) in enumerate(CASES[kind])]


def _case(kind: str, number: int) -> tuple[str, Written]:
    cases = CASES.get(kind, ())
    if number >= len(cases):
        abort(HTTPStatus.NOT_FOUND)
    title, sample = cases[number]
    claimed = Claimed(0, kind, 0, "<sample@in-remembrance.invalid>", 1, clock.now())
    written = compose(current_services(), render_template, claimed, _samples().facts(sample), trader())
    return title, written or abort(HTTPStatus.NOT_FOUND)


def _samples() -> Samples:
    services = current_services()
    with web.reading() as session:
        policy = policy_in_force(session, clock.now(), samples=services.book == "test")
        return Samples(
            catalogue=snapshot.load(session),
            statement=statement(policy) if policy else None,
            gift_pence=policy.amount_pence if policy else 0,
            site_url=services.site_url,
            book=services.book,
        )
