"""One drawing: the picture with the words in its metal, wherever a unit is shown, and the plain proof."""

import re
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from shop.catalogue import snapshot
from shop.catalogue.engraved_pictures import engraved_unit
from shop.checkout.line_item_form import read_choice
from tests.shopper import Shopper, harness_of, soup

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)

LONG = "wherever you go, I go with you, always"


def check(page: BeautifulSoup, files: list[str], quoted: list[list[str]]) -> None:
    """Each picture with what is laid over it: outlines that stand on the page, and not a letter as text."""
    shown = page.select(".engraved")
    assert [re.search(r"catalogue/(\S+?)-\d+\.webp", str(each.img))[1] for each in shown] == files
    for each, words in zip(shown, quoted, strict=True):
        assert re.findall("“(.+?)”", each.img["alt"]) == words
        drawn = each.select_one("svg")
        assert drawn.find(id=True, recursive=True), "it has no light of its own"
        for use in drawn.select("use"):
            assert page.find(id=use["href"].removeprefix("#")).select("path"), (
                "what it shows is not on the page"
            )
        assert drawn.select("use") or drawn.select("path")
        assert not any(word in drawn.text for word in words)
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))


def test_basket_last_look_thanks_order_and_bench_show_the_piece_in_its_metal_with_its_words(
    app: Flask,
) -> None:
    buyer, harness = Shopper(app), harness_of(app)
    assert buyer.add("disc").status_code == 303
    gold = {"engraving_large_1": LONG, "engraving_small_1": "Łukasz", "face": "cormorant-sc"}
    assert buyer.add("two-rings", 3, **gold).status_code == 303
    files = ["disc-silver-front", "disc-silver-back", "two-rings-gold-front"]
    words = [["Caoimhe", "14 May"], ["Síle"], [LONG, "Łukasz"]]
    check(soup(buyer.get("/basket")), files, words)
    buyer.tell_details()
    check(soup(buyer.get("/checkout/payment")), files, words)
    session = buyer.press_pay().headers["Location"].rpartition("/")[2]
    harness.pays(1)
    harness.deliver_webhooks()
    thanks = soup(buyer.get(f"/checkout/thanks?session_id={session}"))
    check(thanks, files, words)
    order = re.search(r'/orders/[\w-]+(?=")', str(thanks))[0]
    check(soup(buyer.get(order)), files, words)
    reference = re.search(r"PM-\w{4}-\w{2}", thanks.text)[0]
    bench = soup(Shopper(app).sign_in("owner").get(f"/owner/orders/{reference}"))
    check(bench, files, words)


def test_the_plain_proof_has_both_rings_at_their_true_sizes_turned_as_on_the_picture(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add("two-rings", engraving_large_1=LONG, engraving_small_1="Łukasz", face="cormorant-sc")
    page = soup(buyer.get("/basket"))
    proof = page.select_one(".line-proof")
    assert proof.select_one("p").text == "Exactly what is cut"
    (sheet,) = proof.select("svg")
    edges = [[float(x) for x in re.findall(r"[-\d.]+", edge["d"])] for edge in sheet.select(".edge")]
    wide = [max(edge[::2]) - min(edge[::2]) for edge in edges]
    assert wide == pytest.approx([20, 14], abs=0.1)
    turned = [
        turn
        for group in sheet.select("g[transform]")
        for turn in re.findall(r"rotate\((-?\d+)\)$", group["transform"])
        if group.find(id=True)
    ]
    over = [
        turn
        for group in page.select(".engraved g[transform]")
        for turn in re.findall(r"rotate\((-?\d+)\)$", group["transform"])
    ]
    assert over
    assert set(over) <= set(turned)


def test_a_piece_that_is_no_longer_shown_leaves_the_plain_proof(app: Flask) -> None:
    with app.extensions["shop"].database.reading() as session:
        catalogue = snapshot.load(session)
    piece = catalogue.by_slug["disc"]
    asked = {"variant": str(piece.variants[0].id), "face": "marcellus", "engraving-front-1": "Zoë"}
    engraving = read_choice(catalogue, asked).engraving
    alone = engraved_unit(None, "silver", piece.sides, engraving, id_="gone")
    assert alone.pictures == []
    assert ET.fromstring(alone.proof).get("role") == "img"
    assert engraved_unit(piece, "silver", piece.sides, None, id_="plain").proof == ""
    other = engraved_unit(piece, "platinum", piece.sides, engraving, id_="other")
    assert other.pictures == [], "silver is not shown for another metal"
