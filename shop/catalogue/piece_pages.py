"""The public pages as text, rendered from plain data: the same function serves memory and a refused form."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import current_app, render_template
from markupsafe import Markup

from shop import web
from shop.artwork.form_fields import NONE as NO_ARTWORK
from shop.artwork.form_fields import ArtworkRead
from shop.catalogue import filters, page_cache, structured_data
from shop.catalogue.artwork_form import artwork_form
from shop.catalogue.choices import Opened, costs, variant_of
from shop.catalogue.filters import UNFILTERED, Filter
from shop.catalogue.page_cache import Shown
from shop.catalogue.piece_facts import Stage, diagrams, measures, metals, photos, shown_elsewhere, stage_said
from shop.catalogue.piece_form import piece_form
from shop.catalogue.postage import CHEAPEST
from shop.catalogue.renderings import rendering
from shop.catalogue.views import Catalogue, PictureView, PieceView, VariantView
from shop.engraving import PlacedArtwork, over_picture, words_in
from shop.engraving.drawing import outline_marks
from shop.engraving.overlay import ArtworkMarks
from shop.frozen import frozen
from shop.money import pounds_and_pence

ADD_TO: Final = "/basket/lines"
DELIVERY_NOTE: Final = f"Delivery from {pounds_and_pence(CHEAPEST.pence)}"
"""Stands beside every price, with where we post: nothing is added later that was not said at first."""


@frozen
class Like:
    """A piece in the basket that another is to be like: the page's own path, and what there is of words."""

    path: str
    same_words: bool
    has_words: bool


class UnknownPiece(Exception):
    """No published piece has this slug."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"There is no piece called {slug!r}.")


def home_page(shown: Shown) -> str:
    """The first page."""
    variants = [variant for piece in shown.catalogue.pieces for variant in piece.variants]
    return render_template(
        "catalogue/home.html",
        canonical="/",
        hero=wide("hero-rings"),
        metals=list(dict.fromkeys(variant.metal_name for variant in variants)),
        chains=sorted({variant.chain_inches for variant in variants}),
        **_shared(shown),
    )


def pieces_page(shown: Shown, choice: Filter = UNFILTERED) -> str:
    """The collection, or what of it was chosen."""
    shared = _shared(shown) | {"pieces": filters.matching(shown.catalogue, choice)}
    return render_template(
        "catalogue/pieces.html",
        here="pieces",
        canonical=filters.ADDRESS,
        options=filters.options(shown.catalogue, choice),
        everything=choice == UNFILTERED,
        query=Opened(choice.metal).query,
        **shared,
    )


def piece_page(
    catalogue: Catalogue,
    slug: str,
    *,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    action: str = ADD_TO,
    submit_label: str = "Add to basket",
    canonical: str | None = None,
    metal: str | None = None,
    like: Like | None = None,
    artwork: ArtworkRead = NO_ARTWORK,
) -> str:
    """A piece and its form, filled with `values` and marked with `errors` (both: field name to text).

    Field names: `variant`, `engraving-<side>-<line>`, `face`, `face-<side>-<line>`, `dedication`; `artwork`
    is what its own fields were read as. `canonical` is the page's own address, when this is it and not an
    answer to a form. The pictures and the price are those of what is chosen, else of `metal`. Raises
    UnknownPiece.
    """
    piece = as_sold = piece_called(catalogue, slug)
    chosen = variant_of(piece, values)
    if first := chosen.metal_slug if chosen else metal:
        piece = piece.led_by(first)
    shown = page_cache.shown()
    return render_template(
        "catalogue/piece.html",
        here="pieces",
        piece=piece,
        stages=stages(piece, values, artwork),
        form=piece_form(piece, values, errors),
        artwork=artwork_form(piece, values, artwork),
        photos=photos(piece),
        paragraphs=piece.description.split("\n\n"),
        diagrams=diagrams(piece),
        measures=measures(piece),
        metals=metals(piece),
        costs=costs(piece, values, metal),
        elsewhere=shown_elsewhere(as_sold),
        values=values,
        problems=dict(errors),
        action=action,
        submit_label=submit_label,
        like=like,
        csrf_token_value=shown.token,
        posted_by=shown.posted_by if piece.available else None,
        canonical=canonical,
        share=structured_data.to_share(piece),
        shared_as=piece.slug,
        data=_described(as_sold) if canonical else [],
        **_shared(shown),
    )


def opened_page(shown: Shown, slug: str, choice: Opened) -> str:
    """The page of a piece as its address asks for it. Raises UnknownPiece."""
    piece = piece_called(shown.catalogue, slug)
    asked = next((str(variant.id) for variant in piece.variants if variant.sku == choice.sku), "")
    return piece_page(
        shown.catalogue,
        slug,
        values={"variant": asked} if asked else {},
        errors={},
        canonical=f"/pieces/{slug}",
        metal=choice.metal,
    )


def piece_called(catalogue: Catalogue, slug: str) -> PieceView:
    """The piece of this slug. Raises UnknownPiece."""
    piece = catalogue.by_slug.get(slug)
    if piece is None:
        raise UnknownPiece(slug)
    return piece


def stages(piece: PieceView, values: Mapping[str, str], artwork: ArtworkRead = NO_ARTWORK) -> list[Stage]:
    """The pictures that words and artwork are laid over, with these on them."""
    first = piece.stages[0].metal_slug if piece.stages else None
    names = {side.key: side.label.lower() for side in piece.sides}
    return [
        Stage(
            stage,
            sides=" ".join(place.side for place in stage.placements),
            name=next((names.get(place.side, "") for place in stage.placements), ""),
            mm_wide=next((round(stage.width / place.px_per_mm, 2) for place in stage.placements), 0.0),
            first=stage.metal_slug == first,
            hidden=not in_sight(piece, stage, values, artwork),
            words=_drawn(piece, stage, values, artwork),
            said=stage_said(piece, stage, values, {each.side for each in artwork.placed}),
        )
        for stage in piece.stages
    ]


def _described(piece: PieceView) -> list[dict[str, object]]:
    """What machines are told of a piece."""
    site = web.settings().site_url
    trail = [("Pieces", filters.ADDRESS), (piece.name, f"/pieces/{piece.slug}")]
    return [
        structured_data.product_group(piece, site=site, picture_of=variant_picture),
        structured_data.breadcrumbs(trail, site=site),
    ]


def variant_picture(piece: PieceView, variant: VariantView) -> str:
    """The whole address of the picture that shows this metal; empty where the piece has none at all."""
    picture = piece.picture("stage", variant.metal_slug) or structured_data.to_share(piece)
    if picture is None:
        return ""
    asset: Callable[[str], str] = current_app.jinja_env.globals["asset"]  # type: ignore[assignment]
    return f"{web.settings().site_url}{asset(picture.file)}"


def wide(name: str) -> PictureView:
    """One of the wide pictures, which belong to no piece and say nothing that the page does not say."""
    facts = rendering(name)
    kinds = tuple((kind, tuple(widths)) for kind, widths in facts["renditions"].items())
    return PictureView(facts["file"], "", facts["width"], facts["height"], None, "photo", kinds)


def words_on(
    piece: PieceView, picture: PictureView, params: Mapping[str, str], artwork: ArtworkRead = NO_ARTWORK
) -> str:
    """The SVG to lay over a picture of the piece: the words of the form's fields, cut into its metal."""
    return over_picture(
        params,
        piece.sides,
        picture.placements,
        size=(picture.width, picture.height),
        metal=picture.metal_slug or "",
        name=picture.name,
        tool=piece.tool,
        artwork={each.side: _marks(each, artwork) for each in artwork.placed},
    )


def _marks(artwork: PlacedArtwork, read: ArtworkRead) -> ArtworkMarks:
    fine = read.remarks[artwork.side].fine
    return ArtworkMarks(outline_marks(artwork.drawing), f'<path d="{fine}"/>' if fine else "")


def in_sight(
    piece: PieceView, stage: PictureView, values: Mapping[str, str], artwork: ArtworkRead = NO_ARTWORK
) -> bool:
    """Whether a stage is shown at first: those that are engraved, else the first one of its metal."""
    engraved = [other for other in piece.stages if _engraved(piece, other, values, artwork)]
    return stage in engraved if engraved else stage == piece.picture("stage", stage.metal_slug)


def _engraved(piece: PieceView, stage: PictureView, values: Mapping[str, str], artwork: ArtworkRead) -> bool:
    on_it = {place.side for place in stage.placements}
    sides = [side for side in piece.sides if side.key in on_it]
    has_artwork = any(each.side in on_it for each in artwork.placed)
    return has_artwork or any(text.strip() for text in words_in(values, sides).values())


def _drawn(piece: PieceView, stage: PictureView, values: Mapping[str, str], artwork: ArtworkRead) -> Markup:
    if not _engraved(piece, stage, values, artwork):
        return Markup()
    # Made by our own writer from outlines and numbers; no typed text is in it unescaped.
    return Markup(words_on(piece, stage, values, artwork))  # noqa: S704


def _shared(shown: Shown) -> dict[str, object]:
    return {
        "pieces": shown.catalogue.pieces,
        "statement": shown.statement,
        "delivery_note": DELIVERY_NOTE,
    }
