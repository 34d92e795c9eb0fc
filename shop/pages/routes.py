"""Support and the law's pages: the same for everyone, answered from memory like the pieces."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from shop import clock, retention, web
from shop.catalogue.hallmarking import SILVER_HALLMARK_FROM_MG
from shop.catalogue.page_cache import Shown, cached_pages
from shop.catalogue.piece_facts import PLACES
from shop.catalogue.piece_pages import wide
from shop.catalogue.postage import CHEAPEST, SERVICES
from shop.catalogue.views import Catalogue
from shop.catalogue.word_ideas import IDEAS
from shop.container import trader
from shop.emails.agreed_terms import FACTS
from shop.money import pounds_and_pence
from shop.pages.support import Group
from shop.web.dates import day

blueprint = Blueprint("pages", __name__)

COMPLAINT_DAYS: Final = 30
"""Days in which a complaint about personal data must be acknowledged. Data (Use and Access) Act 2025."""

FRAME_MM: Final = (150, 200)
"""Between the marks of the frame that is printed on A4: width and height."""


def _page(name: str, **facts: object) -> ResponseReturnValue:
    """The page of this name, at the address of the same name."""

    def render(shown: Shown) -> str:
        return render_template(
            f"pages/{name}.html", here=name, canonical=f"/{name}", statement=shown.statement, **facts
        )

    return cached_pages().page(f"/{name}", render).response()


@blueprint.get("/support")
def help_lines() -> ResponseReturnValue:
    """Who helps. A cached page lasts an hour at most, so an entry past its review is gone within one."""
    groups: tuple[Group, ...] = current_app.extensions["shop.support"]
    rows = [
        (entry.name, entry.source, day(entry.checked), day(entry.review_by))
        for group in groups
        for entry in group.entries
    ]
    return _page("support", groups=groups, today=clock.today(), rows=rows)


@blueprint.get("/what-to-write")
def what_to_write() -> ResponseReturnValue:
    """Ideas for words, by situation."""
    return _page("what-to-write", ideas=IDEAS, written=wide("hero-disc"))


@blueprint.get("/for-somebody-else")
def for_somebody_else() -> ResponseReturnValue:
    """What somebody wants to know who buys for somebody else."""
    return _page("for-somebody-else", cheapest=pounds_and_pence(CHEAPEST.pence), lies=PLACES[18])


@blueprint.get("/paper-and-post")
def paper_and_post() -> ResponseReturnValue:
    """A frame to print for a photograph of paper, and what to do for whoever cannot photograph it."""
    wide, high = FRAME_MM
    return _page("paper-and-post", wide=wide, high=high)


@blueprint.get("/delivery")
def delivery() -> ResponseReturnValue:
    """What postage costs, how to cancel, what to do when something is wrong."""
    return _page(
        "delivery",
        postage=[
            (each.name, each.promise.capitalize(), pounds_and_pence(each.pence)) for each in SERVICES.values()
        ],
        **FACTS,
    )


@blueprint.get("/delivery/cancellation-form.txt")
def cancellation_form() -> ResponseReturnValue:
    """The model cancellation form as a text to fill in."""
    text = render_template("pages/cancellation_form.txt", trader=trader())
    return Response(text, mimetype="text/plain")


@blueprint.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What is kept, why, and for how long."""
    rows = [(kept.what, kept.why, kept.basis, kept.how_long) for kept in retention.KEPT]
    return _page(
        "privacy",
        rows=rows,
        cookies=_cookies(),
        complaint_days=COMPLAINT_DAYS,
        key_days=retention.lasts(retention.KEY_COPIES).days,
    )


@blueprint.get("/terms")
def terms() -> ResponseReturnValue:
    """What both sides agree to."""
    return _page("terms", **FACTS)


@blueprint.get("/hallmarking")
def hallmarking() -> ResponseReturnValue:
    """What our metals are, and which of them need a hallmark."""

    def render(shown: Shown) -> str:
        return render_template(
            "pages/hallmarking.html",
            here="hallmarking",
            canonical="/hallmarking",
            metals=_metals(shown.catalogue),
            weights=_weights(shown.catalogue),
            silver_from=_grams(SILVER_HALLMARK_FROM_MG, 2),
        )

    return cached_pages().page("/hallmarking", render).response()


@blueprint.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """How the site can be used, and where it falls short."""
    return _page("accessibility")


@blueprint.get("/contact")
def contact() -> ResponseReturnValue:
    """Who we are and how to reach us."""
    return _page("contact")


def _metals(catalogue: Catalogue) -> Mapping[str, str]:
    return {variant.metal_name: variant.fineness for piece in catalogue.pieces for variant in piece.variants}


def _weights(catalogue: Catalogue) -> list[tuple[str, str, str, str]]:
    """(piece, metal, grams with its chain, hallmark) for the table."""
    rows = []
    for piece in catalogue.pieces:
        for group in piece.metals:
            grams = [variant.weight_mg for variant in group]
            marked = [variant.hallmarked for variant in group]
            said = "Yes" if all(marked) else "Not needed" if not any(marked) else "On the heavier chains"
            least, most = _grams(min(grams)), _grams(max(grams))
            rows.append((piece.name, group[0].metal_name, f"{least} to {most}", said))
    return rows


def _cookies() -> list[tuple[str, str, str]]:
    """(which, what for, how long) of everything that is stored in a browser."""
    host_only, basket = "__Host-" if web.settings().secure else "", retention.BASKET.how_long
    return [
        (
            f"{host_only}basket",
            "Opens your basket. It is the only key to what you wrote in it",
            basket,
        ),
        ("basket_items", "The number beside Basket", basket),
        (
            f"{host_only}session",
            "Lets a form be sent only from our own pages",
            "Until you close the browser",
        ),
        (f"{host_only}staff", "For the people who work here, when they sign in", "Until they sign out"),
        (
            f"{host_only}device",
            "For the people who work here: shows that they have signed in from this browser before",
            "180 days",
        ),
    ]


def _grams(milligrams: int, places: int = 1) -> str:
    return f"{milligrams / 1000:.{places}f}"
