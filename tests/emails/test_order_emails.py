"""What the e-mails say: everything that matters, to the letter; and what they never say."""

from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from shop.alerts import open_alerts
from shop.emails import order_emails
from shop.emails.email_kinds import KINDS
from shop.engraving.outlines import CannotUnite
from shop.mail.models import QueuedEmail
from shop.mail.outbox import Drop
from shop.mail.sending import FileTransport, send_next
from shop.orders.lifecycle import revoke_links
from shop.orders.models import OrderLine
from shop.orders.placing import Contact
from shop.privacy import erase
from shop.text.direction import isolated
from shop.worker import Worker
from tests.emails.orders import DISC, ELSEWHERE, LIVES, PETAL, email, paid, parts
from tests.harness import Harness
from tests.shopper import harness_of

HOSTILE = "<b>Ada & 'Byron'</b> {{7*7}} נֹעָה"
DEDICATION = "Only for the card in the box"
SHOW_WORDS = {"order-confirmation", "words-changed"}
WORDS = {("front", 1): "A & B", ("back", 1): "14 May"}


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def harness(app: Flask) -> Harness:
    return harness_of(app)


STRANGE: Final = Contact("ada@example.com", HOSTILE, HOSTILE, "", HOSTILE, "BA1 1AA", buyer_name=HOSTILE)
PRIVATE: Final = replace(DISC, dedication=DEDICATION)


def paid_order(harness: Harness, email: str = "ada@example.com") -> int:
    """A paid order by somebody with a name full of signs, one unit engraved and one not."""
    return paid(harness, PRIVATE, PETAL, contact=replace(STRANGE, email=email), message=DEDICATION)


def written_email(app: Flask, harness: Harness, order: int, kind: str) -> EmailMessage:
    """The newest e-mail of a kind as it arrives; of a refund, once there was one."""
    if kind == "refund" and kind not in harness.emails(order):
        harness.refunds(order, 100)
        harness.sync(order)
    return email(app, harness, order, kind)


@pytest.mark.parametrize("kind", LIVES)
def test_every_kind_of_email_is_whole_and_safe_in_text_and_html(
    app: Flask, harness: Harness, kind: str
) -> None:
    order = LIVES[kind](harness, STRANGE)
    text, html = parts(email(app, harness, order, kind))
    reference = harness.order(order).reference
    for said in (text, html):
        assert reference in said
        assert ("/orders/" in said) is not KINDS[kind].to_a_stranger, "the way to the order is the buyer's"
        assert DEDICATION not in said
        assert "{{" not in said.replace("{{7*7}}", "")
        assert "None" not in said
        assert "!" not in said.replace("<!doctype", "")
    if KINDS[kind].to_a_stranger:
        assert "Hello," in text
        assert "Byron" not in text + html
        return
    assert f"Dear {isolated(HOSTILE)}," in text, "to the letter, and nothing escaped where nothing is markup"
    assert "<b>" not in html
    assert "&lt;b&gt;Ada &amp; &#39;Byron&#39;&lt;/b&gt; {{7*7}} נֹעָה" in html
    assert "no money has moved" in text.lower()
    assert "no money has moved" in html.lower()


def test_the_buyer_is_told_what_was_posted_and_how_to_follow_it(app: Flask, harness: Harness) -> None:
    order = LIVES["posted"](harness, STRANGE)
    for said in parts(email(app, harness, order, "posted")):
        assert "Disc" in said
        assert "AB123456789GB" in said
        assert "royalmail.com/track-your-item" in said
        assert "A &" not in said


def test_the_confirmation_says_everything_that_was_agreed(app: Flask, harness: Harness) -> None:
    order = paid_order(harness)
    row = harness.order(order)
    for said in parts(written_email(app, harness, order, "order-confirmation")):
        total = f"£{row.total_pence // 100}.{row.total_pence % 100:02d}"
        for fact in ("Disc", "Petal", "14 May", "Royal Mail Tracked 24", total, "BA1 1AA", "within 14 days"):
            assert fact in said
        assert "£10.00" in said, "what the order gives"
    text, _ = parts(written_email(app, harness, order, "order-confirmation"))
    assert f"“{WORDS['front', 1]}”" in text


@pytest.mark.parametrize("kind", LIVES)
def test_the_envelope_gives_nothing_away(app: Flask, harness: Harness, kind: str) -> None:
    order = LIVES[kind](harness, STRANGE)
    message = email(app, harness, order, kind)
    reference = harness.order(order).reference
    assert message["Subject"] in {f"Your order {reference}", f"About your order {reference}"}
    assert message["To"] == (ELSEWHERE if KINDS[kind].to_a_stranger else "ada@example.com")
    assert message["Reply-To"] == "bench@example.com", "to cancel by replying is the buyer's right"
    assert message["Auto-Submitted"] == "auto-generated"
    everything = " ".join(f"{name}: {value}" for name, value in message.items())
    assert not any(word in everything for word in ("Byron", "Disc", "engrav", "memor"))


def test_an_accented_domain_is_written_as_mail_servers_know_it(app: Flask, harness: Harness) -> None:
    order = paid_order(harness, "ada@bücher.example")
    assert written_email(app, harness, order, "refund")["To"] == "ada@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "email", ["ada@example.com\r\nBcc: x@example.com", "a@example.com, b@example.com", "x"]
)
def test_no_address_can_add_a_header_or_a_reader(app: Flask, harness: Harness, email: str) -> None:
    order = paid_order(harness)
    with harness.database.transaction() as session:
        contact = harness.services.vault.reveal(session, order, "contact")
        harness.services.vault.seal(session, order, "contact", {**contact, "email": email})
    with pytest.raises(ValueError, match="no address for an e-mail"):
        written_email(app, harness, order, "refund")


def test_a_revoked_link_leaves_the_email_without_one(app: Flask, harness: Harness) -> None:
    order = paid_order(harness)
    with harness.database.transaction() as session:
        revoke_links(session, order)
    for said in parts(written_email(app, harness, order, "refund")):
        assert "/orders/" not in said


def test_no_email_follows_an_erasure(app: Flask, harness: Harness) -> None:
    order = paid_order(harness)
    with harness.database.transaction() as session:
        erase(session, harness.services.vault, harness.order(order).reference, actor="test")
    worker = Worker(app)
    harness.refunds(order, 100)
    harness.sync(order)  # decided after the erasure
    while worker._send_email():
        pass
    with harness.database.reading() as session:
        rows = session.scalars(select(QueuedEmail)).all()
    assert [(row.kind, row.dropped, row.sent_at) for row in rows] == [
        ("order-confirmation", "erased", None),
        ("refund", "erased", None),
    ]
    assert isinstance(worker.post.post, FileTransport)
    assert not worker.post.post.folder.exists()


def test_the_worker_writes_and_sends_what_waits(app: Flask, harness: Harness) -> None:
    paid_order(harness)
    worker = Worker(app)
    assert worker.step()
    assert isinstance(worker.post.post, FileTransport)
    (file,) = worker.post.post.folder.iterdir()
    read = message_from_bytes(file.read_bytes(), policy=policy.default)
    number = trade_email(harness).message_id
    assert read["Message-ID"] == number.replace("@in-remembrance.invalid", "@localhost")
    assert not send_next(harness.database, worker.post, lambda _: Drop.ERASED, order_emails.tell_refused)


def trade_email(harness: Harness) -> QueuedEmail:
    with harness.database.reading() as session:
        return session.scalars(select(QueuedEmail)).one()


def test_every_kind_is_tried_here() -> None:
    assert LIVES.keys() == KINDS.keys()


def images(message: EmailMessage) -> dict[str, EmailMessage]:
    """The pictures of an e-mail by their Content-ID."""
    return {part["Content-ID"]: part for part in message.walk() if part.get_content_maintype() == "image"}


def test_the_confirmation_shows_every_side_as_it_will_be_cut(app: Flask, harness: Harness) -> None:
    order = paid_order(harness)
    message = written_email(app, harness, order, "order-confirmation")
    _, html = parts(message)
    shown = BeautifulSoup(html, "html.parser").select("img")
    assert [image["alt"] for image in shown] == [
        "The piece as it will be, in Marcellus. Front: “A & B”",
        "The piece as it will be, in Marcellus. Back: “14 May”",
    ]
    attached = images(message)
    assert [f"<{str(image['src']).removeprefix('cid:')}>" for image in shown] == list(attached)
    reference = harness.order(order).reference
    assert [part.get_filename() for part in attached.values()] == [
        f"{reference}-1-front.jpeg", f"{reference}-1-back.jpeg",
    ]  # fmt: skip
    for part in attached.values():
        assert part.get_content_type() == "image/jpeg"
        assert part.get_content_disposition() == "inline"
        assert part.get_content().startswith(b"\xff\xd8")
    assert len({part.get_content() for part in attached.values()}) == 2
    assert "http" not in "".join(str(image["src"]) for image in shown), "nothing is fetched from elsewhere"


def test_the_confirmation_names_the_proof_we_can_be_held_to(app: Flask, harness: Harness) -> None:
    order = paid_order(harness)
    with harness.database.reading() as session:
        digest = session.scalars(select(OrderLine.proof_digest).where(OrderLine.engraved)).one()
    assert digest
    for said in parts(written_email(app, harness, order, "order-confirmation")):
        assert said.count(f"Proof {digest[:12]}") == 1


def test_the_email_of_changed_words_shows_all_that_stands_now_as_it_will_be_cut(
    app: Flask, harness: Harness
) -> None:
    message = email(app, harness, LIVES["words-changed"](harness, STRANGE), "words-changed")
    for said in parts(message):
        assert "This is" in said
        assert "14 May" in said
        assert "C &" not in said
        assert "Not engraved" in said
        assert "£" not in said
    assert len(images(message)) == 2


@pytest.mark.parametrize("kind", sorted(LIVES.keys() - SHOW_WORDS))
def test_other_emails_show_no_words(app: Flask, harness: Harness, kind: str) -> None:
    order = LIVES[kind](harness, STRANGE)
    message = email(app, harness, order, kind)
    assert not images(message)
    assert "A & B" not in message.as_string()


def test_an_email_sent_twice_is_the_same_email(app: Flask, harness: Harness) -> None:
    order = paid_order(harness)
    one, other = (images(written_email(app, harness, order, "order-confirmation")) for _ in range(2))
    assert {cid: part.get_content() for cid, part in one.items()} == {
        cid: part.get_content() for cid, part in other.items()
    }


def gives_up(*_: object) -> None:
    raise CannotUnite


def test_what_was_held_against_its_drawing_when_it_was_sold_is_not_held_against_it_for_a_picture(
    app: Flask, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = paid_order(harness)
    monkeypatch.setattr("shop.orders.approved_engraving.checked_cut", gives_up)
    assert len(images(written_email(app, harness, order, "order-confirmation"))) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("shop.orders.cutting.cut_sides", gives_up), ("shop.engraving.faces._sha256", lambda *_: "0" * 64)],
    ids=["not united", "face changed"],
)
def test_the_words_go_out_even_when_they_cannot_be_drawn_as_the_buyer_saw_them(
    app: Flask, harness: Harness, monkeypatch: pytest.MonkeyPatch, name: str, value: Callable[..., object]
) -> None:
    order = paid_order(harness)
    monkeypatch.setattr(name, value)
    message = written_email(app, harness, order, "order-confirmation")
    assert not images(message)
    text, html = parts(message)
    assert "“A & B”" in text
    assert ">A &amp; B</span>”" in html
    assert "<img" not in html
    with harness.database.reading() as session:
        (alert,) = open_alerts(session)
    assert alert.about == harness.order(order).reference
    assert "A & B" not in alert.detail


def test_the_confirmation_keeps_for_the_buyer_who_sold_it_and_how_to_cancel(
    app: Flask, harness: Harness
) -> None:
    order = paid_order(harness)
    for said in parts(written_email(app, harness, order, "order-confirmation")):
        flat = " ".join(said.split())
        for fact in (
            "Sample Jewellery Limited",
            "1 Sample Street",
            "bench@example.com",
            "These are sample details",
            "I/We* hereby give notice that I/We* cancel my/our* contract of sale of the following goods",
            "(only if this form is notified on paper)",
            "/delivery",
            "/terms",
        ):
            assert fact in flat, fact
    for other in parts(written_email(app, harness, order, "refund")):
        assert "Sample Jewellery Limited" in other
        assert "hereby give notice" not in other
