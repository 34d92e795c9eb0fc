"""Where we post is said before anything is typed; who lives elsewhere has an answer and a way to ask."""

from urllib.parse import unquote

import pytest
from flask import Flask

from shop.application import create_app
from shop.container import container
from shop.text.postcodes import BEYOND, CHANNEL_ISLANDS, FORCES, ISLE_OF_MAN, NORTHERN_IRELAND
from shop.trader import SAMPLE
from tests.shopper import WORDS, Shopper, form_on, reason_beside, soup

PAGES = ("/", "/pieces", "/pieces/disc", "/pieces/petal", "/basket", "/checkout", "/delivery")
ELSEWHERE = {
    "D02 X285": "Ireland", "10001": "another country", "3000": "another country", "K1A 0B1": "Canada",
    "BT1 1AA": NORTHERN_IRELAND, "im1 1aa": ISLE_OF_MAN, "GY1 1AA": CHANNEL_ISLANDS,
    "JE2 3AB": CHANNEL_ISLANDS,
    "BF1 2AB": FORCES, "BFPO 58": FORCES,
}  # fmt: skip


def posting_to(app: Flask, *places: str) -> Shopper:
    """Somebody in a shop whose owner posts there too."""
    settings = container(app).settings
    said = ", ".join(f'"{place}"' for place in places)
    sample = SAMPLE.read_text(encoding="utf-8")
    (settings.instance_dir / "trader.toml").write_text(
        f"{sample}\nalso_posts_to = [{said}]\n".replace("also_posts_to = []\n", ""), encoding="utf-8"
    )
    return Shopper(create_app(settings))


def test_every_page_says_so_before_anything_is_typed(shopper: Shopper) -> None:
    shopper.add("petal")
    for page in PAGES:
        main = soup(shopper.get(page)).select_one("main")
        assert main is not None
        assert "Great Britain" in " ".join(main.get_text(" ").split()), page


def test_who_lives_elsewhere_is_told_of_the_place_and_can_ask_with_the_basket_kept(shopper: Shopper) -> None:
    shopper.add()
    for typed, place in ELSEWHERE.items():
        answer = shopper.tell_details(postcode=typed)
        assert answer.status_code == 422
        said = reason_beside(answer, "postcode")
        assert f"We cannot post to {place} yet" in said
        assert form_on(answer, "/checkout")[1]["postcode"] == typed, "what was typed is still there"
        (asks,) = soup(answer).select("form .notice a[href^='mailto:']")
        begun = unquote(str(asks["href"]))
        assert f"Could you post this to {place} ({typed})?" in begun
        assert "Disc, Sterling silver" in begun
        assert WORDS["engraving-front-1"] not in begun, "none of their words"
    assert len(shopper.lines()) == 1, "the basket is kept"


def test_what_nobody_can_read_is_asked_again_and_no_place_is_named(shopper: Shopper) -> None:
    shopper.add()
    answer = shopper.tell_details(postcode="Bath")
    assert "It should be like SW1A 1AA" in reason_beside(answer, "postcode")
    assert not soup(answer).select("form .notice a[href^='mailto:']")


@pytest.mark.parametrize(("typed", "meant"), [("ba1iaa", "BA1 1AA"), ("sw1aoaa", "SW1A 0AA")])
def test_a_letter_for_a_figure_is_understood_and_shown_before_paying(
    shopper: Shopper, typed: str, meant: str
) -> None:
    shopper.add()
    assert shopper.tell_details(postcode=typed).status_code == 303
    assert meant in shopper.get("/checkout/payment").text


def test_where_else_we_post_is_the_owners_to_say(app: Flask) -> None:
    somebody = posting_to(app, NORTHERN_IRELAND, FORCES)
    somebody.add()
    assert somebody.tell_details(postcode="bt11aa").status_code == 303
    assert "BT1 1AA" in somebody.get("/checkout/payment").text
    assert somebody.tell_details(postcode="bfpo58").status_code == 303
    assert "BFPO 58" in somebody.get("/checkout/payment").text
    assert somebody.tell_details(postcode="GY1 1AA").status_code == 422
    delivery = " ".join(soup(somebody.get("/delivery")).get_text(" ").split())
    assert f"Great Britain, {NORTHERN_IRELAND} and {FORCES}" in delivery
    assert f"do not yet post to {ISLE_OF_MAN}, {CHANNEL_ISLANDS} or any other country" in delivery
    assert set(BEYOND) == {NORTHERN_IRELAND, FORCES, ISLE_OF_MAN, CHANNEL_ISLANDS}
