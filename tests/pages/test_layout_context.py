"""The frame: the same help in the same place everywhere, and no link to a page that is not there."""

from bs4 import BeautifulSoup
from flask import Flask

from shop.catalogue import page_cache
from shop.pages import layout_context


def frame_of(client, path: str) -> tuple[list[str], str]:
    page = BeautifulSoup(client.get(path).text, "html.parser")
    for marked in page.select("[aria-current]"):
        del marked["aria-current"]
    links = [link["href"] for link in page.select(".site-nav a")]
    return links, str(page.footer)


def test_help_stands_in_the_same_place_on_every_page(client):
    first = frame_of(client, "/")
    for path in ("/pieces", "/pieces/disc", "/support", "/basket", "/nowhere", "/styleguide/errors/500"):
        assert frame_of(client, path) == first, path
    assert "Talk to a person" in first[1]
    assert "If today is hard" in first[1]
    assert 'href="/support"' in first[1]
    assert 'href="mailto:' in first[1]


def test_the_navigation_has_what_the_shop_has_in_its_own_order(app, client):
    there = {rule.rule for rule in app.url_map.iter_rules()}
    links, _ = frame_of(client, "/")
    assert links == [address for _, _, address in layout_context.NAVIGATION if address in there]
    assert links[0] == "/pieces"
    assert links[-2:] == ["/support", "/basket"]


def test_a_page_that_is_not_there_is_not_linked_to():
    app = Flask("empty")
    app.add_url_rule("/story", "story", lambda: "")
    app.add_url_rule("/giving", "giving", lambda: "", methods=["POST"])
    assert layout_context._here(app, layout_context.NAVIGATION) == (("story", "Story", "/story"),)


def test_the_page_one_is_on_is_marked(client):
    page = BeautifulSoup(client.get("/support").text, "html.parser")
    assert [link.get_text() for link in page.select(".site-nav [aria-current=page]")] == ["Support"]
    page = BeautifulSoup(client.get("/privacy").text, "html.parser")
    assert [link.get_text() for link in page.select(".site-foot [aria-current=page]")] == ["Privacy"]


def test_pages_of_the_frame_are_answered_from_memory(app, client, monkeypatch):
    monkeypatch.setattr(page_cache, "FRESH_SECONDS", 3600)  # a busy machine is no finding
    client.get("/support")
    app.view_functions.clear()
    assert client.get("/support").status_code == 200


def test_a_real_seller_is_described_with_an_address_and_a_sample_without():
    from dataclasses import replace
    from pathlib import Path

    from shop import trader

    sample = trader.load(Path("/nowhere"), livemode=False)
    assert "address" not in layout_context.organization(sample, "https://a.example")
    real = layout_context.organization(replace(sample, sample=False, vat_number="GB1"), "https://a.example")
    assert real["address"]["streetAddress"].startswith("1 Sample Street")
    assert real["vatID"] == "GB1"
    assert "vatID" not in layout_context.organization(replace(sample, sample=False), "https://a.example")
