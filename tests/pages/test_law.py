"""What the law asks of pages, and that they say it as the code does it."""

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update

from shop import retention
from shop.accounts import devices, rate_limit, session_cookie, sessions
from shop.application import create_app
from shop.catalogue.models import Variant
from shop.catalogue.postage import SERVICES
from shop.checkout import basket_store, cookie
from shop.money import pounds_and_pence
from tests.pages.conftest import PAGES


def soup(client, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).text, "html.parser")


def words(client, path: str) -> str:
    return " ".join(soup(client, path).main.get_text(" ").split())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_has_one_heading_and_a_title_that_gives_nothing_away(client, path):
    page = soup(client, path)
    assert len(page.select("h1")) == 1
    assert page.title.string.endswith(" · Part of Me")
    assert not re.search(r"remembrance|died|loss|grief|baby|bereave", page.title.string, re.IGNORECASE)
    assert page.find("meta", attrs={"name": "description"})["content"]


@pytest.mark.parametrize("path", [*PAGES, "/pieces?metal=gold", "/styleguide"])
def test_nothing_is_shouted_promised_or_glossed_over(client, path):
    text = words(client, path)
    assert "!" not in text
    assert not re.search(r"at least|passed away|angel|heaven|perfect gift|hurry", text, re.IGNORECASE)
    assert not re.search(r"no refunds", text, re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_speaks_of_the_donation_only_as_the_policy_does(app, client, path):
    app.extensions["shop"] = replace(app.extensions["shop"], statement=lambda session: None)
    text = words(client, path)
    assert "£5" not in text
    assert not re.search(
        r"we give|goes to|donat", text.replace("The donation of each piece in our ledger", "")
    )


def test_the_terms_carry_the_statement_of_the_policy_in_force(app, client):
    app.extensions["shop"] = replace(
        app.extensions["shop"], statement=lambda session: "We give what the policy says."
    )
    assert "We give what the policy says." in words(client, "/terms")


def test_the_right_to_cancel_is_told_for_each_kind_of_piece(client):
    rows = [row.get_text(" ", strip=True) for row in soup(client, "/delivery").select("#cancelling tbody tr")]
    assert len(rows) == 3
    assert "14 days" in rows[0]
    assert "Until we begin" in rows[1]
    assert "unless something is wrong" in rows[2]
    assert "within 30 days of its arrival" in words(client, "/delivery")


def test_the_model_form_has_every_part_of_the_model_on_the_page_and_as_text(client):
    page, text = (
        words(client, "/delivery"),
        " ".join(client.get("/delivery/cancellation-form.txt").text.split()),
    )
    for part in (
        "I/We* hereby give notice that I/We* cancel my/our* contract of sale of the following goods",
        "Ordered on*/received on*",
        "Name of consumer(s)",
        "Address of consumer(s)",
        "Signature of consumer(s) (only if this form is notified on paper)",
        "Date",
        "Delete as appropriate",
        "bench@example.com",
        "Sample Jewellery Limited",
    ):
        assert part in page, part
        assert part in text, part


def test_postage_is_what_the_checkout_asks_for(client):
    text = words(client, "/delivery")
    for service in SERVICES.values():
        assert service.name in text
        assert pounds_and_pence(service.pence) in text


def test_the_privacy_page_tells_every_time_that_the_code_goes_by(client):
    text = words(client, "/privacy")
    for kept in retention.KEPT:
        assert kept.how_long in text, kept.what
        assert kept.why in text
        assert kept.basis in text
    assert retention.BASKET.lasts == basket_store.KEPT_FOR
    assert retention.TRIES.lasts == rate_limit.KEEP
    assert retention.STAFF.lasts == sessions.LONGEST
    assert "7 days after you last used it" in text
    assert "90 days after the piece has arrived; at once if you ask" in text
    assert "30 days after it was last changed" in text
    assert "6 years after the order" in text
    assert "1 hour after the last try" in text


def test_what_has_no_end_has_no_length():
    with pytest.raises(ValueError, match="no end"):
        retention.lasts(retention.DONATIONS)


@pytest.mark.parametrize("site", ["http://localhost", "https://shop.example"])
def test_the_privacy_page_names_every_cookie_the_shop_sets(settings, site):
    app = create_app(replace(settings, site_url=site))
    named = {cell.get_text() for cell in soup(app.test_client(), "/privacy").select("#cookies tbody th")}
    with app.test_request_context():
        set_here = {
            cookie.name(),
            session_cookie.cookie_name(),
            devices.cookie_name(),
            app.config["SESSION_COOKIE_NAME"],
            cookie.COUNT_COOKIE,
        }
    app.extensions["shop"].database.dispose()
    assert named == set_here


def test_a_complaint_has_a_way_a_time_and_a_regulator(client):
    text = words(client, "/privacy")
    assert "Within 30 days you hear that we have it" in text
    assert soup(client, "/privacy").find("a", href=re.compile(r"^https://ico\.org\.uk/"))


def test_every_weight_and_whether_it_needs_a_hallmark_is_told(app, client):
    rows = [
        [cell.get_text() for cell in row.find_all(["th", "td"])]
        for row in soup(client, "/hallmarking").select("#grams tbody tr")
    ]
    assert len(rows) == 12
    assert rows[0] == ["Heart", "Sterling silver", "3.6 to 4.0", "Not needed"]
    assert "7.78 g" in words(client, "/hallmarking")
    with app.extensions["shop"].database.transaction() as session:
        session.execute(update(Variant).where(Variant.sku == "HEART-SILVER-20").values(hallmarked=True))
        session.execute(update(Variant).where(Variant.sku.like("DISC-%")).values(hallmarked=True))
    app.extensions["shop.cached_pages"]._known = None
    told = [
        row.find_all("td")[-1].get_text() for row in soup(client, "/hallmarking").select("#grams tbody tr")
    ]
    assert told[0] == "On the heavier chains"
    assert told[4:6] == ["Yes", "Yes"]
    assert "hallmarked on the heavier chains" in words(client, "/pieces/heart")
    assert "below the weight" not in words(client, "/pieces/disc")


def test_gold_is_never_said_without_plated_and_silver(client):
    for path in ("/", "/hallmarking", "/pieces", "/pieces?metal=gold", "/pieces/disc"):
        for metal in re.findall(r"18ct gold[^.,;]*", words(client, path)):
            assert "plated (vermeil) sterling silver" in metal


def test_the_councils_notice_is_linked_once_the_owner_has_it(app, client):
    from dataclasses import replace

    assert "will be shown here" in words(client, "/hallmarking")
    seller = app.jinja_env.globals["trader"]
    app.jinja_env.globals["trader"] = replace(seller, notice="icon.svg")
    app.extensions["shop.cached_pages"]._known = None
    link = soup(client, "/hallmarking").find("a", string=re.compile("dealer’s notice"))
    assert client.get(link["href"]).status_code == 200
