"""The public pages: what they say, to whom, how fresh, and how little they send again."""

import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, update

from shop import stock
from shop.catalogue import piece_pages, snapshot
from shop.catalogue.models import Picture, Piece, Variant
from shop.catalogue.postage import CHEAPEST
from shop.engraving import check
from shop.money import pounds_and_pence
from shop.web import valid_public_token
from tests.catalogue.conftest import SAID
from tests.engines import ONE_ENGINE

PUBLIC = ["/", "/pieces", "/pieces/disc", "/pieces/petal"]


def soup(response):
    return BeautifulSoup(response.text, "html.parser")


def variant_of(app, sku):
    with app.extensions["shop"].database.reading() as session:
        return session.scalars(select(Variant).where(Variant.sku == sku)).one()


@ONE_ENGINE
@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_answers_and_its_title_gives_nothing_away(client, path):
    response = client.get(path)
    assert response.status_code == 200
    title = soup(response).title.string
    assert title.endswith("Part of Me")
    assert not re.search(r"remembrance|died|loss|grief|baby", title, re.IGNORECASE)


def test_the_collection_links_to_every_piece_with_its_price(client):
    page = soup(client.get("/pieces"))
    assert [a["href"] for a in page.select(".card h2 a")] == [
        f"/pieces/{slug}" for slug in ("heart", "two-rings", "disc", "thread", "petal", "keeping")
    ]
    assert "From £84" in page.get_text()


def test_the_collection_in_gold_shows_gold_asks_golds_price_and_opens_gold(client):
    cards = soup(client.get("/pieces?metal=gold")).select(".card")
    disc = next(card for card in cards if card.h2.get_text() == "Disc")
    assert "disc-gold-front" in disc.img["src"]
    assert disc.select_one(".card-price").get_text(strip=True) == "£104"
    assert disc.a["href"] == "/pieces/disc?metal=gold"
    page = soup(client.get(disc.a["href"]))
    assert {view["data-shows"] for view in page.select("[data-shows][data-first]")} == {"gold"}
    assert page.select_one(".costs > :first-child").string == "£104"
    assert page.select_one(".metal-name").get_text().startswith("18ct gold")
    assert not page.select("input[name=variant][checked]"), "no chain is chosen for the buyer"
    assert page.find("link", rel="canonical")["href"].endswith("/pieces/disc")


def test_every_offer_elsewhere_opens_its_own_choice(client):
    facts = json.loads(soup(client.get("/pieces/disc")).find("script", type="application/ld+json").string)
    feed = ET.fromstring(client.get("/feeds/google.xml").data)
    linked = {link.text for link in feed.iter("{http://base.google.com/ns/1.0}link")}
    for offer in [variant["offers"] | {"sku": variant["sku"]} for variant in facts["hasVariant"]]:
        assert offer["url"] in linked
        page = soup(client.get(offer["url"].removeprefix(facts["url"].removesuffix("/pieces/disc"))))
        chosen = page.select_one("input[name=variant][checked]")
        assert offer["sku"] == f"DISC-{chosen['data-metal'].upper()}-{chosen.parent.get_text().split()[0]}"
        said = page.select_one(".costs > :first-child")
        assert said.string == f"£{offer['price'].removesuffix('.00')}"
        assert said["data-cost"] == chosen["data-costs"]


def test_a_form_in_gold_comes_back_in_gold_with_golds_price_first(app, client):
    page = client.get("/pieces/disc")
    sent = {
        "csrf_token": soup(page).find("input", {"name": "csrf_token"})["value"],
        "piece": "disc",
        "variant": str(variant_of(app, "DISC-GOLD-18").id),
        "engraving-front-1": "Siân",
    }
    for answer in (
        client.post("/basket/lines", data=sent | {"preview": "words"}),
        client.post("/basket/lines", data=sent | {"wall": "1"}),
    ):
        assert soup(answer).select_one(".costs > :first-child").string == "£104"
        shown = {view["data-shows"] for view in soup(answer).select("[data-shows][data-first]")}
        assert shown == {"gold"}, answer.status_code


@ONE_ENGINE
def test_what_a_piece_does_not_come_in_is_passed_over(client):
    plain = client.get("/pieces/disc").text
    for asked in ("metal=tin", "variant=HEART-GOLD-18", "variant=&metal=", "gclid=1"):
        assert client.get(f"/pieces/disc?{asked}").text == plain


@ONE_ENGINE
def test_the_form_has_a_field_for_every_line_and_its_own_names(client):
    form = soup(client.get("/pieces/disc")).find("form", class_="piece-form")
    names = {field["name"] for field in form.select("input[name], textarea")}
    assert names == {
        "csrf_token",
        "piece",
        "variant",
        "face",
        "dedication",
        "wall",
        "wall-name",
        "engraving-front-1",
        "engraving-front-2",
        "engraving-back-1",
        "engraving-back-2",
        "engraving-back-3",
    }
    assert form["action"] == "/basket/lines"
    assert not form.select("input[name=variant][checked]"), "nothing is chosen for the buyer"


@ONE_ENGINE
def test_petal_asks_for_no_words(client):
    names = {
        field["name"] for field in soup(client.get("/pieces/petal")).select("main input[name], main textarea")
    }
    assert names == {"csrf_token", "piece", "variant", "dedication", "wall", "wall-name"}


@ONE_ENGINE
def test_the_form_says_when_an_engraved_piece_can_no_longer_be_cancelled(client):
    assert "After that, an engraved piece cannot be cancelled" in client.get("/pieces/disc").text
    assert "send it back within 14 days" in client.get("/pieces/petal").text


def test_the_form_token_is_one_that_the_shop_accepts(app, client):
    token = soup(client.get("/pieces/disc")).find("input", attrs={"name": "csrf_token"})["value"]
    with app.app_context():
        assert valid_public_token(token)


@ONE_ENGINE
def test_an_unknown_piece_is_not_found(client):
    assert client.get("/pieces/brooch").status_code == 404


def test_an_unpublished_piece_is_gone_within_a_second(app, client, pass_time):
    assert client.get("/pieces/disc").status_code == 200
    with app.extensions["shop"].database.transaction() as session:
        session.execute(update(Piece).where(Piece.slug == "disc").values(published=False))
    pass_time(1.01)
    assert client.get("/pieces/disc").status_code == 404
    assert "/pieces/disc" not in client.get("/pieces").text


@ONE_ENGINE
def test_a_new_price_shows_within_a_second(app, client, pass_time):
    assert "£84" in client.get("/pieces/disc").text
    with app.extensions["shop"].database.transaction() as session:
        session.execute(update(Variant).values(price_pence=9150))
    pass_time(1.01)
    page = client.get("/pieces/disc").text
    assert "£91.50" in page
    assert "£84" not in page


def test_what_is_sold_out_cannot_be_chosen_and_no_number_is_ever_shown(app, client):
    gone = variant_of(app, "DISC-GOLD-20")
    with app.extensions["shop"].database.transaction() as session:
        stock.adjust(session, gone.id, -5, reason="damaged", actor="test")
    page = soup(client.get("/pieces/disc"))
    tile = page.find("input", attrs={"name": "variant", "value": str(gone.id)})
    assert tile.has_attr("disabled")
    assert "Sold out for now" in tile.parent.get_text()
    assert not re.search(r"only \d|\d+ left|hurry|last few|in stock", page.main.get_text(" "), re.IGNORECASE)


def test_a_piece_of_which_nothing_is_left_has_no_button(app, client):
    with app.extensions["shop"].database.transaction() as session:
        for variant_id, level in stock.levels(session).items():
            stock.adjust(session, variant_id, -level.on_hand, reason="damaged", actor="test")
    page = soup(client.get("/pieces/heart"))
    assert page.select(".form-end button") == []
    assert "Sold out for now" in soup(client.get("/pieces")).get_text()


@ONE_ENGINE
@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_the_same_for_everyone(app, path):
    mine, theirs = app.test_client(), app.test_client()
    theirs.set_cookie("basket_items", "3")
    first, second = mine.get(path), theirs.get(path)
    assert first.data == second.data
    assert "Set-Cookie" not in first.headers
    assert "Set-Cookie" not in second.headers
    assert "Cookie" not in first.headers["Vary"]


@ONE_ENGINE
@pytest.mark.parametrize("path", PUBLIC)
def test_without_a_policy_nothing_is_claimed_of_giving(client, path):
    page = client.get(path).text
    assert "donation" not in page
    assert not re.search(r"charity|PANDAS|we give|goes to", page, re.IGNORECASE)


@ONE_ENGINE
@pytest.mark.parametrize("path", PUBLIC)
def test_with_a_policy_its_statement_stands_on_every_page(client, said, path):
    assert said in client.get(path).text


@pytest.mark.parametrize("path", PUBLIC)
def test_it_stands_there_once(client, said, path):
    assert [line.get_text() for line in soup(client.get(path)).select(".donation")] == [said]


@ONE_ENGINE
def test_delivery_stands_beside_the_price(client):
    for path in ("/pieces", "/pieces/disc", "/pieces/petal"):
        assert (
            f"elivery from {pounds_and_pence(CHEAPEST.pence)} within Great Britain" in client.get(path).text
        )


@ONE_ENGINE
def test_the_statement_disappears_within_a_second_of_its_policy(app, client, said, pass_time):
    assert said in client.get("/pieces").text
    app.extensions["shop"] = replace(app.extensions["shop"], statement=lambda session: None)
    pass_time(1.01)
    assert said not in client.get("/pieces").text


@ONE_ENGINE
def test_a_page_the_browser_already_has_is_not_sent_again(client):
    first = client.get("/pieces/disc")
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get("/pieces/disc", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert client.get("/pieces/disc", headers={"If-None-Match": 'W/"other"'}).status_code == 200


@ONE_ENGINE
def test_unchanged_pages_are_rendered_once(app, client, monkeypatch, pass_time):
    rendered = []
    monkeypatch.setattr(piece_pages, "pieces_page", lambda *shown: rendered.append(shown) or "page")
    client.get("/pieces")
    pass_time(1.01)
    client.get("/pieces")
    assert len(rendered) == 1


def test_a_refused_form_is_shown_again_with_all_that_was_typed(app):
    with app.test_request_context(), app.extensions["shop"].database.reading() as session:
        catalogue = snapshot.load(session)
        chosen = catalogue.by_slug["disc"].variants[4].id
        page = piece_pages.piece_page(
            catalogue,
            "disc",
            values={
                "variant": str(chosen),
                "engraving-front-1": 'Zoë "Zo" <3',
                "face": "marcellus",
                "dedication": "  For you & me\n",
            },
            errors={"engraving-front-1": "Great Vibes has no <."},
        )
    found = BeautifulSoup(page, "html.parser")
    assert found.title.string.startswith("Error: ")
    assert found.select_one(".summary a")["href"] == "#engraving-front-1"
    field = found.find(id="engraving-front-1")
    assert field["value"] == 'Zoë "Zo" <3'
    assert field["aria-invalid"] == "true"
    assert found.find(id=field["aria-describedby"].split()[0]).get_text() == "Error: Great Vibes has no <."
    assert found.find("textarea").text.removeprefix("\n") == "  For you & me\n"
    assert found.select_one("input[name=variant][checked]")["value"] == str(chosen)
    assert found.select_one("input[name=face][checked]")["value"] == "marcellus"


def test_a_form_for_a_piece_that_is_not_there_is_refused(app):
    with app.test_request_context(), app.extensions["shop"].database.reading() as session:
        catalogue = snapshot.load(session)
        with pytest.raises(piece_pages.UnknownPiece, match="brooch"):
            piece_pages.piece_page(catalogue, "brooch", values={}, errors={})


def test_every_link_of_an_error_leads_to_a_field(app):
    errors = dict.fromkeys(["variant", "face", "dedication", "engraving-back-3"], "Please look at this.")
    with app.test_request_context(), app.extensions["shop"].database.reading() as session:
        page = piece_pages.piece_page(snapshot.load(session), "disc", values={}, errors=errors)
    found = BeautifulSoup(page, "html.parser")
    links = [a["href"].removeprefix("#") for a in found.select(".summary a")]
    assert links == list(errors)
    assert all(found.find(id=link).name in {"input", "textarea"} for link in links)


@ONE_ENGINE
def test_pages_hold_no_inline_script_or_style(client, said):
    for path in PUBLIC:
        page = soup(client.get(path))
        assert not page.select("[style], style, script:not([src]):not([type='application/ld+json'])")
        assert not [e for e in page.find_all() if any(name.startswith("on") for name in e.attrs)]
    assert said == SAID


def test_the_face_chosen_at_first_is_one_that_an_ordinary_name_fits_in(app, client):
    with app.extensions["shop"].database.reading() as session:
        catalogue = snapshot.load(session)
    for slug in ("heart", "two-rings", "disc", "thread", "keeping"):
        chosen = soup(client.get(f"/pieces/{slug}")).find("input", {"name": "face", "checked": True})
        areas = catalogue.by_slug[slug].sides
        assert check(areas, chosen["value"], {(area.key, 1): "Abigail" for area in areas}), slug


@ONE_ENGINE
def test_gold_says_when_a_picture_was_taken_of_silver_alone(app, client, pass_time):
    assert soup(client.get("/pieces/disc")).select("p[data-shows]") == []
    with app.extensions["shop"].database.transaction() as session:
        session.execute(update(Picture).where(Picture.alt.contains("clasp")).values(metal_id=None))
    pass_time(1.01)
    (note,) = soup(client.get("/pieces/disc")).select("p[data-shows=gold]")
    assert note.get_text(strip=True) == "The clasp is shown in sterling silver."
