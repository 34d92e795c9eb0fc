"""A photograph for a side of a piece: sent, put right, traced, forgotten. The basket's cookie is its key."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.artwork.request import Request
from shop.artwork.sandbox import MOST_BYTES
from shop.catalogue.page_cache import shown as shown_catalogue
from shop.checkout import basket_store, basket_words, cookie, upload_forms, upload_pages
from shop.checkout.order_routes import unlisted
from shop.checkout.upload_forms import PHOTOGRAPH, KindForm, RequestForm
from shop.checkout.upload_pages import Place
from shop.checkout.upload_refusals import NO_COOKIE, REFUSED, said_of
from shop.container import trader
from shop.uploads import store
from shop.uploads.kept_photographs import MIMETYPE
from shop.uploads.store import Upload
from shop.uploads.trace_queue import Traced, kept_and_traced, traced, turn
from shop.web.setup import MAX_PHOTOGRAPH_REQUEST_BYTES

blueprint = Blueprint("uploads", __name__)

SIDE: Final = "/pieces/<slug>/artwork/<side>"
ONE: Final = "/artwork/<upload_id>"
MOST_MB: Final = min(MOST_BYTES, MAX_PHOTOGRAPH_REQUEST_BYTES) // 1024**2 - 1
GONE: Final = "The photograph and its outline are gone."


@blueprint.url_value_preprocessor
def allow_photographs(*_: object) -> None:
    """The form of a side carries a photograph."""
    if request.endpoint == "uploads.send":
        request.max_content_length = MAX_PHOTOGRAPH_REQUEST_BYTES


@blueprint.after_request
def keep_to_whom_it_belongs(response: Response) -> Response:
    """These pages are one browser's alone."""
    response.headers["Cache-Control"] = "private, no-store"
    return unlisted(response)


@blueprint.get(SIDE)
def choose(slug: str, side: str) -> ResponseReturnValue:
    """The form in which a photograph is chosen, and those that are here already."""
    return _choose_page(_place(slug, side), KindForm(formdata=None), {})


@blueprint.post(SIDE)
@web.checks_token_itself
def send(slug: str, side: str) -> ResponseReturnValue:
    """Keep a photograph, and trace the sheet that is seen on it, or all of it."""
    place, form, token = _place(slug, side), KindForm(), cookie.token()
    file = request.files.get(PHOTOGRAPH)
    form.validate()
    problems = form.problems
    if token is None:
        problems = {"": NO_COOKIE.format(trader().email), **problems}
    if file is None or not file.filename:
        problems[PHOTOGRAPH] = upload_forms.NONE_CHOSEN
    elif problems:
        problems[PHOTOGRAPH] = upload_forms.ONCE_MORE
    if problems or token is None or file is None:
        return _choose_page(place, form, problems, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        upload_id = _kept(token, file.read(), Request(form.kind.data, place.width_mm()))
    except REFUSED as refused:
        said, status = said_of(refused)
        return _choose_page(place, form, {PHOTOGRAPH: said}, status)
    return redirect(f"/artwork/{upload_id}{place.query}", HTTPStatus.SEE_OTHER)


def _kept(token: str, sent: bytes, asked_for: Request) -> str:
    """Its id, once it is kept and traced. Raises one of REFUSED."""
    with web.reading() as session:
        store.refuse_more(session, token)
    with turn(request.remote_addr or "", basket_words.token_hash(token)):
        photograph, asked_for, found = kept_and_traced(sent, asked_for)
    with web.transaction() as session:
        upload_id = store.keep(session, token, photograph, asked_for)
    _save(token, upload_id, asked_for, found)
    return upload_id


@blueprint.get(ONE)
def look(upload_id: str) -> ResponseReturnValue:
    """The photograph with its corners, and the outline beside it."""
    _, upload = _own(upload_id)
    asked_for = upload.request
    chosen = {"kind": asked_for.kind, "specks": asked_for.specks, "form_lines": asked_for.form_lines}
    return _trace_page(upload, RequestForm(formdata=None, data=chosen), upload_forms.values_of(asked_for), {})


@blueprint.post(ONE)
@web.checks_token_itself
def draw(upload_id: str) -> ResponseReturnValue:
    """Trace it again, as it is asked for now."""
    token, upload = _own(upload_id)
    form, place = RequestForm(), _asked_place()
    width = place.width_mm(upload.artwork) if place else upload.request.width_mm
    asked_for, problems = upload_forms.read_request(form, request.form, width)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if asked_for is not None:
        try:
            _trace_again(token, upload_id, asked_for)
        except REFUSED as refused:
            said, status = said_of(refused)
            problems = {"": said}
    if problems:
        return _trace_page(upload, form, dict(request.form), problems, status)
    return redirect(f"/artwork/{upload_id}{place.query if place else ''}", HTTPStatus.SEE_OTHER)


def _trace_again(token: str, upload_id: str, asked_for: Request) -> None:
    with web.reading() as session:
        photograph = store.photograph(session, token, upload_id) or abort(HTTPStatus.NOT_FOUND)
    with turn(request.remote_addr or "", basket_words.token_hash(token)):
        found = traced(photograph, asked_for)
    _save(token, upload_id, asked_for, found)


def _save(token: str, upload_id: str, asked_for: Request, found: Traced) -> None:
    with web.transaction() as session:
        store.save_outline(
            session,
            token,
            upload_id,
            asked_for,
            found.artwork,
            line_mm=found.line_mm,
            refused=found.refused,
        )


@blueprint.post(f"{ONE}/removal")
@web.checks_token_itself
def forget(upload_id: str) -> ResponseReturnValue:
    """Delete it at once; twice is fine."""
    place, token = _asked_place(), cookie.token()
    if not web.valid_public_token(request.form.get("csrf_token", "")):
        flash(web.STALE_BUT_KEPT)
    elif token is not None:
        with web.transaction() as session:
            store.forget(session, token, upload_id)
        web.database().forget_deleted()
        flash(GONE)
    return redirect(place.page if place else "/pieces", HTTPStatus.SEE_OTHER)


@blueprint.get(f"{ONE}/photograph.jpg")
def photograph(upload_id: str) -> ResponseReturnValue:
    """The photograph itself, for the browser that it belongs to."""
    token = cookie.token() or abort(HTTPStatus.NOT_FOUND)
    with web.looking() as session:
        content = store.photograph(session, token, upload_id) or abort(HTTPStatus.NOT_FOUND)
    return Response(content, mimetype=MIMETYPE)


@blueprint.get(f"{ONE}/outline.svg")
def outline(upload_id: str) -> ResponseReturnValue:
    """What was traced, as a picture."""
    _, upload = _own(upload_id)
    artwork = upload.artwork or abort(HTTPStatus.NOT_FOUND)
    return Response(upload_pages.outline_svg(artwork), mimetype="image/svg+xml")


def _own(upload_id: str) -> tuple[str, Upload]:
    """The visitor's cookie and their photograph of this id; 404 for anybody else's."""
    token = cookie.token() or abort(HTTPStatus.NOT_FOUND)
    with web.looking() as session:
        return token, store.found(session, token, upload_id) or abort(HTTPStatus.NOT_FOUND)


def _place(slug: str, side: str) -> Place:
    return upload_pages.place_of(shown_catalogue().catalogue, slug, side) or abort(HTTPStatus.NOT_FOUND)


def _asked_place() -> Place | None:
    """For which side it is, as the address says."""
    asked = request.args
    return upload_pages.place_of(shown_catalogue().catalogue, asked.get("piece", ""), asked.get("side", ""))


def _choose_page(
    place: Place, form: KindForm, problems: dict[str, str], status: HTTPStatus = HTTPStatus.OK
) -> ResponseReturnValue:
    token, own = cookie.token(), list[Upload]()
    if token is not None:
        with web.looking() as session:
            own = store.own(session, token)
    page = render_template(
        "uploads/choose.html",
        place=place,
        form=form,
        problems=problems,
        own=[upload_pages.shown(upload) for upload in own],
        photograph=PHOTOGRAPH,
        most_mb=MOST_MB,
        upload_days=store.KEPT_FOR.days,
        token=web.public_token(),
    )
    answer = make_response(page, status)
    if token is None:  # asked for here and now: sent only with the photograph, it would be sent twice
        cookie.remember(answer, basket_store.new_token(), 0)
    return answer


def _trace_page(
    upload: Upload,
    form: RequestForm,
    values: dict[str, str],
    problems: dict[str, str],
    status: HTTPStatus = HTTPStatus.OK,
) -> ResponseReturnValue:
    place = _asked_place()
    page = render_template(
        "uploads/trace.html",
        place=place,
        form=form,
        problems=problems,
        shown=upload_pages.shown(upload, place),
        corners=upload_forms.corner_fields(values, problems),
        crop=upload_forms.crop_fields(values, problems),
        sheet={name: values.get(name, "") for name in upload_forms.SHEET},
        token=web.public_token(),
    )
    return page, status
