"""Whoever orders by telephone or letter looks everything over behind a link, agrees, and pays."""

import re
import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO

import pytest
import resvg_py
import zxingcpp
from PIL import Image
from sqlalchemy import update

from shop import backup, privacy
from shop.catalogue.models import Variant
from shop.checkout.models import Basket
from shop.orders.states import State
from shop.payment_links import payment_links
from shop.payment_links.models import Via
from shop.payments.gateway_errors import GatewayDown
from shop.payments.sync import withdraw
from shop.stock.shares import MOST_HOLDS
from tests.emails.orders import parts
from tests.emails.truth import of_html, of_text
from tests.shopper import DETAILS, Shopper, form_on, reason_beside, soup
from tests.telephone.conftest import LIST, ME, Telephone

both = pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
Later = Callable[[timedelta], None]


def notices(visitor: Shopper, page: str = "/checkout/payment") -> str:
    return " ".join(notice.text for notice in soup(visitor.get(page)).select(".notice"))


@both
def test_a_caller_sees_every_letter_agrees_and_pays_and_from_then_on_it_is_an_order(
    telephone: Telephone,
) -> None:
    telephone.harness.set_stock("disc", 1)
    number = telephone.sends()
    assert telephone.harness.level("disc").available == 0
    caller = telephone.caller(number)
    page = caller.get("/checkout/payment")
    assert "Caoimhe" in page.text
    assert "12 Quiet Street" in page.text
    assert "as you asked when you telephoned" in notices(caller)
    assert caller.press_pay(acknowledged=None).status_code == 422
    assert caller.press_pay().status_code == 303
    order = telephone.pays()
    assert order.state == State.PAID
    assert telephone.harness.level("disc").on_hand == 0
    session_id = telephone.harness.session_id(order.id)
    assert "Thank you" in caller.get(f"/checkout/thanks?session_id={session_id}").text
    page = telephone.owner.get(f"/owner/orders/{order.reference}").text
    assert "By telephone" in page
    assert "put together for who asked by telephone" in page
    assert ME in page
    assert telephone.said(number) == ""
    assert order.reference in telephone.owner.get(LIST).text
    with telephone.harness.database.reading() as session:
        kept = privacy.everything(session, telephone.harness.services.vault, order.reference)["came_by"]
    assert (kept["way"], kept["put_together_by"]) == ("telephone", ME)
    assert kept["link_sent_at"]


def test_the_owner_is_given_no_button_to_pay_and_the_browser_is_free_once_the_link_is_sent(
    telephone: Telephone,
) -> None:
    number = telephone.looks_over()
    page = telephone.owner.get("/checkout/payment")
    assert [form["action"] for form in soup(page).select("main form")] == [f"{LIST}/{number}/sending"]
    token = form_on(page)[1]["csrf_token"]
    sent = {"csrf_token": token, "agreed": form_on(page)[1]["agreed"], "acknowledged": "y"}
    assert telephone.owner.post("/checkout/payment", sent).status_code == 422
    assert telephone.orders() == []
    telephone.presses_send(number)
    assert "Your basket is empty" in telephone.owner.get("/basket").text


def test_the_e_mail_leads_to_the_link_and_names_neither_piece_nor_word(telephone: Telephone) -> None:
    number = telephone.sends(buyer_name="Ada")
    telephone.round()
    [message] = telephone.post.took
    text, html = parts(message)
    assert (message["To"], message["Subject"]) == (DETAILS["email"], "The link you asked us for")
    assert f"https://shop.example{telephone.address(number)}" in text
    assert text.startswith("Dear Ada,")
    assert "You telephoned us" in text
    assert "£" in text
    assert not re.search("Caoimhe|Disc|Quiet Street|always", text + html)
    assert of_html(html) == of_text(text)
    assert f'href="https://shop.example{telephone.address(number)}"' in html
    assert "E-mailed" in telephone.said(number)
    telephone.presses(number, "emails")
    telephone.round()
    assert len(telephone.post.took) == 2


def test_neither_e_mail_nor_letter_is_addressed_to_whoever_the_gift_is_for(telephone: Telephone) -> None:
    number = telephone.sends("petal", as_gift="y")
    telephone.round()
    assert parts(telephone.post.took[0])[0].startswith("Hello,")
    letter = telephone.owner.get(f"{LIST}/{number}/letter").text
    assert not re.search("Ada Byron|Quiet Street", letter)


def test_the_code_on_the_letter_is_read_by_a_camera_and_leads_to_the_link(telephone: Telephone) -> None:
    number = telephone.sends("petal", email="")
    page = telephone.owner.get(f"{LIST}/{number}/letter").text
    drawn = re.findall(r'<svg class="qr" (viewBox="[-\d ]+").*?(<path d="[^"]+"/>)', page, re.DOTALL)
    [(box, path)] = drawn
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{path}</svg>'
    photographed = Image.open(BytesIO(resvg_py.svg_to_bytes(svg_string=svg, width=400, background="white")))
    assert [code.text for code in zxingcpp.read_barcodes(photographed)] == [
        f"http://localhost{telephone.address(number)}"
    ]


def test_an_address_that_takes_no_e_mail_is_told_on_the_list(telephone: Telephone) -> None:
    number = telephone.sends()
    telephone.post.fails = smtplib.SMTPRecipientsRefused({DETAILS["email"]: (550, b"5.1.1 no such user")})
    telephone.round()
    assert "The e-mail was refused" in telephone.said(number)


def test_somebody_without_an_e_mail_reads_the_link_from_a_letter_and_orders_all_the_same(
    telephone: Telephone,
) -> None:
    number = telephone.begins("letter")
    telephone.owner.add("petal")
    telephone.owner.send(
        "/checkout", "/checkout", {**DETAILS, "email": "", "as_gift": None, "gift_message": ""}
    )
    assert telephone.presses_send(number).status_code == 303
    assert "There is no e-mail address" in telephone.said(number)
    letter = telephone.owner.get(f"{LIST}/{number}/letter").text
    assert telephone.address(number) in letter
    assert "12 Quiet Street" in letter
    assert "Petal" not in letter
    typed = telephone.address(number).lower().replace("-", "")
    caller = Shopper(telephone.owner.app)
    assert caller.send(typed, None).status_code == 303
    assert "You gave no e-mail address" in caller.get("/checkout/payment").text
    assert caller.press_pay(acknowledged=None).status_code == 303
    order = telephone.pays()
    telephone.sends_emails()
    thanks = caller.get(f"/checkout/thanks?session_id={telephone.harness.session_id(order.id)}")
    page = str(soup(thanks).select_one("a.button")["href"])  # type: ignore[index]
    assert "so please keep the link below" in thanks.text
    assert "We have no e-mail address for you" in caller.get(page).text
    assert caller.send(f"{page}/email", f"{page}/email", {"email": "ada@example.com"}).status_code == 303
    telephone.sends_emails()
    shown = telephone.owner.get(f"/owner/orders/{order.reference}").text
    assert "By letter" in shown
    assert "e-mail not sent: order confirmation (there is no e-mail address)" in shown
    assert "e-mail sent: email change link" in shown


@both
def test_pieces_stay_aside_when_a_payment_page_closes_unpaid_and_are_free_once_the_link_is_over(
    telephone: Telephone, later: Later
) -> None:
    telephone.harness.set_stock("disc", 1)
    number = telephone.sends()
    address, caller = telephone.address(number), telephone.caller(number)
    for _ in range(2):
        assert caller.press_pay().status_code == 303
        assert withdraw(telephone.harness.services, telephone.orders()[-1].id) == State.EXPIRED
        assert telephone.harness.level("disc").available == 0
    later(payment_links.LASTS[Via.TELEPHONE] + timedelta(minutes=1))
    assert "that is over" in caller.get(address).text
    page = caller.get("/checkout/payment")
    assert "that is over" in page.text
    assert not soup(page).select("main form")
    assert telephone.tidies() == 1
    assert telephone.harness.level("disc").available == 1
    telephone.owner.sign_in("owner", "days-later@example.com")
    assert "ran out unpaid" in telephone.said(number)
    telephone.presses(number, "basket")
    assert telephone.presses_send(number).status_code == 303
    assert telephone.harness.level("disc").available == 0
    assert caller.press_pay().status_code == 303
    assert telephone.pays().state == State.PAID


def test_the_share_of_one_network_does_not_refuse_the_owner(telephone: Telephone) -> None:
    telephone.harness.set_stock("petal", MOST_HOLDS + 1)
    links = [telephone.sends("petal") for _ in range(MOST_HOLDS + 1)]
    assert telephone.harness.level("petal").available == 0
    callers = [telephone.caller(number) for number in links]
    for caller in callers:
        assert "not set aside" not in caller.get("/checkout/payment").text
        assert caller.press_pay(acknowledged=None).status_code == 303
        assert telephone.pays().state == State.PAID
    assert telephone.harness.level("petal").on_hand == 0


@both
def test_what_somebody_else_bought_meanwhile_is_not_sent(telephone: Telephone) -> None:
    telephone.harness.set_stock("disc", 1)
    number = telephone.looks_over()
    page = telephone.owner.get("/checkout/payment")
    other = Shopper(telephone.owner.app)
    other.to_payment()
    assert other.press_pay().status_code == 303
    answer = telephone.owner.post(f"{LIST}/{number}/sending", form_on(page)[1])
    assert answer.status_code == 422
    assert "sold out" in answer.text
    assert telephone.links()[-1].sent_at is None
    telephone.round()
    assert telephone.post.took == []


def test_a_price_that_changed_since_is_said_plainly_and_asked_for_only_once_it_was_seen(
    telephone: Telephone,
) -> None:
    number = telephone.sends("petal")
    caller = telephone.caller(number)
    seen = form_on(caller.get("/checkout/payment"), "/checkout/payment")[1]
    before = telephone.links()[-1].total_pence
    assert "comes to" not in notices(caller)
    with telephone.harness.database.transaction() as session:
        session.execute(update(Variant).values(price_pence=Variant.price_pence + 600))
    answer = caller.post("/checkout/payment", seen)
    assert (answer.status_code, telephone.orders()) == (422, [])
    assert before is not None
    told = f"it came to £{before / 100:.2f}; it comes to £{(before + 600) / 100:.2f} now"
    assert told in notices(caller)
    assert caller.press_pay(acknowledged=None).status_code == 303
    assert telephone.pays().total_pence == before + 600


def test_the_caller_changes_a_word_behind_the_link(telephone: Telephone) -> None:
    telephone.harness.set_stock("disc", 1)
    number = telephone.sends()
    caller = telephone.caller(number)
    line = caller.lines()[0]
    change = caller.send(f"/basket/lines/{line}", f"/basket/lines/{line}", {"engraving-front-1": "Aoife"})
    assert change.status_code == 303
    assert "Aoife" in caller.get("/checkout/payment").text
    assert caller.press_pay().status_code == 303
    assert telephone.pays().state == State.PAID


def test_a_link_that_is_being_changed_cannot_be_paid_and_works_again_once_it_is_sent(
    telephone: Telephone,
) -> None:
    number = telephone.sends()
    address, caller = telephone.address(number), telephone.caller(number)
    assert caller.press_pay().status_code == 303
    seen = form_on(caller.get("/checkout/payment"), "/checkout/payment")[1] | {"acknowledged": "y"}
    assert telephone.presses(number, "basket").location == "/basket"
    assert telephone.orders()[-1].state == State.EXPIRED
    assert "changing this order" in caller.get(address).text
    page = caller.get("/checkout/payment")
    assert "changing this order" in page.text
    assert not soup(page).select("main form")
    assert caller.post("/checkout/payment", seen).status_code == 422
    assert telephone.presses_send(number).status_code == 303
    assert telephone.address(number) == address
    assert caller.press_pay().status_code == 303
    assert telephone.pays().state == State.PAID


@both
def test_a_link_that_is_withdrawn_sells_nothing_and_leaves_no_word_behind(telephone: Telephone) -> None:
    telephone.harness.set_stock("disc", 1)
    number = telephone.sends()
    address, caller = telephone.address(number), telephone.caller(number)
    seen = form_on(caller.get("/checkout/payment"), "/checkout/payment")[1] | {"acknowledged": "y"}
    assert caller.press_pay().status_code == 303
    link = telephone.links()[-1]
    assert telephone.owner.get(f"{LIST}/{number}/letter").status_code == 200
    assert telephone.presses(number, "withdrawal").status_code == 303
    assert telephone.orders()[-1].state == State.EXPIRED
    assert telephone.harness.level("disc").available == 1
    assert "not used any more" in caller.get(address).text
    assert telephone.owner.get(f"{LIST}/{number}/letter").location == LIST
    assert caller.post("/checkout/payment", seen).location == "/basket"
    assert caller.get(address).status_code == 410
    with telephone.harness.database.reading() as session:
        assert session.query(Basket).count() == 0
    vault = telephone.harness.services.vault
    assert payment_links.opened(vault, [link]) == {}, "what was sealed in an old copy opens no more"
    telephone.round()
    assert telephone.post.took == []


def test_buttons_pressed_twice_do_it_once(telephone: Telephone) -> None:
    telephone.harness.set_stock("disc", 3)
    number = telephone.looks_over()
    sent = form_on(telephone.owner.get("/checkout/payment"))[1]
    first = telephone.owner.get(LIST)
    for _ in range(2):
        assert telephone.owner.post(f"{LIST}/{number}/sending", sent).status_code == 303
    telephone.round()
    assert (len(telephone.post.took), telephone.links()[-1].times) == (1, 1)
    assert telephone.harness.level("disc").reserved == 1
    token = form_on(first, LIST)[1]["csrf_token"]
    for _ in range(2):
        assert telephone.owner.post(f"{LIST}/{number}/withdrawal", {"csrf_token": token}).location == LIST
    for what in ("basket", "emails", "withdrawal"):
        answer = telephone.owner.post(f"{LIST}/{number}/{what}", {"csrf_token": token})
        assert answer.location == LIST
        assert "Nothing was changed" in telephone.owner.get(LIST).text
    assert telephone.harness.level("disc").available == 3


def test_a_withdrawal_that_was_cut_off_is_finished_and_an_old_basket_takes_its_link_along(
    telephone: Telephone, later: Later
) -> None:
    telephone.harness.set_stock("disc", 2)
    number = telephone.sends()
    with telephone.harness.database.transaction() as session:
        payment_links.give_up(payment_links.lock(session, number))
    other = telephone.sends()
    with telephone.harness.database.transaction() as session:
        session.query(Basket).filter_by(payment_link_id=other).delete()
    assert telephone.tidies() == 2
    assert telephone.harness.level("disc").available == 2
    assert [link.sealed for link in telephone.links()] == [b"", b""]


def test_nobody_is_sent_a_link_while_the_page_from_before_cannot_be_closed(
    telephone: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = telephone.sends()
    caller = telephone.caller(number)
    assert caller.press_pay().status_code == 303
    gateway = telephone.harness.services.gateway

    def down(*_: object, **__: object) -> None:
        raise GatewayDown("no answer")

    app_gateway = telephone.owner.app.extensions["shop"].services.gateway
    monkeypatch.setattr(type(app_gateway), "expire_session", down)
    assert gateway is app_gateway
    telephone.presses(number, "basket")
    answer = telephone.presses_send(number)
    assert answer.status_code == 422
    assert "cannot be closed while Stripe does not answer" in reason_beside(answer, "pay")
    telephone.presses(number, "withdrawal")
    assert "cannot be closed while Stripe does not answer" in telephone.owner.get(LIST).text
    order = telephone.pays()
    assert order.state == State.PAID, "whoever paid there before it could be closed has an order"
    assert telephone.said(number) == ""


def test_there_is_no_link_to_be_guessed(telephone: Telephone) -> None:
    number = telephone.sends()
    found = payment_links.opened(telephone.harness.services.vault, telephone.links())[number]
    assert len(found.code) == payment_links.CODE_LETTERS
    assert found.code not in str([vars(link) for link in telephone.links()])
    caller = Shopper(telephone.owner.app)
    for wrong in ("AAAA-AAAA-AAAA-AAAA", "x", "\u202e", "%20"):
        assert caller.get(f"/pay/{wrong}").status_code == 404


def test_whoever_filled_a_basket_alone_is_told_before_a_link_takes_its_place(telephone: Telephone) -> None:
    number = telephone.sends()
    caller = Shopper(telephone.owner.app)
    caller.add("petal")
    assert "this replaces" in caller.get(telephone.address(number)).text
    assert "this replaces" not in telephone.caller(number).get(telephone.address(number)).text


def test_an_order_that_was_erased_takes_the_link_along(telephone: Telephone) -> None:
    number = telephone.sends()
    caller = telephone.caller(number)
    assert caller.press_pay().status_code == 303
    order = telephone.pays()
    with telephone.harness.database.transaction() as session:
        privacy.erase(session, telephone.harness.services.vault, order.reference, actor=ME)
    assert [link.sealed for link in telephone.links()] == [b""]
    assert telephone.owner.get(LIST).status_code == 200


@both
def test_a_link_withdrawn_while_it_is_being_paid_for_leaves_nothing_set_aside_and_nothing_to_pay(
    telephone: Telephone,
) -> None:
    telephone.harness.set_stock("petal", 4)
    for _ in range(4):
        number = telephone.sends("petal")
        caller = telephone.caller(number)
        paying = form_on(caller.get("/checkout/payment"), "/checkout/payment")[1]
        at = f"{LIST}/{number}/withdrawal"
        ending = form_on(telephone.owner.get(LIST), at)[1]
        with ThreadPoolExecutor() as pool:
            paid = pool.submit(caller.post, "/checkout/payment", paying)
            ended = pool.submit(telephone.owner.post, at, ending)
        assert paid.result().status_code in {303, 409, 422, 503}
        assert ended.result().status_code == 303
        assert {order.state for order in telephone.orders()} <= {State.EXPIRED}
        assert telephone.harness.level("petal").available == 4
        assert telephone.links()[-1].sealed == b""


def test_a_copy_that_is_brought_back_sends_no_link(telephone: Telephone) -> None:
    number = telephone.sends()
    with telephone.harness.database.transaction() as session:
        backup.drop_unsent(session)
    telephone.round()
    assert telephone.post.took == []
    assert "The e-mail was not sent" in telephone.said(number)
