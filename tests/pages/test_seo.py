"""Being found: what machines are told is whole, true, and leads somewhere."""

import json
from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from sqlalchemy import select

from shop import clock, stock
from shop.catalogue import snapshot
from shop.catalogue.models import Piece, Variant
from shop.pages import seo
from tests.pages.conftest import PAGES

SITE = "http://localhost"
G = "{http://base.google.com/ns/1.0}"
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"

NEEDED = {
    "ProductGroup": {"name", "description", "hasVariant", "variesBy", "productGroupID", "brand", "url"},
    "Product": {"sku", "name", "description", "image", "color", "size", "material", "offers", "url"},
    "Offer": {"price", "priceCurrency", "availability", "itemCondition", "url", "seller",
              "hasMerchantReturnPolicy", "shippingDetails"},
    "Brand": {"name"},
    "MerchantReturnPolicy": {"applicableCountry", "returnPolicyCategory", "merchantReturnLink"},
    "OfferShippingDetails": {"shippingRate", "shippingDestination"},
    "MonetaryAmount": {"value", "currency"},
    "DefinedRegion": {"addressCountry"},
    "Organization": {"name", "url", "logo", "contactPoint", "hasMerchantReturnPolicy"},
    "ContactPoint": {"contactType", "email"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "name", "item"},
    "Thing": {"@id"},
}  # fmt: skip
"""By type what search engines ask for; a type that is not here is one nobody meant to write."""

ENUMERATIONS = {
    "availability": {"InStock", "OutOfStock"},
    "itemCondition": {"NewCondition"},
    "returnPolicyCategory": {"MerchantReturnFiniteReturnWindow", "MerchantReturnUnspecified"},
    "returnMethod": {"ReturnByMail"},
    "returnFees": {"ReturnFeesCustomerResponsibility"},
}


def soup(client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).text, "html.parser")


def answers(client, address: str) -> bool:
    """Whether an address of the shop gives what it should (files are closed again)."""
    with client.get(address.removeprefix(SITE)) as answer:
        return answer.status_code == 200


def told(client, path: str) -> list[dict]:
    return [
        json.loads(script.string)
        for script in soup(client, path).select("script[type='application/ld+json']")
    ]


def things(value):
    """Every object in a JSON-LD value that has a type."""
    if isinstance(value, list):
        for each in value:
            yield from things(each)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for each in value.values():
            yield from things(each)


@pytest.mark.parametrize(
    "path", ["/", "/contact", *(f"/pieces/{slug}" for slug in ("heart", "petal", "keeping"))]
)
def test_what_is_told_in_json_ld_has_the_shape_schema_org_gives_it(client, path):
    blocks = told(client, path)
    assert blocks
    for block in blocks:
        assert block["@context"] == "https://schema.org"
        for thing in things(block):
            kind = thing["@type"]
            assert NEEDED[kind] <= thing.keys(), (kind, NEEDED[kind] - thing.keys())
            assert "" not in thing.values(), kind
            for key, allowed in ENUMERATIONS.items():
                if key in thing:
                    assert thing[key].removeprefix("https://schema.org/") in allowed
            for key in ("url", "merchantReturnLink", "logo"):
                if key in thing:
                    assert thing[key].startswith(f"{SITE}/")
                    assert answers(client, thing[key])


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"], indirect=True)
def test_every_variant_is_offered_at_its_price_in_pounds(app, client):
    with app.extensions["shop"].database.reading() as session:
        catalogue = snapshot.load(session)
    for piece in catalogue.pieces:
        product = next(
            block for block in told(client, f"/pieces/{piece.slug}") if block["@type"] == "ProductGroup"
        )
        offers = {
            variant["sku"]: (variant["offers"]["price"], variant["offers"]["priceCurrency"])
            for variant in product["hasVariant"]
        }
        assert offers == {v.sku: (f"{v.price_pence / 100:.2f}", "GBP") for v in piece.variants}


def test_what_is_sold_out_is_told_so(app, client):
    with app.extensions["shop"].database.transaction() as session:
        gone = session.scalars(select(Variant.id).where(Variant.sku == "DISC-GOLD-20")).one()
        stock.adjust(session, gone, -stock.levels(session)[gone].on_hand, reason="damaged", actor="test")
    (product, _) = told(client, "/pieces/disc")
    stands = {
        variant["sku"]: variant["offers"]["availability"].rpartition("/")[2]
        for variant in product["hasVariant"]
    }
    assert stands.pop("DISC-GOLD-20") == "OutOfStock"
    assert set(stands.values()) == {"InStock"}
    feed = {item.find(f"{G}id").text: item.find(f"{G}availability").text for item in items(client)}
    assert feed["DISC-GOLD-20"] == "out_of_stock"
    assert feed["DISC-GOLD-18"] == "in_stock"


def test_only_what_cannot_be_engraved_is_told_to_be_returnable_for_no_reason(client):
    (petal, _), (disc, _) = told(client, "/pieces/petal"), told(client, "/pieces/disc")
    assert petal["hasVariant"][0]["offers"]["hasMerchantReturnPolicy"]["merchantReturnDays"] == 14
    assert "merchantReturnDays" not in disc["hasVariant"][0]["offers"]["hasMerchantReturnPolicy"]
    assert (
        disc["hasVariant"][0]["offers"]["hasMerchantReturnPolicy"]["merchantReturnLink"]
        == f"{SITE}/delivery#cancel"
    )


def test_what_the_owner_writes_cannot_end_the_script(app, client):
    with app.extensions["shop"].database.transaction() as session:
        session.scalars(select(Piece).where(Piece.slug == "disc")).one().summary = '</script><b>"&\u2028'
    (product, _) = told(client, "/pieces/disc")
    assert product["description"] == '</script><b>"&\u2028'
    page = soup(client, "/pieces/disc")
    assert page.find("meta", property="og:description")["content"] == '</script><b>"&\u2028'.strip()
    assert not page.head.find("b")


@pytest.mark.parametrize("path", ["/", "/pieces", "/pieces/disc", *PAGES])
def test_a_public_page_says_where_it_stands_and_how_it_looks_elsewhere(client, path):
    page = soup(client, path)
    assert page.find("link", rel="canonical")["href"] == f"{SITE}{path}"
    said = {tag["property"]: tag["content"] for tag in page.select("meta[property^='og:']")}
    assert said["og:url"] == f"{SITE}{path}"
    assert said["og:title"] == page.title.string
    assert said["og:description"] == page.find("meta", attrs={"name": "description"})["content"]
    assert said["og:image:alt"]
    card = client.get(said["og:image"].removeprefix(SITE))
    assert card.mimetype == said["og:image:type"] == "image/jpeg"
    assert "immutable" in card.headers["Cache-Control"]
    with Image.open(BytesIO(card.data)) as picture:
        assert picture.format == "JPEG"
        assert [str(side) for side in picture.size] == [said["og:image:width"], said["og:image:height"]]
    assert len(card.data) < 150_000


@pytest.mark.parametrize("path", ["/basket", "/nowhere", "/sign-in", "/styleguide"])
def test_a_page_of_one_visitor_has_no_canonical_address_and_no_picture(client, path):
    page = soup(client, path)
    assert not page.find("link", rel="canonical")
    assert not page.select("meta[property^='og:']")


def test_a_refused_form_is_not_the_page_it_shows(app):
    from shop.catalogue import piece_pages

    with app.test_request_context("/basket/lines"), app.extensions["shop"].database.reading() as session:
        text = piece_pages.piece_page(
            snapshot.load(session), "disc", values={}, errors={"variant": "Please choose."}
        )
    page = BeautifulSoup(text, "html.parser")
    assert not page.select("link[rel=canonical], script[type='application/ld+json']")


def test_the_sitemap_lists_what_is_public_and_every_address_answers(app, client):
    seo.also(app, lambda: ["/pieces", "/support"])
    root = ET.fromstring(client.get("/sitemap.xml").data)
    found = [each.text for each in root.iter(LOC)]
    assert len(found) == len(set(found))
    assert {f"{SITE}/", f"{SITE}/pieces", f"{SITE}/pieces/disc", *(SITE + path for path in PAGES)} <= set(
        found
    )
    for address in found:
        path = address.removeprefix(SITE)
        assert client.get(path).status_code == 200, path
        assert not path.startswith(seo.KEPT_OUT), path


def test_the_sitemap_lists_what_other_parts_add(app, client):
    seo.also(app, lambda: ["/journal/a"])
    assert f"{SITE}/journal/a" in client.get("/sitemap.xml").text


def test_crawlers_are_kept_out_of_private_pages_and_told_where_the_map_is(app, client):
    said = client.get("/robots.txt").text.splitlines()
    kept_out = [line.removeprefix("Disallow: ") for line in said if line.startswith("Disallow: ")]
    for path in ("/orders", "/basket", "/checkout", "/wall", "/owner", "/finance", "/charity", "/engravings"):
        assert path in kept_out
    assert f"Sitemap: {SITE}/sitemap.xml" in said
    for rule in app.url_map.iter_rules():
        first = "/" + rule.rule.split("/")[1]
        hidden = any(first == path for path in kept_out)
        assert hidden == (first in seo.KEPT_OUT), rule.rule


@pytest.mark.parametrize(
    "path",
    ["/basket", "/checkout", "/orders/nothing", "/owner/", "/charity/join/x", "/sign-in", "/styleguide"],
)
def test_a_private_page_says_itself_that_it_is_not_to_be_listed(client, path):
    assert client.get(path).headers["X-Robots-Tag"].startswith("noindex")


@pytest.mark.parametrize("path", ["/", "/pieces", "/support", "/ownership"])
def test_a_public_page_does_not(client, path):
    assert "X-Robots-Tag" not in client.get(path).headers


def items(client):
    return list(ET.fromstring(client.get("/feeds/google.xml").data).iter("item"))


def test_the_feed_has_every_variant_with_all_that_google_asks_for(app, client):
    with app.extensions["shop"].database.reading() as session:
        catalogue = snapshot.load(session)
    expected = {variant.sku: variant for piece in catalogue.pieces for variant in piece.variants}
    found = items(client)
    assert {item.find(f"{G}id").text for item in found} == expected.keys()
    for item in found:
        facts = {field.tag.removeprefix(G): field.text for field in item}
        variant = expected[facts["id"]]
        assert facts["price"] == f"{variant.price_pence / 100:.2f} GBP"
        assert facts["identifier_exists"] == "no"
        assert facts["condition"] == "new"
        assert facts["brand"] == "In Remembrance"
        assert len(facts["id"]) <= 50
        assert len(facts["title"]) <= 150
        assert 0 < len(facts["description"]) <= 5000
        assert variant.metal_slug in facts["image_link"]
        assert item.find(f"{G}shipping/{G}price").text.endswith(" GBP")
        assert ("return_policy_label" in facts) == (facts["item_group_id"] != "petal")
        for name in ("link", "image_link"):
            assert urlsplit(facts[name]).netloc == "localhost"
            assert answers(client, facts[name])


def test_the_feed_sells_nothing_with_somebodys_death(client):
    text = client.get("/feeds/google.xml").text.lower()
    assert not [word for word in ("died", "loss", "baby", "cells", "memorial", "grief") if word in text]


def test_a_piece_without_any_picture_is_still_told(app, client):
    from sqlalchemy import delete

    from shop.catalogue.models import Picture

    with app.extensions["shop"].database.transaction() as session:
        disc = session.scalars(select(Piece.id).where(Piece.slug == "disc")).one()
        session.execute(delete(Picture).where(Picture.piece_id == disc))
    item = next(item for item in items(client) if item.find(f"{G}id").text == "DISC-GOLD-18")
    assert not item.find(f"{G}image_link").text


def test_a_choice_that_was_not_changed_is_not_sent_again(client):
    first = client.get("/sitemap.xml")
    assert client.get("/sitemap.xml", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_three_lengths_and_two_metals_are_told_apart_in_the_feed(client):
    told_apart = [
        tuple(item.find(f"{G}{name}").text for name in ("item_group_id", "color", "size"))
        for item in items(client)
    ]
    assert len(told_apart) == len(set(told_apart)) == 36
    assert ("disc", "Gold", "18 inch chain") in told_apart


def test_whoever_finds_a_hole_reads_whom_to_tell_for_less_than_a_year_ahead(client):
    answer = client.get("/.well-known/security.txt")
    assert answer.mimetype == "text/plain"
    said = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert said["Contact"] == "mailto:bench@example.com"
    assert said["Canonical"] == f"{SITE}/.well-known/security.txt"
    until = datetime.fromisoformat(said["Expires"])
    assert timedelta(days=90) < until - clock.now() < timedelta(days=365)


def test_the_sign_of_the_shop_is_there_for_every_kind_of_browser(client):
    head = soup(client, "/").head
    for link, kind, size in (
        (head.find("link", rel="icon", sizes="32x32"), "ICO", (32, 32)),
        (head.find("link", rel="apple-touch-icon"), "PNG", (180, 180)),
    ):
        with Image.open(BytesIO(client.get(link["href"]).data)) as picture:
            assert (picture.format, picture.size) == (kind, size)


@pytest.mark.parametrize("path", ["/share/nobody.jpg", "/share/..%2fdisc.jpg", "/share/disc.png"])
def test_there_is_a_card_of_pieces_alone(client, path):
    assert client.get(path).status_code == 404
