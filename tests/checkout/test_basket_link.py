"""A basket is opened on another device by a link that ends, and what was in that one's own is not lost."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from shop import backup, clock
from shop.basket_links import basket_links
from shop.basket_links.models import BasketLink
from shop.checkout import basket_store
from shop.worker import Worker
from tests.shopper import WORDS, Shopper, changed, form_on, harness_of, reason_beside, soup
from tests.test_worker import work_of

PAGE = "/basket/link"
both_databases = pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])


def link_of(who: Shopper) -> str:
    """Makes a link to this browser's basket; gives its path."""
    assert who.send(PAGE, PAGE).location == PAGE
    return shown(who)


def shown(who: Shopper) -> str:
    """The path of the link that its browser shows."""
    field = soup(who.get(PAGE)).find(id="address")
    assert field
    return str(field["value"]).removeprefix("http://localhost")


def takes(who: Shopper, link: str) -> int:
    return who.send(link, link).status_code


def words_in(who: Shopper) -> list[str]:
    return [quote.text for quote in soup(who.get("/basket")).select("dl.words q")]


def rows(who: Shopper) -> int:
    with who.database.reading() as session:
        return session.scalar(select(func.count()).select_from(BasketLink)) or 0


def emails(who: Shopper) -> list:
    files = sorted((who.app.extensions["shop"].settings.instance_dir / "mail").glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


@both_databases
def test_the_basket_opens_on_another_device_with_its_words_and_its_address(app: Flask) -> None:
    phone, laptop = Shopper(app), Shopper(app)
    phone.add()
    phone.tell_details()
    link = link_of(phone)
    offered = laptop.get(link).text
    assert "a basket with one piece" in offered
    assert "Caoimhe" not in offered, "a program that follows links reads no word"
    assert laptop.lines() == [], "and takes nothing"
    assert takes(laptop, link) == 303
    assert words_in(laptop) == words_in(phone) == ["Caoimhe", "14 May", "Síle"]
    assert form_on(laptop.get("/checkout"))[1]["name"] == "Ada Byron"
    assert (takes(laptop, link), len(laptop.lines())) == (303, 1), "taken twice, it is there once"


@both_databases
def test_what_was_in_the_other_devices_own_basket_is_in_it_too(app: Flask) -> None:
    phone, laptop = Shopper(app), Shopper(app)
    phone.add()
    laptop.add("petal")
    laptop.add(engraving_front_1="Wren", dedication="Another")
    laptop.tell_details(name="Grace Hopper")
    link = link_of(phone)
    assert "2 pieces in this browser" in laptop.get(link).text
    assert takes(laptop, link) == 303
    assert len(laptop.lines()) == len(phone.lines()) == 3
    assert "Wren" in words_in(phone)
    assert form_on(phone.get("/checkout"))[1]["name"] == "Grace Hopper", "as there was no address yet"


def test_more_than_a_basket_holds_is_refused_and_nothing_changes(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basket_store, "MOST_LINES", 2)
    phone, laptop = Shopper(app), Shopper(app)
    for who in (phone, laptop):
        who.add("petal")
        who.add("petal")
    link = link_of(phone)
    answer = laptop.send(link, link)
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.text
    assert (len(phone.lines()), len(laptop.lines())) == (2, 2)


def test_an_open_payment_page_of_the_other_basket_is_closed_before_they_are_joined(app: Flask) -> None:
    phone, laptop = Shopper(app), Shopper(app)
    phone.add("petal")
    laptop.to_payment()
    assert laptop.press_pay().status_code == 303
    assert takes(laptop, link_of(phone)) == 303
    assert len(laptop.lines()) == 2
    assert harness_of(app).level("disc").reserved == 0


def test_what_was_bought_is_not_opened_again(app: Flask) -> None:
    phone, laptop = Shopper(app), Shopper(app)
    phone.to_payment("petal")
    link = link_of(phone)
    phone.press_pay()
    harness = harness_of(app)
    harness.pays(1)
    harness.sync(1)
    assert "has been ordered" in laptop.get(link).text
    assert phone.get(PAGE).location == "/basket"


def test_the_link_ends_by_itself_by_its_button_and_by_another(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, laptop = Shopper(app), Shopper(app)
    phone.add("petal")
    _, button = form_on(phone.get(PAGE), PAGE)
    first = link_of(phone)
    phone.send(PAGE, f"{PAGE}/removal")
    second = link_of(phone)
    phone.post(PAGE, button)  # in a tab that was open before
    third = shown(phone)
    assert [laptop.get(link).status_code for link in (first, second, third)] == [410, 410, 200]
    later = clock.now() + basket_links.LASTS + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert laptop.get(third).status_code == 410
    assert laptop.post(third, {}).status_code in {303, 400}
    Worker(app)._forget()
    assert rows(phone) == 0


@both_databases
def test_the_e_mail_has_the_link_and_no_word_and_its_address_is_forgotten(app: Flask) -> None:
    phone = Shopper(app)
    phone.add()
    answer = phone.send(PAGE, f"{PAGE}/emails", {"email": "ada@example.com"})
    assert answer.location == f"{PAGE}?sent"
    with phone.database.reading() as session:
        row = str(session.execute(text("SELECT * FROM basket_link")).all())
    link = shown(phone)
    token = phone.client.get_cookie("basket")
    assert token is not None
    assert not {"ada@", token.value, link.rpartition("/")[2]} & set(row.split("'"))
    lane = work_of(Worker(app), "basket links")
    assert [lane.do(), lane.do()] == [True, False]
    (sent,) = emails(phone)
    assert (sent["To"], sent["Subject"]) == ("ada@example.com", "The link you asked for")
    plain = sent.get_body(("plain",)).get_content()
    assert link in plain
    assert not [word for word in (*WORDS.values(), "Disc") if word in plain and word != "marcellus"]
    with phone.database.reading() as session:
        kept = session.scalars(select(BasketLink)).one()
        assert (kept.email_key_id, kept.email_sealed, kept.email_due_at) == (None, None, None)
    assert takes(Shopper(app), link) == 303


def test_a_mailbox_is_sent_a_few_an_hour_from_wherever_they_are_asked_for(app: Flask) -> None:
    phone = Shopper(app)
    phone.add("petal")
    _, sent = form_on(phone.get(PAGE), f"{PAGE}/emails")
    asked = changed(sent, {"email": "ada@example.com"})
    answers = [
        phone.client.post(f"{PAGE}/emails", data=asked, environ_base={"REMOTE_ADDR": f"198.51.100.{n}"})
        for n in range(7)
    ]
    assert [answer.status_code for answer in answers] == [303] * 6 + [429]
    assert "several times" in reason_beside(answers[-1], "email")


def test_an_e_mail_that_waits_in_a_copy_that_was_brought_back_is_not_sent(app: Flask) -> None:
    phone = Shopper(app)
    phone.add("petal")
    phone.send(PAGE, f"{PAGE}/emails", {"email": "ada@example.com"})
    with phone.database.transaction() as session:
        backup.drop_unsent(session)
    assert not work_of(Worker(app), "basket links").do()


def test_a_link_of_an_empty_basket_or_of_none_is_not_made(shopper: Shopper) -> None:
    assert shopper.get(PAGE).location == "/basket"
    shopper.add("petal")
    _, button = form_on(shopper.get(PAGE), PAGE)
    shopper.send("/basket", f"/basket/lines/{shopper.lines()[0]}/removal")
    assert shopper.post(PAGE, button).status_code == 404
