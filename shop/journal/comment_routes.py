"""What people write beneath a post: leaving it, looking after it, taking it away, and reporting another's."""

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock, web
from shop.accounts import rate_limit, tokens
from shop.container import current_services
from shop.dedications.vault import Vault
from shop.journal import comments, journal_pages
from shop.journal.comments import Opened
from shop.journal.forms import CommentForm, ReportForm, kept
from shop.journal.risk import at_risk
from shop.journal.routes import text_or_404
from shop.mail.addresses import mailbox
from shop.text.typed_text import kept_code

blueprint = Blueprint("comments", __name__)

REPORT: Final = f"/journal/<slug>/comments/<int(max={2**31 - 1}):number>/report"
HELPERS: Final = "shop.support"
"""Where the application keeps whom somebody can ring, in groups (key, entries); `now`: when not safe."""

SLOW_DOWN: Final = (
    "There were several in a short time. Nothing you wrote is lost: please wait a minute and send it again."
)


@blueprint.after_request
def keep_out_of_searches(response: Response) -> Response:
    """These pages belong to their writers, not to a search engine."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.post("/journal/<slug>/comments")
@web.checks_token_itself
def leave(slug: str) -> ResponseReturnValue:
    """Hold a comment, and lead its writer to a page of their own for it."""
    text = text_or_404(slug)
    form = CommentForm()
    if not form.validate():
        return _post_again(slug, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        _count_try("comment")
    except rate_limit.TooManyTries as error:
        form.words.errors = [SLOW_DOWN]
        page, status = _post_again(slug, form, HTTPStatus.TOO_MANY_REQUESTS)
        return page, status, {"Retry-After": str(error.retry_after)}
    name, email, words = kept(form.name.data), kept_code(form.email.data), kept(form.words.data)
    draft = comments.Draft(text.front.slug, name, email, words, at_risk(f"{name}\n{words}"))
    token = tokens.fresh()
    with web.transaction() as session:
        comments.leave(session, _vault(), draft, token=token, emailed=_may_email(session, email))
    return redirect(f"/comments/{token}", HTTPStatus.SEE_OTHER)


def _may_email(session: Session, email: str) -> bool:
    """Whether the link goes there: a mailbox gets a few an hour, whoever types its address."""
    if not email:
        return False
    try:
        secret = web.settings().secret_key
        rate_limit.allow_mailbox(session, kind="comment", mailbox=mailbox(email), secret=secret)
    except rate_limit.TooManyTries:
        return False
    return True


@blueprint.get("/comments/<token>")
def show(token: str) -> ResponseReturnValue:
    """The writer's own page: where their comment stands, and the way to take it away."""
    with web.reading() as session:
        comment = _of_writer(session, token)
    page = render_template(
        "journal/comment.html",
        here="journal",
        comment=comment,
        removed=not comment.words,
        token=token,
        ways=_whom_to_ring(),
    )
    return page, HTTPStatus.OK if comment.words else HTTPStatus.GONE


@blueprint.post("/comments/<token>/removal")
def withdraw(token: str) -> ResponseReturnValue:
    """Take it away for good."""
    with web.transaction() as session:
        _of_writer(session, token)
        comments.withdraw(session, _vault(), token)
    web.database().forget_deleted()
    return redirect(f"/comments/{token}", HTTPStatus.SEE_OTHER)


@blueprint.get(REPORT)
def report_page(slug: str, number: int) -> ResponseReturnValue:
    """One comment, and a form to report it."""
    text = text_or_404(slug)
    comment = _shown(slug, number)
    return journal_pages.report_page(text, comment, ReportForm(formdata=None))


@blueprint.post(REPORT)
@web.checks_token_itself
def report(slug: str, number: int) -> ResponseReturnValue:
    """Ask somebody to look at a comment again."""
    text = text_or_404(slug)
    comment = _shown(slug, number)
    form = ReportForm()
    if not form.validate():
        page = journal_pages.report_page(text, comment, form, refused=True)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        _count_try("report")
        with web.transaction() as session:
            comments.report(session, _vault(), slug, number, kept(form.note.data))
    except rate_limit.TooManyTries as error:
        form.note.errors = [SLOW_DOWN]
        page = journal_pages.report_page(text, comment, form, refused=True)
        return page, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(error.retry_after)}
    except comments.UnknownComment:
        abort(HTTPStatus.NOT_FOUND)
    return make_response(render_template("journal/reported.html", here="journal", text=text))


def _whom_to_ring() -> list[tuple[str, Any]]:
    """(name, way) of everybody on the support page who is there for those who are not safe now."""
    today = clock.today()
    return [
        (entry.name, way)
        for group in current_app.extensions.get(HELPERS, ())
        if group.key == "now"
        for entry in group.entries
        for way in entry.ways_on(today)
    ]


def _vault() -> Vault:
    return current_services().vault


def _post_again(slug: str, form: CommentForm, status: HTTPStatus) -> tuple[str, HTTPStatus]:
    with web.reading() as session:
        shown = comments.shown(session, _vault(), slug)
    return journal_pages.post_page(text_or_404(slug), shown, form), status


def _shown(slug: str, number: int) -> Opened:
    with web.reading() as session:
        found = [comment for comment in comments.shown(session, _vault(), slug) if comment.id == number]
    if not found:
        abort(HTTPStatus.NOT_FOUND)
    return found[0]


def _of_writer(session: Session, token: str) -> Opened:
    try:
        return comments.of_writer(session, _vault(), token)
    except comments.UnknownComment:
        abort(HTTPStatus.NOT_FOUND)


def _count_try(what: str) -> None:
    with web.transaction() as session:
        rate_limit.allow(
            session, kind=what, address=request.remote_addr or "", secret=web.settings().secret_key
        )
