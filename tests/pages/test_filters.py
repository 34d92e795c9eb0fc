"""The collection by metal and price: plain links, one address each."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update

from shop.catalogue import page_cache
from shop.catalogue.models import Variant


def soup(client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).text, "html.parser")


def pieces(client, path: str) -> list[str]:
    return [
        link["href"].rpartition("/")[2].partition("?")[0] for link in soup(client, path).select(".card h2 a")
    ]


def chosen(client, path: str) -> list[str]:
    return [link.get_text() for link in soup(client, path).select(".choices [aria-current=true]")]


ALL = ["heart", "two-rings", "disc", "thread", "petal", "keeping"]


@pytest.mark.parametrize(
    ("path", "shown", "marked"),
    [
        ("/pieces", ALL, ["Every metal", "Every price"]),
        ("/pieces?metal=silver", ALL, ["Sterling silver", "Every price"]),
        ("/pieces?price=under-100", ["heart", "disc", "thread", "petal"], ["Every metal", "Under £100"]),
        (
            "/pieces?metal=gold&price=under-100",
            ["thread", "petal"],
            ["18ct gold plated (vermeil) sterling silver", "Under £100"],
        ),
        (
            "/pieces?metal=silver&price=from-100",
            ["two-rings", "keeping"],
            ["Sterling silver", "£100 and over"],
        ),
    ],
)
def test_what_is_chosen_is_shown_and_marked(client, path, shown, marked):
    assert pieces(client, path) == shown
    assert chosen(client, path) == marked


def test_every_link_of_the_filter_leads_to_what_it_says(client):
    for start in ("/pieces", "/pieces?metal=gold&price=under-100"):
        for link in soup(client, start).select(".choices a"):
            assert link.get_text() in chosen(client, link["href"])


def test_gold_is_shown_in_gold_at_its_price(client):
    card = soup(client, "/pieces?metal=gold").select_one(".card")
    assert "heart-gold" in card.select_one("img")["src"]
    assert "£105" in card.get_text()
    assert "£85" not in card.get_text()


@pytest.mark.parametrize(
    "query", ["metal=tin", "price=cheap", "metal=", "metal=tin&price=", "colour=red", "metal=%F0%9F%92%8D"]
)
def test_what_the_shop_does_not_know_is_passed_over(client, query):
    assert client.get(f"/pieces?{query}").data == client.get("/pieces").data


def test_half_of_a_choice_that_is_known_counts(client):
    assert pieces(client, "/pieces?price=under-100&metal=tin&utm=x") == ["heart", "disc", "thread", "petal"]


def test_every_choice_has_one_rendering_and_the_collection_as_its_canonical_address(app, client):
    for query in (
        "price=under-100&metal=gold",
        "metal=gold&price=under-100",
        "metal=gold&price=under-100&x=1",
    ):
        page = soup(client, f"/pieces?{query}")
        assert page.find("link", rel="canonical")["href"] == "http://localhost/pieces"
    stored = [name for name in app.extensions["shop.cached_pages"].current().pages if "?" in name]
    assert stored == ["/pieces?metal=gold&price=under-100"]


def test_a_choice_is_answered_from_memory_and_never_at_another_address(app, client, monkeypatch):
    monkeypatch.setattr(page_cache, "FRESH_SECONDS", 3600)
    found = client.get("/pieces?metal=gold").data
    assert found != client.get("/pieces").data
    assert client.get("/pieces%3Fmetal=gold").status_code == 404
    app.view_functions.clear()
    assert client.get("/pieces?metal=gold").data == found


def test_when_nothing_is_like_that_it_says_so_with_a_way_on(app, client):
    with app.extensions["shop"].database.transaction() as session:
        session.execute(update(Variant).values(price_pence=20_000))
    page = soup(client, "/pieces?metal=silver&price=under-100")
    assert page.select(".card") == []
    assert "no piece like that" in page.main.get_text()
    assert page.select_one(".choices-none a")["href"] == "/pieces"


def test_an_empty_collection_blames_nobody(app, client):
    with app.extensions["shop"].database.transaction() as session:
        session.execute(update(Variant).values(active=False))
    page = soup(client, "/pieces")
    assert "nothing here just now" in page.main.get_text()
    assert client.get("/").status_code == 200
    assert client.get("/hallmarking").status_code == 200
    assert client.get("/feeds/google.xml").status_code == 200
    assert client.get("/styleguide").status_code == 200
