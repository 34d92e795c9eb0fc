"""The wall from end to end: ticked, paid, read, shown as text, and taken off by one click."""

from pathlib import Path

import pytest
from bs4 import Tag
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from shop.checkout.line_item_form import values_of
from shop.checkout.models import BasketLine
from shop.dedications.models import WallEntry
from shop.dedications.sealing import open_with, seal_with
from shop.orders.lifecycle import with_link
from shop.orders.models import Order
from shop.pricing import LineItem
from shop.worker import Worker
from tests.harness import Harness
from tests.shopper import DETAILS, Shopper, changed, form_on, reason_beside, soup, summary

HOSTILE = "<script>alert(1)</script>\n</blockquote><img src=x onerror=alert(1)> {{7*7}} \"quoted\" 'too'"
SHARED = {"dedication": "For Síle,\nalways", "wall": "1", "wall-name": "Aoife & Tomás"}


def choose(shopper: Shopper, **fields: str | None) -> TestResponse:
    """Put a petal into the basket with what the buyer writes."""
    variant = str(shopper.variant("petal").id)
    return shopper.send("/pieces/petal", "/basket/lines", {"variant": variant, **fields})


def buy(shopper: Shopper, harness: Harness, **fields: str | None) -> str:
    """All the way to a paid order; gives the path of its page."""
    assert choose(shopper, **fields).status_code == 303
    assert shopper.tell_details(**DETAILS).status_code == 303
    assert shopper.press_pay().status_code == 303
    with harness.database.reading() as session:
        newest = max(session.scalars(select(Order.id)))
    harness.pays(newest)
    harness.sync(newest)
    with harness.database.reading() as session:
        return f"/orders/{with_link(session, newest, harness.services.secret_key)[1]}"


@pytest.fixture
def owner(app: Flask) -> Shopper:
    return Shopper(app).sign_in("owner")


def press(who: Shopper, page: str, ending: str, **fields: str) -> TestResponse:
    """Press the first button whose form's action ends like this and whose hidden fields are these."""
    for form in soup(who.get(page)).select("main form"):
        sent = {str(field["name"]): str(field["value"]) for field in form.select("input")}
        if str(form["action"]).endswith(ending) and fields.items() <= sent.items():
            return who.post(str(form["action"]), sent)
    raise AssertionError(f"no such button on {page}")


def put_up(owner: Shopper) -> TestResponse:
    return press(owner, "/owner/wall", "/decisions", to="shown")


def entries(who: Shopper, page: str = "/wall") -> list[Tag]:
    return list(soup(who.get(page)).select(".wall li"))


def test_the_box_is_not_ticked_and_unticked_nothing_is_shared(
    anyone: Shopper, owner: Shopper, harness: Harness
) -> None:
    form, sent = form_on(anyone.get("/pieces/petal"), "/basket/lines")
    box = form.select_one("#wall")
    assert box is not None
    assert not box.has_attr("checked")
    assert "wall" not in sent
    buy(anyone, harness, dedication="Only for her")
    assert "Only for her" not in owner.get("/owner/wall").text
    assert entries(anyone) == []


def test_what_was_ticked_comes_back_when_the_line_is_changed(anyone: Shopper) -> None:
    choose(anyone, **SHARED)
    address = f"/basket/lines/{anyone.lines()[0]}"
    sent = form_on(anyone.get(address), address)[1]
    assert (sent["wall"], sent["wall-name"]) == ("1", SHARED["wall-name"])
    assert "to be shared on the remembrance wall" in anyone.get("/basket").text
    sent.poplist("wall")
    sent["wall-name"] = ""
    assert anyone.post(address, sent).status_code == 303
    assert "remembrance wall" not in soup(anyone.get("/basket")).main.text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fields", "beside", "said"),
    [
        ({"wall": "1"}, "wall", "no dedication to share yet"),
        ({"wall": "1", "dedication": "  \n "}, "wall", "no dedication to share yet"),
        ({"dedication": "Hers", "wall-name": "Aoife"}, "wall", "the box is not ticked"),
        ({"dedication": "Hers", "wall": "1", "wall-name": "x" * 61}, "wall-name", "room for 60"),
        ({"dedication": "Hers", "wall": "1", "wall-name": "a\nb"}, "wall-name", "on one line"),
        ({"dedication": "Hers", "wall": "1", "wall-name": "a\u202eb"}, "wall-name", "cannot be seen"),
    ],
)
def test_what_cannot_be_shared_is_said_beside_its_field_and_kept(
    anyone: Shopper, fields: dict[str, str], beside: str, said: str
) -> None:
    answer = choose(anyone, **fields)
    assert answer.status_code == 422
    assert said in reason_beside(answer, beside)
    assert set(summary(answer)) == {f"#{beside}"}
    sent = form_on(answer, "/basket/lines")[1]
    for name, value in fields.items():
        assert sent[name].split() == value.split()


def test_the_buyer_sees_what_is_agreed_to_before_paying(anyone: Shopper) -> None:
    choose(anyone, **SHARED)
    anyone.tell_details()
    page = " ".join(soup(anyone.get("/checkout/payment")).text.split())
    assert "You chose to share this on the remembrance wall with the name Aoife & Tomás." in page


def test_sharing_after_all_is_another_agreement(anyone: Shopper) -> None:
    """An open payment page never stands for something the buyer has changed since."""
    anyone.to_payment("petal")
    old = form_on(anyone.get("/checkout/payment"), "/checkout/payment")[1]
    address = f"/basket/lines/{anyone.lines()[0]}"
    anyone.send(address, address, {**SHARED})
    assert anyone.post("/checkout/payment", old).status_code == 422


def test_from_the_box_to_the_wall_and_off_again(anyone: Shopper, owner: Shopper, harness: Harness) -> None:
    page = buy(anyone, harness, **SHARED)
    assert "They are not there yet" in anyone.get(page).text
    assert entries(anyone) == []
    waiting = soup(owner.get("/owner/wall")).main.text  # type: ignore[union-attr]
    assert SHARED["dedication"] in waiting
    assert SHARED["wall-name"] in waiting
    assert put_up(owner).location == "/owner/wall"
    assert "The words are on the wall." in owner.get("/owner/wall").text
    (entry,) = entries(Shopper(anyone.app))
    assert entry.select_one("blockquote p").text == SHARED["dedication"]  # type: ignore[union-attr]
    assert entry.figcaption.text == SHARED["wall-name"]  # type: ignore[union-attr]
    assert "These words are on the remembrance wall" in soup(anyone.get(page)).main.text  # type: ignore[union-attr]
    assert press(anyone, page, "/withdrawal").location == page
    assert entries(Shopper(anyone.app)) == []
    assert "will not be shown there again" in anyone.get(page).text
    assert not soup(anyone.get(page)).select("form[action$='/withdrawal']")
    assert SHARED["dedication"] in anyone.get(page).text, "the card is not touched"
    assert not soup(owner.get("/owner/wall")).select("form[action$='/decisions']")


def test_an_old_page_of_the_owner_cannot_bring_them_back(
    anyone: Shopper, owner: Shopper, harness: Harness
) -> None:
    page = buy(anyone, harness, **SHARED)
    old = soup(owner.get("/owner/wall")).select_one("form[action$='/decisions']")
    assert old is not None
    sent = {str(field["name"]): str(field["value"]) for field in old.select("input")}
    press(anyone, page, "/withdrawal")
    assert owner.post(str(old["action"]), sent).location == "/owner/wall"
    assert "not offered to the wall any more" in owner.get("/owner/wall").text
    assert entries(anyone) == []


def test_two_of_us_who_decide_differently_are_told(
    app: Flask, anyone: Shopper, owner: Shopper, harness: Harness
) -> None:
    buy(anyone, harness, **SHARED)
    other = Shopper(app).sign_in("owner", "second@example.com")
    form = soup(other.get("/owner/wall")).select("form[action$='/decisions']")[1]
    sent = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    put_up(owner)
    other.post(str(form["action"]), sent)
    assert "Somebody decided this a moment ago: shown" in other.get("/owner/wall").text
    assert len(entries(anyone)) == 1


def test_what_is_left_off_says_so_quietly_on_the_orders_page(
    anyone: Shopper, owner: Shopper, harness: Harness
) -> None:
    page = buy(anyone, harness, **SHARED)
    press(owner, "/owner/wall", "/decisions", to="left out")
    assert "on your card, and not on the remembrance wall" in anyone.get(page).text
    assert entries(anyone) == []


@pytest.mark.parametrize("to", ["", "withdrawn", "waiting", "x" * 500])
def test_no_other_decision_can_be_sent(anyone: Shopper, owner: Shopper, harness: Harness, to: str) -> None:
    buy(anyone, harness, **SHARED)
    form = soup(owner.get("/owner/wall")).select_one("form[action$='/decisions']")
    assert form is not None
    sent = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    assert owner.post(str(form["action"]), {**sent, "to": to}).status_code == 422


def test_hostile_words_are_only_words(anyone: Shopper, owner: Shopper, harness: Harness) -> None:
    page = buy(anyone, harness, dedication=HOSTILE, **{"wall": "1", "wall-name": "<b>x</b>"})
    put_up(owner)
    (entry,) = entries(anyone)
    assert entry.select_one("blockquote p").text == HOSTILE  # type: ignore[union-attr]
    for address, who in (("/wall", anyone), (page, anyone), ("/owner/wall", owner)):
        found = soup(who.get(address)).main
        assert found is not None
        assert not found.select("script, img[onerror], b")


def test_search_engines_are_kept_away_and_nothing_is_counted(
    anyone: Shopper, owner: Shopper, harness: Harness
) -> None:
    buy(anyone, harness, **SHARED)
    put_up(owner)
    answer = anyone.get("/wall")
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert "noindex" in soup(answer).select_one("meta[name=robots]")["content"]  # type: ignore[index]
    assert answer.headers["Cache-Control"] == "no-store"
    assert not any(letter.isdigit() for letter in soup(answer).main.text)  # type: ignore[union-attr]
    for private in (DETAILS["name"], DETAILS["email"], DETAILS["town"], "PM-", "Petal", "orders/"):
        assert private not in str(soup(answer).main)


@pytest.mark.parametrize("page", ["0", "-1", "2", "01", "x", "", "99999", "1e3", "٢"])
def test_a_page_there_is_not_is_not_found(anyone: Shopper, page: str) -> None:
    assert anyone.client.get("/wall", query_string={"page": page}).status_code == 404


def test_an_empty_wall_says_so(anyone: Shopper) -> None:
    assert "Nothing is here yet." in anyone.get("/wall").text
    assert anyone.get("/wall?page=1").status_code == 200


def test_long_walls_have_pages(
    anyone: Shopper, owner: Shopper, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.orders.wall.PER_PAGE", 1)
    for words in ("first", "second", "third"):
        buy(anyone, harness, dedication=words, wall="1")
        put_up(owner)
    assert entries(anyone)[0].text.strip() == "third"
    links = [a["href"] for a in soup(anyone.get("/wall?page=2")).select("main nav a")]
    assert links == ["/wall", "/wall?page=3"]
    assert entries(anyone, "/wall?page=3")[0].text.strip() == "first"


def test_the_owner_can_reach_everything_that_was_ever_put_up(
    anyone: Shopper, owner: Shopper, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.orders.wall.AT_A_TIME", 1)
    for words in ("Aoife", "Brigid"):
        buy(anyone, harness, dedication=words, wall="1")
        put_up(owner)
    page = owner.get("/owner/wall")
    assert "Brigid" in page.text
    assert "Aoife" not in page.text
    assert soup(page).select("a[href='/owner/wall?page=2']")
    assert press(owner, "/owner/wall?page=2", "/decisions", to="left out").status_code == 303
    assert [entry.text.strip() for entry in entries(anyone)] == ["Brigid"]
    assert owner.get("/owner/wall?page=x").status_code == 200


def test_somebody_elses_words_cannot_be_taken_off(
    app: Flask, anyone: Shopper, owner: Shopper, harness: Harness
) -> None:
    buy(anyone, harness, **SHARED)
    put_up(owner)
    other = Shopper(app)
    theirs = buy(other, harness, dedication="Another", wall="1")
    token = form_on(other.get(theirs))[1]["csrf_token"]
    for address in (f"{theirs}/wall/2/withdrawal", "/orders/nothing/wall/1/withdrawal"):
        assert other.post(address, {"csrf_token": token}).status_code == 404
    assert len(entries(anyone)) == 1
    assert anyone.post(f"{theirs}/wall/1/withdrawal", {}).status_code == 400, (
        "not without the page's own token"
    )


def test_the_email_says_how_to_take_it_off_and_does_not_quote_it(anyone: Shopper, harness: Harness) -> None:
    buy(anyone, harness, **SHARED)
    worker = Worker(anyone.app)
    while worker._send_email():
        pass
    (email,) = (worker.settings.instance_dir / "mail").glob("*.eml")
    said = email.read_text()
    assert "remembrance wall" in said
    assert "For S" not in said
    assert "Aoife" not in said


def test_a_basket_from_before_the_wall_still_opens(anyone: Shopper) -> None:
    choose(anyone, dedication="Hers")
    token = anyone.client.get_cookie("basket").value  # type: ignore[union-attr]
    with anyone.database.transaction() as session:
        row = session.scalars(select(BasketLine)).one()
        words = open_with(token, row.words)
        del words["shared_as"]
        session.execute(update(BasketLine).values(words=seal_with(token, words)))
    assert "The dedication, on the card in the box:" in anyone.get("/basket").text


def test_a_name_for_the_wall_is_not_lost_with_its_piece(anyone: Shopper) -> None:
    sent = changed(form_on(anyone.get("/pieces/petal"), "/basket/lines")[1], {**SHARED, "piece": "gone"})
    answer = anyone.post("/basket/lines", sent)
    assert answer.status_code == 422
    assert "Aoife &amp; Tomás" in answer.text
    assert "Name for the wall" in answer.text


def test_sharing_without_a_name_is_not_the_same_as_not_sharing() -> None:
    assert values_of(LineItem(3, None, "x", ""))["wall"] == "1"
    assert "wall" not in values_of(LineItem(3, None, "x"))


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_no_byte_of_what_was_taken_off_stays_in_the_files(
    anyone: Shopper, owner: Shopper, harness: Harness, tmp_path: Path
) -> None:
    page = buy(anyone, harness, **(SHARED | {"dedication": "Qanary sang", "wall-name": "Qanaries"}))
    put_up(owner)
    assert entries(anyone)
    with harness.database.reading() as session:
        key_id, sealed = session.execute(select(WallEntry.key_id, WallEntry.sealed)).one()
    wrapped = harness.services.vault.keys.find([key_id])[key_id].ciphertext

    def left() -> set[str]:
        kept = {"words": b"Qanar", "what was sealed": bytes(sealed), "its key": bytes(wrapped)}
        files = [file.read_bytes() for file in tmp_path.rglob("*.db*")]
        assert len(files) > 3, "the logs are among them"
        return {what for what, content in kept.items() if any(content in file for file in files)}

    assert left() == {"what was sealed", "its key"}
    press(anyone, page, "/withdrawal")
    assert left() == set()
