"""One more like a piece in the basket: chosen alike, its words only where they are asked for."""

import pytest

from tests.engines import ONE_ENGINE
from tests.shopper import WORDS, Shopper, form_on, soup

pytestmark = ONE_ENGINE


@pytest.fixture
def basket(shopper: Shopper) -> str:
    """The address of its one line."""
    shopper.add("disc", 4)
    return f"/basket/lines/{shopper.lines()[0]}"


def filled(shopper: Shopper, address: str) -> dict[str, str]:
    _, sent = form_on(shopper.get(address), "/basket/lines")
    return {
        name: text
        for name, text in sent.items(multi=True)
        if text and name not in {"csrf_token", "sign-line"}
    }


def test_it_is_chosen_alike_and_without_words(shopper: Shopper, basket: str) -> None:
    link = soup(shopper.get("/basket")).find("a", href=f"{basket}/another")
    assert link
    assert link.get_text().startswith("One more like this")
    like = filled(shopper, f"{basket}/another")
    assert like == {
        "piece": "disc",
        "variant": str(shopper.variant("disc", 4).id),
        "face": WORDS["face"],
    }


def test_its_words_come_along_where_they_are_asked_for_and_a_dedication_never(
    shopper: Shopper, basket: str
) -> None:
    page = soup(shopper.get(f"{basket}/another"))
    assert page.find("a", string="Start with the same words")["href"] == f"{basket}/another?words=same"
    like = filled(shopper, f"{basket}/another?words=same")
    written = {name: text for name, text in WORDS.items() if name.startswith("engraving-")}
    assert {name: text for name, text in like.items() if name.startswith("engraving-")} == written
    assert "dedication" not in like
    before = shopper.lines()
    shopper.post("/basket/lines", form_on(shopper.get(f"{basket}/another?words=same"), "/basket/lines")[1])
    assert shopper.lines()[0] == before[0]
    assert len(shopper.lines()) == 2


@pytest.mark.parametrize("asked", ["", "?words=", "?words=other", "?words=same&words=other"])
def test_strange_questions_are_answered_like_plain_ones(shopper: Shopper, basket: str, asked: str) -> None:
    assert shopper.get(f"{basket}/another{asked}").status_code == 200


def test_nobody_has_one_more_like_a_line_of_somebody_elses(shopper: Shopper, basket: str) -> None:
    assert Shopper(shopper.app).get(f"{basket}/another").status_code == 404
    shopper.post(f"{basket}/removal", form_on(shopper.get("/basket"), f"{basket}/removal")[1])
    assert shopper.get(f"{basket}/another").status_code == 404
    assert shopper.get("/basket/lines/2147483647/another").status_code == 404
