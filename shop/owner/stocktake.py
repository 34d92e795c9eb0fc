"""The count sheet: how many lie in the drawer of each variant, on one page, and what is asked for again."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import web
from shop.accounts.access import require
from shop.catalogue import snapshot
from shop.catalogue.views import VariantView
from shop.container import current_services
from shop.frozen import frozen
from shop.fulfilment import stocktake
from shop.fulfilment.stocktake import MOST, Count, Counted, Drawer, Moment

blueprint = Blueprint("owner_stocktake", __name__, url_prefix="/owner/stock")

NOT_A_COUNT: Final = f"Please enter a whole number from 0 to {MOST}."
NOTHING_COUNTED: Final = "No count was entered, so nothing was changed."


@frozen
class CountRow:
    """One variant of a sheet. `typed` and `error`: what was sent of it, and why it is asked for again."""

    sku: str
    name: str
    drawer: Drawer
    typed: str = ""
    error: str | None = None

    @property
    def hint(self) -> str:
        """How many the shop thinks there are, and what becomes of them."""
        level = self.drawer.level
        promised = {"set aside": level.reserved, "sold": self.drawer.sold, "refunded": self.drawer.back}
        parts = [f"{level.available} free", *(f"{n} {what}" for what, n in promised.items() if n)]
        return f"We think {self.drawer.lies}" + (f": {', '.join(parts)}" if len(parts) > 1 else "")


@frozen
class Sent:
    """What was sent of a sheet, and what came of it."""

    typed: Mapping[str, str] = field(default_factory=dict)
    """By SKU, as it was typed."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """By SKU, why it is asked for again."""
    written: Sequence[Counted] = ()

    @property
    def said(self) -> str:
        """What was written down, in a sentence."""
        if not self.written:
            return NOTHING_COUNTED
        changed = sum(1 for one in self.written if one.change)
        counts = "1 count is" if len(self.written) == 1 else f"{len(self.written)} counts are"
        different = f"{changed} changed what is on hand" if changed else "nothing was different"
        return f"{counts} recorded: {different}."

    @property
    def status(self) -> HTTPStatus:
        """Refused as a whole, or asked again in part."""
        return HTTPStatus.CONFLICT if self.written else HTTPStatus.UNPROCESSABLE_ENTITY


NOTHING_SENT: Final = Sent()


@blueprint.get("/count")
@require("owner")
def sheet() -> ResponseReturnValue:
    """Every variant, with a field for how many were counted."""
    return _page(NOTHING_SENT)


@blueprint.post("/count")
@require("owner")
def count() -> ResponseReturnValue:
    """Write the counts down; one that nobody can be sure of is asked for again, and the others are kept."""
    sent = write_down()
    if sent.errors:
        return _page(sent), sent.status
    flash(sent.said)
    return redirect("/owner/stock", HTTPStatus.SEE_OTHER)


def row(session: Session, variant: VariantView, sent: Sent = NOTHING_SENT) -> CountRow:
    """One variant, ready to be counted."""
    drawer = stocktake.drawers(session, current_services().book)[variant.id]
    return _row(variant, drawer, sent, name="Pieces in the drawer")


def write_down(only: str | None = None) -> Sent:
    """Write down what was sent of a sheet, or of one variant of it. One that is no number stops them all."""
    with web.transaction() as session:
        catalogue = snapshot.load(session)
        skus = {v.id: v.sku for piece in catalogue.pieces for v in piece.variants}
        typed = {sku: text for sku in skus.values() if (text := request.form.get(f"count-{sku}", "").strip())}
        asked = {sku: text for sku, text in typed.items() if only in {None, sku}}
        wrong = {sku: NOT_A_COUNT for sku, text in asked.items() if _number(text) is None}
        if wrong:
            return Sent(asked, wrong)
        found = stocktake.write_down(
            session,
            current_services().book,
            {variant: _count(sku, asked[sku]) for variant, sku in skus.items() if sku in asked},
            opened=Moment.read(request.form.get("opened", "")),
            actor=g.account.email,
        )
    errors = {skus[variant]: why for variant, one in found.items() if (why := _why_again(one))}
    return Sent(asked, errors, [one for one in found.values() if not one.ask_again])


def _count(sku: str, text: str) -> Count:
    return Count(_number(text) or 0, _number(request.form.get(f"thought-{sku}", "")))


def _number(text: str) -> int | None:
    """A count, or None when it is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 7):  # noqa: PLR2004
        return None
    return int(text) if int(text) <= MOST else None


def _why_again(one: Counted) -> str | None:
    if one.ask_again:
        return (
            "Something was put in or taken out after this sheet was opened, so we cannot tell whether your "
            "count is from before or after. Please count this one again."
        )
    if not one.missing:
        return None
    drawer = one.drawer
    promised = {"sold": drawer.sold, "set aside for somebody who is paying": drawer.level.reserved}
    said = " and ".join(f"{n} {'is' if n == 1 else 'are'} {what}" for what, n in promised.items() if n)
    return (
        f"{said[0].upper()}{said[1:]}, and your count leaves {one.missing} too few for them. What was free "
        "is written off, so that nobody else can order it. Please look again for the rest."
    )


def _page(sent: Sent) -> str:
    with web.reading() as session:
        catalogue, opened = snapshot.load(session), stocktake.moment(session)
        drawers = stocktake.drawers(session, current_services().book)
    pieces = [(one.name, [_row(v, drawers[v.id], sent) for v in one.variants]) for one in catalogue.pieces]
    problems = {f"count-{sku}": said for sku, said in sent.errors.items()}
    said = sent.said if sent.written else ""
    return render_template("owner/count.html", pieces=pieces, opened=opened, problems=problems, said=said)


def _row(variant: VariantView, drawer: Drawer, sent: Sent, name: str = "") -> CountRow:
    again = sent.errors.get(variant.sku)
    kept = again or not sent.written
    typed = sent.typed.get(variant.sku, "") if kept else ""
    name = name or f"{variant.metal_name}, {variant.chain_inches} in"
    return CountRow(variant.sku, name, drawer, typed, again)
