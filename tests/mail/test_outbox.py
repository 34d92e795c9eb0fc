"""An e-mail is put in once, taken by one worker at a time, and never lost."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.db import Database
from shop.mail import outbox
from shop.mail.models import QueuedEmail
from shop.mail.outbox import Claimed
from shop.mail.retries import LONGEST_DELAY
from shop.mail.sending import FileTransport, FromTheShop, SmtpTransport, Transport, send_next, transport
from tests.engines import ONE_ENGINE
from tests.harness import Harness


class Killed(BaseException):
    """The process ends here."""


def written(claimed: Claimed) -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = claimed.message_id
    message["From"], message["To"] = "orders@example.com", "ada@example.com"
    message.set_content("Words")
    return message


def nobody_told(_session: Session, _claimed: Claimed, answer: str) -> None:
    raise AssertionError(answer)


class Post:
    """A transport that remembers, and fails as it is told."""

    def __init__(self, fails: BaseException | None = None) -> None:
        self.out: list[str] = []
        self.fails = fails

    def send(self, message: EmailMessage) -> None:
        if not isinstance(self.fails, OSError):
            self.out.append(message["Message-ID"])
        if self.fails:
            raise self.fails


def put(database: Database, order: int, key: str) -> bool:
    with database.transaction() as session:
        return outbox.put(session, kind="refund", order_id=order, dedupe_key=key)


def only(database: Database) -> QueuedEmail:
    with database.reading() as session:
        return session.scalars(select(QueuedEmail)).one()


@ONE_ENGINE
def test_an_email_is_put_in_once_for_each_thing_it_tells_of(database: Database, paid: int) -> None:
    assert [put(database, paid, "refund re_1"), put(database, paid, "refund re_1")] == [True, False]
    assert put(database, paid, "refund re_2")


@ONE_ENGINE
def test_an_email_goes_with_the_change_it_tells_of_or_not_at_all(harness: Harness, paid: int) -> None:
    with pytest.raises(Killed), harness.database.transaction() as session:
        outbox.put(session, kind="refund", order_id=paid, dedupe_key="refund re_1")
        raise Killed
    assert harness.emails(paid) == ["order-confirmation"]


@ONE_ENGINE
def test_sending_takes_one_after_another_and_then_none(database: Database, paid: int) -> None:
    put(database, paid, "refund re_1")
    post = Post()
    assert [send_next(database, post, written, nobody_told) for _ in range(3)] == [True, True, False]
    assert len(set(post.out)) == 2


def test_many_workers_at_once_send_every_email_once(database: Database, paid: int) -> None:
    for number in range(19):
        put(database, paid, f"refund re_{number}")
    post, start = Post(), Barrier(4)

    def work(_: int) -> None:
        start.wait()
        while send_next(database, post, written, nobody_told):
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(post.out) == len(set(post.out)) == 20


@ONE_ENGINE
def test_while_one_worker_holds_an_email_no_other_takes_it(
    database: Database, paid: int, later: Callable[[timedelta], None]
) -> None:
    with database.transaction() as session:
        first = outbox.claim(session)
    with database.transaction() as session:
        assert outbox.claim(session) is None
    later(outbox.LEASE - timedelta(seconds=10))
    with database.transaction() as session:
        assert outbox.claim(session) is None
    later(outbox.LEASE + timedelta(seconds=10))
    with database.transaction() as session:
        second = outbox.claim(session)
    assert first is not None
    assert second is not None
    assert (second.message_id, second.attempts) == (first.message_id, 2)


@ONE_ENGINE
def test_killed_between_sending_and_noting_it_goes_again_under_the_same_message_id(
    database: Database, paid: int, later: Callable[[timedelta], None]
) -> None:
    dies, lives = Post(Killed()), Post()
    with pytest.raises(Killed):
        send_next(database, dies, written, nobody_told)
    assert not send_next(database, lives, written, nobody_told), "its lease still runs"
    later(outbox.LEASE + timedelta(seconds=1))
    assert send_next(database, lives, written, nobody_told)
    assert lives.out == dies.out
    assert only(database).sent_at is not None


def test_an_email_that_will_not_go_waits_longer_each_time_and_never_gives_up(
    database: Database, paid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, waits = [clock.now()], []
    monkeypatch.setattr(clock, "now", lambda: now[-1])
    for _ in range(12):
        assert send_next(database, Post(OSError("down")), written, nobody_told)
        due = only(database).due_at
        waits.append((due - now[-1]).total_seconds())
        now.append(due + timedelta(seconds=1))
    assert 22 < waits[0] < 38
    assert all(wait < LONGEST_DELAY.total_seconds() * 1.3 for wait in waits)
    assert waits[11] > 40 * 60
    post = Post()
    assert send_next(database, post, written, nobody_told)
    assert len(post.out) == 1


def test_one_email_that_fails_holds_up_no_other(database: Database, paid: int) -> None:
    put(database, paid, "refund re_1")

    def cannot(claimed: Claimed) -> EmailMessage:
        if claimed.kind == "order-confirmation":
            raise ValueError("cannot be written")
        return written(claimed)

    post = Post()
    with pytest.raises(ValueError, match="cannot be written"):
        send_next(database, post, cannot, nobody_told)
    assert send_next(database, post, cannot, nobody_told)
    assert not send_next(database, post, cannot, nobody_told), "the other waits for its turn"
    assert len(post.out) == 1


def test_an_email_nobody_should_get_is_noted_and_never_tried_again(database: Database, paid: int) -> None:
    post = Post()
    assert send_next(database, post, lambda _: outbox.Drop.NOT_SO, nobody_told)
    assert not send_next(database, post, written, nobody_told)
    assert (only(database).dropped, post.out) == ("not so any more", [])


def test_waiting_emails_can_be_stopped_and_sent_ones_stay_sent(harness: Harness, paid: int) -> None:
    database, other = harness.database, harness.place("heart")
    send_next(database, Post(), written, nobody_told)
    put(database, paid, "refund re_1")
    put(database, other, "refund re_2")
    with database.transaction() as session:
        assert outbox.drop_unsent(session, outbox.Drop.ERASED, order_id=paid) == 1
        assert outbox.drop_unsent(session, outbox.Drop.RESTORED) == 1
        assert outbox.drop_unsent(session, outbox.Drop.RESTORED) == 0
    with database.reading() as session:
        rows = session.execute(
            select(QueuedEmail.dropped, QueuedEmail.sent_at).order_by(QueuedEmail.id)
        ).all()
    assert [(why, sent is not None) for why, sent in rows] == [
        (None, True),
        ("erased", False),
        ("restored from a backup", False),
    ]


@ONE_ENGINE
def test_files_are_one_an_email_for_their_owner_alone(database: Database, paid: int, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    claimed = Claimed(1, "refund", paid, "<abc123@in-remembrance.invalid>", 1, clock.now())
    for _ in range(2):
        FileTransport(folder).send(written(claimed))
    (file,) = folder.iterdir()
    assert file.name == "abc123.eml"
    assert re.search(rb"^Message-ID: <abc123@", file.read_bytes(), re.MULTILINE)
    assert folder.stat().st_mode & 0o077 == 0


def test_the_transport_is_what_the_settings_say(tmp_path: Path) -> None:
    def post(url: str | None) -> Transport:
        made = transport(url, tmp_path, "orders@example.com")
        assert isinstance(made, FromTheShop)
        assert made.sender == "orders@example.com"
        return made.post

    files = post(None)
    assert isinstance(files, FileTransport)
    assert files.folder == tmp_path / "mail"
    plain, tls = post("smtp://mail"), post("smtps://a%40b:p%3Aw@mail:4650")
    assert isinstance(plain, SmtpTransport)
    assert (plain.host, plain.port, plain.tls, plain.user) == ("mail", 25, False, None)
    assert isinstance(tls, SmtpTransport)
    assert (tls.port, tls.tls, tls.user, tls.password) == (4650, True, "a@b", "p:w")
    assert SmtpTransport("smtps://mail").port == 465


def test_an_email_is_from_the_shop_and_its_number_from_the_same_domain(tmp_path: Path) -> None:
    message = EmailMessage()
    message["To"], message["Message-ID"] = "ada@example.com", "<abc123@in-remembrance.invalid>"
    transport(None, tmp_path, "hello@shop.example").send(message)
    sent = (tmp_path / "mail" / "abc123.eml").read_text()
    assert "From: In Remembrance <hello@shop.example>" in sent
    assert "Message-ID: <abc123@shop.example>" in sent
    assert "invalid" not in sent
