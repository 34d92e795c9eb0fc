"""The owner puts an order right for a buyer who telephones: the same forms and limits, the reason kept."""

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from shop import privacy
from shop.fulfilment import units
from shop.fulfilment.stages import Action, Remake
from tests.corrections.conftest import Bought
from tests.fulfilment.conftest import OWNER, WORDS, Bench
from tests.shopper import Shopper, changed, form_on, reason_beside, soup

WHY = "The buyer rang: the name has two n."


@pytest.fixture
def owner(app: Flask) -> Shopper:
    return Shopper(app).sign_in("owner")


@pytest.fixture
def page(bought: Bought) -> str:
    return f"/owner/orders/{bought.harness.order(bought.order).reference}"


def looked_at(owner: Shopper, page: str, words: str) -> TestResponse:
    return owner.send(f"{page}/lines/1/words", f"{page}/lines/1/words", {"engraving-front-1": words})


def approves(owner: Shopper, page: str, look: TestResponse, **fields: str) -> TestResponse:
    _, sent = form_on(look, f"{page}/lines/1/words")
    given = {"approve": "y", "acknowledged": "y", "why": WHY, **fields}
    return owner.post(f"{page}/lines/1/words", changed(sent, given))


def kept(bought: Bought) -> list[tuple[str, str, str]]:
    reference = bought.harness.order(bought.order).reference
    with bought.harness.database.reading() as session:
        found = privacy.everything(session, bought.harness.services.vault, reference)["corrections"]
    return [(one["what"], one["by"], one["why"]) for one in found]


def test_words_are_changed_with_the_reason_and_the_buyer_is_told(
    owner: Shopper, bought: Bought, page: str
) -> None:
    assert "Change the words" in owner.get(page).text
    assert approves(owner, page, looked_at(owner, page, "Wrenn")).status_code == 303
    assert bought.words() == ["Wrenn"]
    assert kept(bought) == [("words", "owner@example.com", WHY)]
    assert "words-changed" in bought.harness.emails(bought.order)
    with bought.harness.database.reading() as session:
        for table in ("correction", "unit_step", "order_event", "sealed_text"):
            assert "rang" not in str(session.execute(text(f"SELECT * FROM {table}")).all())


def test_without_a_reason_nothing_is_changed(owner: Shopper, bought: Bought, page: str) -> None:
    answer = approves(owner, page, looked_at(owner, page, "Wrenn"), why="  ")
    assert answer.status_code == 422
    assert "why" in reason_beside(answer, "why")
    assert bought.words() == ["Wren"]


def test_once_engraving_has_begun_other_words_mean_making_it_again(
    owner: Shopper, bought: Bought, bench: Bench, page: str
) -> None:
    look = looked_at(owner, page, "Wrenn")
    bench.act(bought.order, 1, *WORDS[:2])
    assert approves(owner, page, look).status_code == 409
    assert bought.words() == ["Wren"]
    with bench.harness.database.transaction() as session:
        units.act(session, bought.order, 1, Action.REMAKE, actor=OWNER, reason=Remake.WORDS)
    assert approves(owner, page, looked_at(owner, page, "Wrenn")).status_code == 303
    assert bought.words() == ["Wrenn"]


def test_the_address_is_changed_with_the_reason(owner: Shopper, bought: Bought, page: str) -> None:
    place = f"{page}/delivery"
    answer = owner.send(place, place, {"town": "York"})
    assert answer.status_code == 422
    assert reason_beside(answer, "why")
    assert owner.send(place, place, {"town": "York", "why": WHY}).status_code == 303
    contact = bought.opened().contact
    assert contact
    assert contact["town"] == "York"
    assert kept(bought) == [("delivery", "owner@example.com", WHY)]


def test_the_card_is_changed_without_being_opened(owner: Shopper, bought: Bought, page: str) -> None:
    mine = f"{bought.page}/lines/1/dedication"
    bought.buyer.send(mine, mine, {"dedication": "Only for the card"})
    place = f"{page}/lines/1/dedication"
    assert "Only for the card" not in owner.get(place).text
    assert owner.send(place, place, {"dedication": "Other words", "why": WHY}).status_code == 303
    assert bought.opened().lines[0].dedication == "Other words"
    assert kept(bought)[-1] == ("dedication", "owner@example.com", WHY)


@pytest.mark.parametrize("address", ["lines/1/words", "lines/1/dedication", "delivery"])
def test_each_page_is_part_of_the_workshop(owner: Shopper, bought: Bought, page: str, address: str) -> None:
    shown = soup(owner.get(f"{page}/{address}"))
    assert shown.select("nav[aria-label=Workshop]")
    assert shown.find(id="main")
    assert bought.order
