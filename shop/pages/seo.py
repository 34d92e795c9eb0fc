"""For those who look for the shop by machine: what may be read, what there is, and what it costs."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue

from shop import clock, web
from shop.catalogue.choices import Opened
from shop.catalogue.page_cache import shown
from shop.catalogue.piece_pages import variant_picture
from shop.catalogue.postage import CHEAPEST
from shop.catalogue.structured_data import BRAND, chain_size, pounds_exactly, variant_title
from shop.catalogue.views import Catalogue, PieceView, VariantView
from shop.container import trader
from shop.web.assets import Stored

blueprint = Blueprint("finding", __name__)

KEPT_OUT: Final = (
    "/basket",
    "/checkout",
    "/orders",
    "/engravings",
    "/wall",
    "/comments",
    "/sign-in",
    "/owner",
    "/charity",
    "/finance",
    "/stand-in",
    "/styleguide",
)
"""Pages of one visitor, words that people wrote, and the pages of those who work here."""

PUBLIC: Final = (
    "/",
    "/pieces",
    "/story",
    "/journal",
    "/giving",
    "/support",
    "/what-to-write",
    "/for-somebody-else",
    "/paper-and-post",
    "/delivery",
    "/hallmarking",
    "/privacy",
    "/terms",
    "/accessibility",
    "/contact",
)
"""Addresses for the sitemap, as far as the shop has them; the pieces, and what `also` gives, follow."""

SECURITY_LASTS: Final = timedelta(days=180)

SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
MERCHANT: Final = "http://base.google.com/ns/1.0"
XML: Final = "application/xml; charset=utf-8"

Addresses = Callable[[], Iterable[str]]
_ALSO: Final = "shop.addresses"


def also(app: Flask, addresses: Addresses) -> None:
    """Let the sitemap list these paths too; asked for whenever it is written."""
    app.extensions.setdefault(_ALSO, []).append(addresses)


def init_app(app: Flask) -> None:
    """Tell search engines on every private page, too, to leave it out."""

    @app.after_request
    def _kept_out(response: Response) -> Response:
        path = request.path
        if any(path == start or path.startswith(f"{start}/") for start in KEPT_OUT):
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow, noarchive")
        return response


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """What crawlers may read: everything public."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in KEPT_OUT), ""]
    lines.append(f"Sitemap: {web.settings().site_url}/sitemap.xml")
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/.well-known/security.txt")
def security() -> ResponseReturnValue:
    """Whom to tell of a hole, in the form of RFC 9116; it is never said for longer than a year ahead."""
    site = web.settings().site_url
    until = datetime.combine(clock.today() + SECURITY_LASTS, time(), UTC)
    lines = {
        "Contact": f"mailto:{trader().email}",
        "Expires": until.isoformat().replace("+00:00", "Z"),
        "Preferred-Languages": "en",
        "Canonical": f"{site}/.well-known/security.txt",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return Response(text, content_type="text/plain; charset=utf-8")


@blueprint.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """The sign of the shop, for those who ask for it where it always was."""
    answer: Response = current_app.view_functions["static"](filename="favicon.ico")  # type: ignore[assignment]
    return answer


@blueprint.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """Every public page."""
    return _xml(_sitemap(shown().catalogue))


@blueprint.get("/feeds/google.xml")
def google() -> ResponseReturnValue:
    """Every variant, for Google Merchant Center. Its fields: support.google.com/merchants/answer/7052112."""
    return _xml(_feed(shown().catalogue))


def _xml(root: ET.Element) -> Response:
    ET.indent(root)
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Stored.of(body, XML).response()


def _sitemap(catalogue: Catalogue) -> ET.Element:
    ET.register_namespace("", SITEMAP)
    there = {rule.rule for rule in current_app.url_map.iter_rules()}
    paths: list[str] = [path for path in PUBLIC if path in there]
    paths += [f"/pieces/{piece.slug}" for piece in catalogue.pieces]
    for addresses in current_app.extensions.get(_ALSO, []):
        paths += addresses()
    root = ET.Element(f"{{{SITEMAP}}}urlset")
    for path in dict.fromkeys(paths):
        page = ET.SubElement(root, f"{{{SITEMAP}}}url")
        ET.SubElement(page, f"{{{SITEMAP}}}loc").text = web.settings().site_url + path
    return root


def _feed(catalogue: Catalogue) -> ET.Element:
    ET.register_namespace("g", MERCHANT)
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    site = web.settings().site_url
    said = {"title": "Part of Me", "link": f"{site}/", "description": f"Necklaces by {BRAND}"}
    for name, text in said.items():
        ET.SubElement(channel, name).text = text
    for piece in catalogue.pieces:
        for variant in piece.variants:
            item = ET.SubElement(channel, "item")
            _fill(item, _facts(piece, variant, site))
            shipping = {"country": "GB", "service": CHEAPEST.name, "price": _price(CHEAPEST.pence)}
            _fill(ET.SubElement(item, f"{{{MERCHANT}}}shipping"), shipping)
    return root


def _fill(element: ET.Element, facts: Mapping[str, str]) -> None:
    for name, text in facts.items():
        ET.SubElement(element, f"{{{MERCHANT}}}{name}").text = text


def _facts(piece: PieceView, variant: VariantView, site: str) -> dict[str, str]:
    said = [piece.summary, f"{variant.fineness}.", *(f"{line}." for line in piece.measures.splitlines())]
    facts = {
        "id": variant.sku,
        "item_group_id": piece.slug,
        "title": variant_title(piece, variant),
        "description": " ".join(said),
        "link": f"{site}/pieces/{piece.slug}{Opened(sku=variant.sku).query}",
        "image_link": variant_picture(piece, variant),
        "price": _price(variant.price_pence),
        "availability": "in_stock" if variant.available else "out_of_stock",
        "condition": "new",
        "brand": BRAND,
        "identifier_exists": "no",
        "product_type": "Necklaces",
        "google_product_category": "Apparel & Accessories > Jewelry > Necklaces",
        "material": variant.metal_name,
        "color": variant.metal_slug.capitalize(),
        "size": chain_size(variant),
        "gender": "unisex",
        "age_group": "adult",
    }
    return facts | ({"return_policy_label": "engraved"} if piece.engravable else {})


def _price(pence: int) -> str:
    return f"{pounds_exactly(pence)} GBP"
