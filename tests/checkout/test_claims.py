"""A buyer says on the order's page that something is not right, and reads what is answered there."""

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import delete, select

from shop.accounts.models import SignInAttempt
from shop.claims import threads
from shop.claims.models import Claim, ClaimPicture
from shop.claims.pictures import MOST_BYTES
from shop.claims.threads import Message
from shop.orders.lifecycle import revoke_links, with_link
from shop.web.setup import MAX_PICTURE_REQUEST_BYTES
from tests.claims.conftest import DISC, PETAL, Desk, photograph
from tests.fulfilment.conftest import OWNER
from tests.shopper import Shopper, form_on, harness_of, reason_beside, soup, summary

HOSTILE = "<script>alert(1)</script> {{7*7}} ';-- נֹעָה 🕊️\nand a second line"


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(harness_of(app))


@pytest.fixture
def buyer(app: Flask) -> Shopper:
    return Shopper(app)


def link(desk: Desk, order: int) -> str:
    with desk.harness.database.reading() as session:
        return f"/orders/{with_link(session, order, desk.harness.services.secret_key)[1]}"


def multipart(fields: Mapping[str, str], picture: bytes | None) -> tuple[bytes, str]:
    """The body of a form with a file, and its type: as a browser sends them, never through a file here."""
    named = 'Content-Disposition: form-data; name="{}"'
    parts = [(named.format(name), value.encode()) for name, value in fields.items()]
    chosen = "" if picture is None else "IMG_1.jpg"
    parts.append((named.format("picture") + f'; filename="{chosen}"', picture or b""))
    body = b"".join(b"--edge\r\n%s\r\n\r\n%s\r\n" % (head.encode(), value) for head, value in parts)
    return body + b"--edge--\r\n", "multipart/form-data; boundary=edge"


def fill_in(buyer: Shopper, page: str, action: str, picture: bytes | None = None, **fields: str):
    """Send the form on this page as a browser would."""
    _, sent = form_on(buyer.get(page), action)
    body, kind = multipart(sent.to_dict() | fields, picture)
    return buyer.client.post(action, data=body, content_type=kind)


def complain(buyer: Shopper, page: str, picture: bytes | None = None, **fields: str):
    told = {"unit": "1", "wish": "make it again", "words": "It says Wern."} | fields
    return fill_in(buyer, f"{page}/claims", f"{page}/claims", picture, **told)


def test_a_buyer_says_what_is_not_right_and_finds_it_on_the_orders_page(desk: Desk, buyer: Shopper) -> None:
    page = link(desk, desk.posted(DISC, PETAL))
    assert soup(buyer.get(page)).find("a", string="Report a problem")
    answer = complain(buyer, page, photograph(), words=HOSTILE)
    assert answer.status_code == 303, summary(answer)
    thread = buyer.get(answer.location)
    assert "Thank you for telling us" in thread.text
    assert [said.text for said in soup(thread).select(".own-words")] == [HOSTILE]
    assert "A picture came with it." in thread.text
    assert "About the Disc" in buyer.get(page).text
    assert "no-referrer" in thread.headers["Referrer-Policy"]


def test_before_anything_was_posted_there_is_nothing_to_say(desk: Desk, buyer: Shopper) -> None:
    page = link(desk, desk.paid(DISC))
    assert soup(buyer.get(page)).find("a", string="Report a problem") is None
    assert "None of this order has been posted yet" in buyer.get(f"{page}/claims").text


def test_what_is_answered_stands_on_the_page_and_the_buyer_writes_back(desk: Desk, buyer: Shopper) -> None:
    order = desk.posted(DISC)
    desk.opens(order)
    desk.in_claim(order, threads.answer, Message("Please send us a picture.", actor=OWNER))
    thread = f"{link(desk, order)}/claims/1"
    assert "Please send us a picture." in buyer.get(thread).text
    assert OWNER not in buyer.get(thread).text, "who works here is nobody's business"
    assert fill_in(buyer, thread, f"{thread}/messages", photograph(), words="Here it is.").status_code == 303
    assert desk.said(order)[-1].words == "Here it is."


@pytest.mark.parametrize(
    ("field", "value"),
    [("unit", ""), ("unit", "2"), ("unit", "9" * 5000), ("unit", "x"), ("wish", ""), ("wish", "all of it"),
     ("words", ""), ("words", "  \n"), ("words", "a\0b"), ("words", "\u202eabc"), ("words", "é" * 2001),
     ("words", "é" * 100_000)],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_beside_its_field(
    desk: Desk, buyer: Shopper, field: str, value: str
) -> None:
    page = link(desk, desk.posted(DISC))
    answer = complain(buyer, page, photograph(), **{field: value})
    assert answer.status_code == 422
    assert len(reason_beside(answer, field)) > 15
    assert "choose the picture once more" in reason_beside(answer, "picture")
    _, shown = form_on(answer, f"{page}/claims")
    if field != "words":
        assert shown["words"] == "It says Wern."


@pytest.mark.parametrize("sent", [b"not a picture", b"\xff" * (MOST_BYTES + 1)], ids=["text", "too much"])
def test_a_picture_that_cannot_be_taken_leaves_the_words_there(
    desk: Desk, buyer: Shopper, sent: bytes
) -> None:
    page = link(desk, desk.posted(DISC))
    answer = complain(buyer, page, sent)
    assert answer.status_code == 422
    assert reason_beside(answer, "picture")
    assert form_on(answer, f"{page}/claims")[1]["words"] == "It says Wern."
    with desk.harness.database.reading() as session:
        assert session.scalars(select(Claim)).all() == []


def test_only_here_may_a_form_be_so_long(desk: Desk, buyer: Shopper) -> None:
    page = link(desk, desk.posted(DISC))
    body, kind = multipart({}, b"a" * MAX_PICTURE_REQUEST_BYTES)
    assert buyer.client.post(f"{page}/claims", data=body, content_type=kind).status_code == 413
    body, kind = multipart({}, b"a" * 600_000)
    assert buyer.client.post("/basket/lines", data=body, content_type=kind).status_code == 413
    assert buyer.client.post(f"{page}/claims", data=body, content_type=kind).status_code == 422


def test_a_stale_form_keeps_its_words(desk: Desk, buyer: Shopper) -> None:
    page = link(desk, desk.posted(DISC))
    answer = complain(buyer, page, csrf_token="old")
    assert answer.status_code == 422
    assert "Nothing you wrote is lost" in summary(answer)[""]
    assert form_on(answer, f"{page}/claims")[1]["words"] == "It says Wern."


def test_many_in_a_minute_are_asked_to_wait_and_lose_nothing(desk: Desk, buyer: Shopper) -> None:
    order = desk.posted(DISC)
    page = link(desk, order)
    for number in range(5):
        assert complain(buyer, page, words=str(number)).status_code == 303
    answer = complain(buyer, page, words="once more")
    assert answer.status_code == 429
    assert form_on(answer, f"{page}/claims")[1]["words"] == "once more"
    with desk.harness.database.transaction() as session:
        session.execute(delete(SignInAttempt))
    assert complain(buyer, page, words="once more").status_code == 303
    assert len(desk.said(order)) == 6


def test_pressing_twice_opens_one_claim(desk: Desk, buyer: Shopper) -> None:
    order = desk.posted(DISC)
    page = link(desk, order)
    for _ in range(2):
        assert complain(buyer, page, photograph()).status_code == 303
    assert len(desk.said(order)) == 1


def test_a_strangers_link_opens_no_claim(desk: Desk, buyer: Shopper) -> None:
    order, other = desk.posted(DISC), desk.posted(DISC)
    desk.opens(order)
    closed = link(desk, other)
    with desk.harness.database.transaction() as session:
        revoke_links(session, other)
    for page in ("/orders/nothing", closed):
        assert buyer.get(f"{page}/claims").status_code == 404
        assert buyer.get(f"{page}/claims/1").status_code == 404
        assert buyer.client.post(f"{page}/claims", data={"words": "x"}).status_code == 404
        assert buyer.client.post(f"{page}/claims/1/messages", data={"words": "x"}).status_code == 404
    assert buyer.get(f"{link(desk, order)}/claims/2").status_code == 404


def test_a_picture_never_lies_on_a_disk_unsealed(
    desk: Desk, buyer: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was written")

    page = link(desk, desk.posted(DISC))
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)
    monkeypatch.setattr("werkzeug.formparser.TemporaryFile", refuse, raising=False)
    noise = photograph((1500, 1500), quality=100) + b"\0" * 700_000
    assert complain(buyer, page, noise).status_code == 303
    with desk.harness.database.reading() as session:
        assert len(session.scalars(select(ClaimPicture)).all()) == 1
