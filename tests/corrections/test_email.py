"""Another e-mail address: asked for, told to the old one, confirmed by a link, and only then written to."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import text

from shop import clock, privacy
from shop.orders import email_change, resend_link
from tests.corrections.conftest import Bought
from tests.emails.orders import emails, parts
from tests.shopper import Shopper, form_on, reason_beside, soup

OLD, NEW = "ada@example.com", "ada.byron@example.org"


def asks(bought: Bought, email: str = NEW) -> None:
    page = f"{bought.page}/email"
    assert bought.buyer.send(page, page, {"email": email}).status_code == 303


def written(bought: Bought) -> dict[str, EmailMessage]:
    """Every e-mail that is so now, as it would be sent, by its kind; the newest of each."""
    made = emails(bought.buyer.app, bought.harness, bought.order)
    return {kind: message for kind, message in made if isinstance(message, EmailMessage)}


def body(message: EmailMessage) -> str:
    return parts(message)[0]


def link(bought: Bought) -> str:
    """The address of the page that confirms."""
    said = body(written(bought)[email_change.CONFIRM])
    return next(word for word in said.split() if "/confirm-email/" in word).removeprefix("http://localhost")


def standing(bought: Bought) -> str:
    contact = bought.opened().contact
    assert contact is not None
    return str(contact["email"])


def confirms(bought: Bought, address: str) -> int:
    """Press the button at the end of the link, in a browser of one's own."""
    reader = Shopper(bought.buyer.app)
    _, sent = form_on(reader.get(address))
    return reader.post(address, sent).status_code


def test_a_likely_slip_is_asked_about_and_either_answer_is_taken(bought: Bought) -> None:
    page = f"{bought.page}/email"
    for said, asked in (("Use ada@gmail.com", "ada@gmail.com"), ("Keep mine", "ada@gmial.con")):
        question = bought.buyer.send(page, page, {"email": "ada@gmial.con"})
        assert question.status_code == 200
        form, sent = form_on(question, page)
        (button,) = [one for one in form.select("button[name]") if one.text.strip() == said]
        assert bought.buyer.post(page, sent | {"email-is": str(button["value"])}).status_code == 303
        assert f"an e-mail to {asked}" in " ".join(soup(bought.buyer.get(page)).text.split())


def test_the_address_changes_once_it_is_confirmed_and_not_before(bought: Bought) -> None:
    asks(bought)
    said = written(bought)
    assert (said[email_change.ASKED]["To"], said[email_change.CONFIRM]["To"]) == (OLD, NEW)
    assert NEW in body(said[email_change.ASKED])
    assert said["order-confirmation"]["To"] == OLD
    address = link(bought)
    for _ in range(3):
        assert "Yes, use this address" in Shopper(bought.buyer.app).get(address).text
    assert standing(bought) == OLD, "opening the link changes nothing"
    assert confirms(bought, address) == 200
    assert standing(bought) == NEW
    said = written(bought)
    assert said["order-confirmation"]["To"] == NEW
    assert bought.harness.emails(bought.order).count("order-confirmation") == 2, "it may never have arrived"
    assert (said[email_change.CHANGED]["To"], email_change.ASKED in said) == (OLD, False)


def test_the_new_address_learns_the_reference_and_nothing_else(bought: Bought) -> None:
    asks(bought)
    message = written(bought)[email_change.CONFIRM]
    for part in ("plain", "html"):
        said = message.get_body((part,))
        assert said is not None
        for private in ("Ada Byron", "Wren", "Quiet Street", bought.page, OLD):
            assert private not in said.get_content()


def test_the_link_works_once(bought: Bought) -> None:
    asks(bought)
    address = link(bought)
    reader = Shopper(bought.buyer.app)
    _, sent = form_on(reader.get(address))
    assert [reader.post(address, sent).status_code for _ in range(3)] == [200, 410, 410]
    assert "This link no longer works" in reader.get(address).text


def test_the_link_runs_out(bought: Bought, monkeypatch: pytest.MonkeyPatch) -> None:
    asks(bought)
    address = link(bought)
    reader = Shopper(bought.buyer.app)
    _, sent = form_on(reader.get(address))
    later = clock.now() + email_change.LASTS + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert reader.get(address).status_code == 410
    assert reader.post(address, sent).status_code == 410
    assert standing(bought) == OLD


def test_a_later_address_takes_the_place_of_an_earlier_one(bought: Bought) -> None:
    asks(bought, "typo@example.org")
    first = link(bought)
    asks(bought)
    assert Shopper(bought.buyer.app).get(first).status_code == 410
    assert confirms(bought, link(bought)) == 200
    assert standing(bought) == NEW


def test_it_can_be_taken_back_before_it_is_confirmed(bought: Bought) -> None:
    asks(bought)
    address, page = link(bought), f"{bought.page}/email"
    assert NEW in bought.buyer.get(page).text
    assert bought.buyer.send(page, f"{page}/withdrawal").status_code == 303
    assert Shopper(bought.buyer.app).get(address).status_code == 410
    assert not {email_change.ASKED, email_change.CONFIRM} & written(bought).keys()


def test_asking_twice_for_the_same_address_sends_one_link(bought: Bought) -> None:
    asks(bought)
    asks(bought)
    assert bought.harness.emails(bought.order).count(email_change.CONFIRM) == 1


def test_nobody_is_pressed_with_emails_by_way_of_an_order(bought: Bought) -> None:
    page = f"{bought.page}/email"
    for number in range(email_change.MOST_A_DAY):
        asks(bought, f"stranger{number}@example.org")
    answer = bought.buyer.send(page, page, {"email": NEW})
    assert answer.status_code == 429
    assert "several times today" in reason_beside(answer, "email")
    assert form_on(answer, page)[1]["email"] == NEW


@pytest.mark.parametrize("typed", ["", "ada", "a@b", "é" * 400, "a\r\nBcc: b@example.com", "<i>@x", "';--"])
def test_what_is_no_address_is_refused_beside_the_field(bought: Bought, typed: str) -> None:
    page = f"{bought.page}/email"
    answer = bought.buyer.send(page, page, {"email": typed})
    assert answer.status_code == 422
    assert reason_beside(answer, "email")
    assert bought.harness.emails(bought.order) == ["order-confirmation"]


def test_the_link_to_the_order_is_sent_again_to_who_has_the_address_now(bought: Bought) -> None:
    asks(bought)
    confirms(bought, link(bought))
    vault = bought.buyer.app.extensions["shop"].services.vault
    with bought.harness.database.transaction() as session:
        assert resend_link.send_links(session, vault, OLD) == 0
        assert resend_link.send_links(session, vault, NEW) == 1


@pytest.mark.parametrize("key", ["0" * 40, "x", "%00", "a" * 500])
def test_a_made_up_link_confirms_nothing(bought: Bought, key: str) -> None:
    asks(bought)
    assert bought.buyer.get(f"/confirm-email/{key}").status_code in {400, 404, 410}
    assert standing(bought) == OLD


def test_all_of_it_is_kept_sealed_exported_and_erased(bought: Bought) -> None:
    asks(bought)
    confirms(bought, link(bought))
    vault = bought.buyer.app.extensions["shop"].services.vault
    reference = bought.harness.order(bought.order).reference
    with bought.harness.database.reading() as session:
        (kept,) = privacy.everything(session, vault, reference)["email_changes"]
        rows = str(session.execute(text("SELECT * FROM email_change")).all())
    assert (kept["before"], kept["email"], kept["by"]) == (OLD, NEW, "buyer")
    assert OLD not in rows
    with bought.harness.database.transaction() as session:
        privacy.erase(session, vault, reference, actor="test")
    with bought.harness.database.reading() as session:
        (kept,) = privacy.everything(session, vault, reference)["email_changes"]
    assert "email" not in kept
