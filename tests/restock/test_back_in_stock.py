"""Whoever asks is written to once when a sold-out variant can be had again, and then forgotten."""

import re
import smtplib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage

import pytest
from jinja2 import Environment, FileSystemLoader

from shop import backup, clock, erasures, stock, trader
from shop.dedications.vault import Vault
from shop.emails import back_in_stock
from shop.emails.other_emails import Sender
from shop.restock import waiting
from shop.restock.waiting import KEPT, LEASE, SETTLED
from tests.emails.truth import of_html, of_text
from tests.engines import ONE_ENGINE
from tests.harness import Harness, open_harness

SITE = "https://shop.example"
ADA, BEA = "ada@example.com", "bea@example.com"


TEMPLATES = Environment(loader=FileSystemLoader("templates"), autoescape=True)


def rendered(name: str, **given: object) -> str:
    return TEMPLATES.get_template(name).render(**given)


class Post:
    """A mail server: what it took, or what it answers instead."""

    def __init__(self) -> None:
        self.took: list[EmailMessage] = []
        self.fails: BaseException | None = None

    def send(self, message: EmailMessage) -> None:
        if self.fails:
            raise self.fails
        self.took.append(message)

    @property
    def to(self) -> list[str]:
        return [str(message["To"]) for message in self.took]


class Shelf:
    """The first variant of the disc, who waits for it, and the worker's rounds."""

    def __init__(self, harness: Harness, seller: trader.Trader) -> None:
        self.harness, self.database, self.post, self.seller = harness, harness.database, Post(), seller
        with self.database.reading() as session:
            catalogue = back_in_stock.snapshot.load(session)
            self.variant, self.other = (one.id for one in catalogue.by_slug["disc"].variants[:2])
        harness.set_stock("disc", 0)

    @property
    def vault(self) -> Vault:
        return self.harness.services.vault

    def asks(self, email: str, variant: int | None = None) -> None:
        with self.database.transaction() as session:
            waiting.ask(session, self.vault, variant or self.variant, email)

    def waits(self) -> int:
        with self.database.reading() as session:
            return waiting.how_many(session).get(self.variant, 0)

    def round(self) -> bool:
        """The worker's round, but for receipts."""
        return back_in_stock._tell(self.sender)

    def whole_round(self) -> bool:
        return back_in_stock.tell_who_waits(self.sender)

    @property
    def sender(self) -> Sender:
        return Sender(self.database, self.vault, self.post, rendered, SITE, self.seller)

    def keys(self) -> set[str]:
        return set(self.vault.keys.all_ids())


@pytest.fixture
def shelf(database, tmp_path) -> Shelf:
    return Shelf(open_harness(database), trader.load(tmp_path, livemode=False))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    def go_on(time: timedelta) -> None:
        then = clock.now() + time
        monkeypatch.setattr(clock, "now", lambda: then)

    return go_on


def comes_back(shelf: Shelf, later: Callable[[timedelta], None], pieces: int = 1) -> None:
    shelf.harness.set_stock("disc", pieces)
    assert not shelf.round(), "it has only just come back"
    later(SETTLED)


@ONE_ENGINE
def test_while_it_is_sold_out_nobody_is_written_to(shelf, later) -> None:
    shelf.asks(ADA)
    for _ in range(3):
        assert not shelf.round()
        later(timedelta(days=1))
    assert shelf.post.to == []
    assert shelf.waits() == 1


def test_when_it_is_back_one_e_mail_goes_out_and_nothing_of_the_address_is_left(shelf, later) -> None:
    keys = shelf.keys()
    shelf.asks(ADA)
    assert len(shelf.keys() - keys) == 1
    comes_back(shelf, later)
    assert shelf.round()
    assert not shelf.round()
    (message,) = shelf.post.took
    assert (message["To"], message["Subject"]) == (ADA, "Back in stock, as you asked")
    text = message.get_body(("plain",)).get_content()
    assert of_text(text) == of_html(message.get_body(("html",)).get_content())
    assert f"{SITE}/pieces/disc" in text
    assert "Disc, " in text
    assert shelf.waits() == 0
    assert shelf.keys() == keys, "no old copy of the database opens it"


@ONE_ENGINE
def test_however_often_it_comes_and_goes_it_is_told_once(shelf, later) -> None:
    shelf.asks(ADA)
    for _ in range(3):
        comes_back(shelf, later)
        shelf.round()
        shelf.harness.set_stock("disc", 0)
        shelf.round()
    assert shelf.post.to == [ADA]


@ONE_ENGINE
def test_asked_twice_it_is_told_once_and_may_be_asked_again_afterwards(shelf, later) -> None:
    for email in (ADA, ADA, "ADA@example.com"):
        shelf.asks(email)
    assert shelf.waits() == 1
    comes_back(shelf, later)
    shelf.round()
    shelf.asks(ADA)
    assert shelf.waits() == 1


def test_asked_by_four_clicks_at_once_it_is_kept_once(shelf) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: shelf.asks(ADA), range(4)))
    assert shelf.waits() == 1


@ONE_ENGINE
def test_they_are_told_in_the_order_in_which_they_asked_for_as_long_as_some_are_left(shelf, later) -> None:
    for email in (BEA, ADA, "cleo@example.com"):
        shelf.asks(email)
    comes_back(shelf, later)
    shelf.round()
    shelf.round()
    shelf.harness.set_stock("disc", 0)
    assert not shelf.round()
    assert shelf.post.to == [BEA, ADA]
    assert shelf.waits() == 1


@ONE_ENGINE
def test_another_length_that_is_back_tells_nobody(shelf, later) -> None:
    with shelf.database.transaction() as session:
        gone = -stock.level_of(session, shelf.other).on_hand
        stock.adjust(session, shelf.other, gone, reason="damaged", actor="owner")
    shelf.asks(ADA, shelf.other)
    comes_back(shelf, later)
    assert not shelf.round()


@ONE_ENGINE
def test_a_payment_page_that_closed_for_a_moment_tells_nobody(shelf, later) -> None:
    shelf.harness.set_stock("disc", 1)
    with shelf.database.transaction() as session:
        hold = stock.place_hold(session, {shelf.variant: 1}, lasts=SETTLED)
    shelf.asks(ADA)
    assert not shelf.round()
    with shelf.database.transaction() as session:
        stock.release(session, hold)
    assert not shelf.round()
    with shelf.database.transaction() as session:
        stock.place_hold(session, {shelf.variant: 1}, lasts=SETTLED)
    later(SETTLED / 2)
    assert not shelf.round()
    later(SETTLED)
    assert not shelf.round(), "it was taken again before it had been free for long"
    assert shelf.post.to == []


def test_four_workers_write_once(shelf, later) -> None:
    shelf.asks(ADA)
    comes_back(shelf, later)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: shelf.round(), range(4)))
    assert shelf.post.to == [ADA]


def test_a_worker_killed_after_sending_sends_the_same_e_mail_and_then_forgets(
    shelf, later, monkeypatch
) -> None:
    shelf.asks(ADA)
    comes_back(shelf, later)
    with monkeypatch.context() as killed:
        killed.setattr(waiting, "forget", _stop)
        with pytest.raises(KeyboardInterrupt):
            shelf.round()
    assert not shelf.round(), "another worker may still be at it"
    later(LEASE)
    assert shelf.round()
    first, second = shelf.post.took
    assert first["Message-ID"] == second["Message-ID"]
    assert shelf.waits() == 0


@ONE_ENGINE
def test_a_worker_killed_between_key_and_row_writes_to_nobody_again(shelf, later) -> None:
    shelf.asks(ADA)
    comes_back(shelf, later)
    with shelf.database.transaction() as session:
        row = session.scalars(waiting.select(waiting.StockRequest)).one()
        shelf.vault.destroy([row.key_id], [])
    assert not shelf.round()
    assert shelf.waits() == 0


def _stop(*_given: object) -> None:
    raise KeyboardInterrupt


@ONE_ENGINE
def test_while_the_mail_server_is_away_it_waits_and_goes_out_once(shelf, later) -> None:
    shelf.asks(ADA)
    comes_back(shelf, later)
    shelf.post.fails = ConnectionRefusedError()
    assert shelf.round()
    assert not shelf.round()
    shelf.post.fails = None
    later(LEASE)
    assert shelf.round()
    assert shelf.post.to == [ADA]
    assert shelf.waits() == 0


@ONE_ENGINE
@pytest.mark.parametrize(("code", "left"), [(550, 0), (450, 1)])
def test_an_address_that_takes_no_e_mail_is_forgotten_and_one_that_is_busy_is_tried_again(
    shelf, later, code: int, left: int
) -> None:
    shelf.asks(ADA)
    comes_back(shelf, later)
    shelf.post.fails = smtplib.SMTPRecipientsRefused({ADA: (code, b"no")})
    assert shelf.round()
    assert shelf.waits() == left


def test_what_never_comes_back_is_forgotten_after_the_days_the_privacy_page_gives(shelf, later) -> None:
    keys = shelf.keys()
    shelf.asks(ADA)
    for time, left in ((KEPT - timedelta(minutes=1), 1), (timedelta(minutes=2), 0)):
        later(time)
        with shelf.database.transaction() as session:
            waiting.forget_old(session, shelf.vault)
        assert shelf.waits() == left
    assert shelf.keys() == keys


def test_a_copy_that_is_brought_back_forgets_again_and_its_key_is_kept_while_it_waits(shelf, later) -> None:
    shelf.asks(ADA)
    with shelf.database.reading() as session:
        row = session.scalars(waiting.select(waiting.StockRequest)).one()
        old = {column.name: getattr(row, column.name) for column in row.__table__.columns}
    assert old["key_id"] in erasures.used(shelf.database)
    comes_back(shelf, later)
    shelf.round()
    erasures.catch_up(shelf.database, shelf.vault)
    with shelf.database.transaction() as session:
        session.add(waiting.StockRequest(**old))
    assert erasures.catch_up(shelf.database, shelf.vault, afresh=True) == 1
    assert shelf.waits() == 0


@ONE_ENGINE
def test_no_column_holds_the_address(shelf) -> None:
    shelf.asks(ADA)
    with shelf.database.reading() as session:
        row = session.scalars(waiting.select(waiting.StockRequest)).one()
        held = {column.name: str(getattr(row, column.name)) for column in row.__table__.columns}
    assert not any(ADA in value for value in held.values()), held  # "ada" or "@" alone stand there by chance


def link_of(message: EmailMessage) -> str:
    found = re.search(rf"{SITE}/back-in-stock/(\w+)", message.get_body(("plain",)).get_content())
    assert found
    return found[1]


def test_whoever_asked_is_sent_a_link_once_that_takes_it_back_for_good(shelf, later) -> None:
    keys = shelf.keys()
    for _ in range(2):
        shelf.asks(ADA)
        shelf.whole_round()
        later(LEASE)
    (message,) = shelf.post.took
    assert (message["To"], message["Subject"]) == (ADA, "We write to you once, as you asked")
    token = link_of(message)
    for _ in range(2):
        with shelf.database.transaction() as session:
            waiting.take_back(session, shelf.vault, token)
        assert (shelf.waits(), shelf.keys()) == (0, keys)
    comes_back(shelf, later)
    assert not shelf.whole_round()
    assert shelf.post.to == [ADA]


def test_a_link_takes_back_its_own_wish_alone_and_an_invented_one_none(shelf) -> None:
    for email in (ADA, BEA):
        shelf.asks(email)
        shelf.whole_round()
    tokens = [link_of(message) for message in shelf.post.took]
    assert len(set(tokens)) == 2
    with shelf.database.transaction() as session:
        for token in ("", "x" * 32, f"{tokens[0]}a", tokens[0].upper(), tokens[0]):
            waiting.take_back(session, shelf.vault, token)
        (left,) = session.scalars(waiting.select(waiting.StockRequest)).all()
        assert waiting.asked_by(session, tokens[1]) is left


@ONE_ENGINE
def test_a_receipt_that_is_not_taken_is_tried_again_and_one_that_is_refused_forgets(shelf, later) -> None:
    shelf.asks(ADA)
    shelf.post.fails = ConnectionRefusedError()
    shelf.whole_round()
    shelf.post.fails = None
    assert not shelf.whole_round()
    later(LEASE)
    assert shelf.whole_round()
    assert shelf.post.to == [ADA]
    shelf.asks(BEA)
    shelf.post.fails = smtplib.SMTPRecipientsRefused({BEA: (550, b"no")})
    shelf.whole_round()
    assert shelf.waits() == 1


def test_four_workers_send_one_receipt(shelf) -> None:
    shelf.asks(ADA)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: shelf.whole_round(), range(4)))
    assert shelf.post.to == [ADA]


def test_a_copy_that_is_brought_back_sends_no_receipt_that_waited_in_it(shelf) -> None:
    shelf.asks(ADA)
    with shelf.database.transaction() as session:
        backup.drop_unsent(session)
    assert not shelf.whole_round()
    assert (shelf.post.took, shelf.waits()) == ([], 1)
