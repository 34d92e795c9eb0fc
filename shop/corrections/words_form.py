"""Other words for a unit that was paid for: written, looked at, approved; form and gate as at first."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from flask import Response, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.artwork.form_fields import OwnArtwork, values_of
from shop.catalogue import snapshot
from shop.catalogue.engraved_pictures import engraved_unit
from shop.catalogue.piece_form import piece_form
from shop.catalogue.piece_pages import stages
from shop.catalogue.views import PieceView
from shop.checkout.changes_said import engraving_changed, saved_said
from shop.checkout.cuttable import refuse_uncuttable
from shop.checkout.line_item_form import (
    FACE,
    Refused,
    artwork_of,
    engraving_problems,
    read_engraving,
    values_of_words,
    words_kept,
    written,
)
from shop.checkout.redisplayed_form import PREVIEW
from shop.container import current_services
from shop.corrections.corrector import Corrector, page, unit_shown
from shop.engraving import INSTEAD, Engraving, faces_in, line_face_field, taken
from shop.frozen import frozen
from shop.fulfilment import corrections
from shop.fulfilment.corrections import ChangedMeanwhile, NewWords, TooLate
from shop.orders.approved_engraving import Approved
from shop.orders.models import Order
from shop.orders.view import LineView, words_of

APPROVE: Final = "approve"
"""The name of the button that has the words engraved as they are shown."""
TICK: Final = "Please tick this when you have checked every letter."
OTHERS_STAND: Final = (
    "The words were changed meanwhile. What stands now is shown below, and what you wrote is "
    "kept in the form."
)
CHANGED: Final = "What you see here is what will be cut."
AS_THEY_STAND: Final = "These are the words that stand."
NO_LONGER_SOLD: Final = "This piece is no longer in the collection, so its words cannot be set on this page."
NONE: Final = "none"
"""Stands where the number of the drawing would, for no words at all."""


@frozen
class Correcting:
    """A unit whose words are to be put right, and everything that its pages need."""

    who: Corrector
    order: Order
    line: LineView
    piece: PieceView | None
    """As it is sold today, with the pictures of the unit's metal alone; None when it is sold no more."""
    wording: int
    closed: str
    """Why the words can no longer be put right; empty while they can."""

    @property
    def action(self) -> str:
        """Where its form is sent."""
        return f"{self.who.page}/lines/{self.line.row.number}/words"

    @property
    def standing(self) -> Mapping[str, Any]:
        """The words that stand, and the piece with them."""
        line, metal = self.line, self.line.row.metal_slug
        engraved = engraved_unit(self.piece, metal, line.sides, line.engraving, id_="standing")
        return {"words": line.words, "engraved": engraved, "metal": metal}


def opened(order: Order, number: int, who: Corrector) -> Correcting:
    """The unit of a paid order with this number; 404 when there is none, or its words were erased."""
    with web.reading() as session:
        line, row, unit = unit_shown(session, order, number)
        closed = corrections.why_words_closed(order, row, unit, actor=who.actor)
        piece = snapshot.load(session).by_slug.get(row.piece_slug)
    if row.engraved and line.approved is None:
        abort(HTTPStatus.NOT_FOUND)
    if piece is None or not piece.engravable:
        return Correcting(who, order, line, None, unit.wording, closed or NO_LONGER_SOLD)
    return Correcting(who, order, line, _in_metal(piece, row.metal_slug), unit.wording, closed)


def answered(unit: Correcting) -> ResponseReturnValue:
    """The form, or what follows from what was sent in it."""
    return sent(unit) if request.method == "POST" else asked(unit)


def asked(unit: Correcting) -> ResponseReturnValue:
    """The form with the words that stand."""
    if unit.closed or unit.piece is None:
        return _closed(unit, HTTPStatus.OK)
    return _form(unit, unit.piece, values_of_words(unit.line.engraving), {})


def sent(unit: Correcting) -> ResponseReturnValue:
    """What was sent: shown on the picture, looked at as it would be cut, or approved."""
    piece = unit.piece
    if unit.closed or piece is None:
        return _closed(unit, HTTPStatus.CONFLICT)
    if not unit.who.is_fresh:
        return _form(unit, piece, request.form, {"": web.STALE_BUT_KEPT}, HTTPStatus.BAD_REQUEST)
    if PREVIEW in request.form or INSTEAD in request.form:
        values = taken(request.form)
        return _form(unit, piece, values, engraving_problems(piece, *_with_artwork(unit, values)))
    try:
        engraving = read_engraving(piece, *_with_artwork(unit, request.form))
        if engraving is not None:
            refuse_uncuttable(piece, engraving)
    except Refused as refused:
        return _form(unit, piece, request.form, refused.errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _decided(unit, piece, engraving)


def _with_artwork(unit: Correcting, values: Mapping[str, str]) -> tuple[Mapping[str, str], OwnArtwork]:
    """The words of a form beside the artwork that was bought, which stays where it is."""
    artwork = unit.line.engraving.artwork if unit.line.engraving else ()
    places = {name: text for each in artwork for name, text in values_of(each).items()}
    return {**values, **places}, OwnArtwork(placed=artwork)


def _decided(unit: Correcting, piece: PieceView, engraving: Engraving | None) -> ResponseReturnValue:
    approved = Approved.now(engraving, piece.sides) if engraving else None
    shown = approved.proof() if approved else NONE
    if APPROVE not in request.form or request.form.get("agreed") != shown:
        return _look(unit, piece, engraving, shown, {})
    problems = unit.who.problems
    if approved and request.form.get("acknowledged") != "y":
        problems |= {"acknowledged": TICK}
    if problems:
        return _look(unit, piece, engraving, shown, problems)
    return _corrected(unit, piece, NewWords.of(approved))


def _corrected(unit: Correcting, piece: PieceView, words: NewWords) -> ResponseReturnValue:
    order, number, who = unit.order, unit.line.row.number, unit.who
    wording = web.number_in("wording") or 0
    try:
        with web.transaction() as session:
            vault = current_services().vault
            new = corrections.correct_words(
                session, vault, order.id, number, words, wording=wording, actor=who.actor, why=who.why
            )
    except TooLate:
        return _closed(opened(order, number, who), HTTPStatus.CONFLICT)
    except ChangedMeanwhile:
        now = opened(order, number, who)
        return _form(now, piece, request.form, {"": OTHERS_STAND}, HTTPStatus.CONFLICT)
    web.database().forget_deleted()
    flash(f"{_changed(unit, words)} {CHANGED}" if new else AS_THEY_STAND)
    return redirect(who.page, HTTPStatus.SEE_OTHER)


def _changed(unit: Correcting, words: NewWords) -> str:
    """What of the engraving was changed, and of which piece where its buyer reads it."""
    of = "" if unit.who.asks_why else unit.line.row.piece_name
    now = words.approved.engraving if words.approved else None
    return saved_said(engraving_changed(unit.line.engraving, now), of=of)


def _form(
    unit: Correcting,
    piece: PieceView,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    artwork = artwork_of(piece, *_with_artwork(unit, values))
    shown = {"stages": stages(piece, values, artwork), "form": piece_form(piece, values, problems)}
    return _page("form", unit, status, piece=piece, values=values, problems=dict(problems), **shown)


def _look(
    unit: Correcting, piece: PieceView, engraving: Engraving | None, shown: str, problems: dict[str, str]
) -> Response:
    return _page(
        "look",
        unit,
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        words=words_of(piece.sides, engraving),
        engraved=engraved_unit(piece, unit.line.row.metal_slug, piece.sides, engraving, id_="new"),
        by_hand=engraving is not None and engraving.by_hand,
        fields=_written(piece) | {"agreed": shown},
        who=unit.who,
        why=unit.who.why,
        problems=problems,
    )


def _written(piece: PieceView) -> dict[str, str]:
    """The words that were sent, and their faces."""
    lines = {line_face_field(*place): slug for place, slug in faces_in(request.form, piece.sides).items()}
    return {FACE: request.form.get(FACE, ""), **lines, **dict(written(request.form))}


def _closed(unit: Correcting, status: HTTPStatus) -> Response:
    """It is too late: what stands, and what was written, so that it is not lost."""
    return _page("closed", unit, status, written=words_kept(request.form))


def _page(name: str, unit: Correcting, status: HTTPStatus, **shown: Any) -> Response:
    token, row = unit.who.token, unit.line.row
    return page(
        f"words_{name}", status, unit=unit, row=row, action=unit.action, csrf_token_value=token, **shown
    )


def _in_metal(piece: PieceView, metal: str) -> PieceView:
    """The piece with the pictures of one metal alone."""
    return replace(piece, pictures=tuple(one for one in piece.pictures if one.metal_slug in {None, metal}))
