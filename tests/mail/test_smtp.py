"""Sending to a real mail server on this machine: one that works, refuses, hangs, dies, or asks who we are."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused, SMTPServerDisconnected

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, open_alerts
from shop.db import Database
from shop.mail import outbox, sending
from shop.mail.answers import answer_to
from shop.mail.outbox import Claimed
from shop.mail.sending import FileTransport, SmtpTransport, send_next
from tests.mail.test_outbox import Post, nobody_told, only, written


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@dataclass
class Time:
    """What the shop's clock shows."""

    now: datetime


@dataclass
class Told:
    """What the owner is told of e-mails that are refused."""

    answers: list[str] = field(default_factory=list)

    def __call__(self, _session: Session, _claimed: Claimed, answer: str) -> None:
        self.answers.append(answer)


class Box:
    """A server's letterbox; `answer` is what it says to an e-mail, `rcpt` to an address."""

    def __init__(self, answer: str = "250 taken", rcpt: str = "250 known") -> None:
        self.emails: list[Envelope] = []
        self.answer, self.rcpt = answer, rcpt
        self.goodbye = "221 bye"

    async def handle_QUIT(self, _server: SMTP, _session: SmtpSession, _envelope: Envelope) -> str:
        return self.goodbye

    async def handle_RCPT(
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:
        self.emails.append(envelope)
        return self.answer


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


@contextmanager
def server(box: Box, **how: object) -> Iterator[SmtpTransport]:
    controller = Controller(box, hostname="127.0.0.1", port=free_port(), **how)
    controller.start()
    try:
        yield SmtpTransport(f"smtp://127.0.0.1:{controller.port}")
    finally:
        controller.stop()


@contextmanager
def speaking(*lines: bytes, then_hang: bool = False) -> Iterator[SmtpTransport]:
    """A server that says these lines and then closes, or says nothing more."""
    done = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with closing(connection):
                for line in lines:
                    connection.sendall(line)
                if then_hang:
                    done.wait(10)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield SmtpTransport(f"smtp://127.0.0.1:{listening.getsockname()[1]}")
        finally:
            done.set()
            thread.join()


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SMTP_TIMEOUT_SECONDS", 0.5)


def waits(database: Database) -> bool:
    email = only(database)
    return email.sent_at is None and email.dropped is None and email.due_at > email.created_at


def test_a_server_that_works_gets_the_email_whole(database: Database, paid: int) -> None:
    box = Box()
    with server(box) as post:
        assert send_next(database, post, written, nobody_told)
    (email,) = box.emails
    assert email.rcpt_tos == ["ada@example.com"]
    assert email.content is not None
    assert b"Words" in (email.content if isinstance(email.content, bytes) else email.content.encode())
    assert only(database).sent_at is not None


def in_three_parts() -> EmailMessage:
    """Text, HTML and a picture, as an order's e-mails are."""
    message = EmailMessage()
    message["From"], message["To"] = "orders@example.com", "ada@example.com"
    message["Message-ID"] = "<1@example.com>"
    message.set_content("Words")
    message.add_alternative("<p>Words</p>", subtype="html")
    message.get_payload(1).add_related(b"picture", maintype="image", subtype="png", cid="<1>")
    return message


def patterns() -> int:
    """How many the library remembers."""
    return len(re._cache)  # type: ignore[attr-defined]


def test_no_email_that_was_sent_is_remembered(tmp_path: Path) -> None:
    """What divides the parts of each was, as a pattern: hundreds of them, in memory for ever."""
    box, files = Box(), FileTransport(tmp_path)
    with server(box) as post:
        for transport in (post, files):
            transport.send(in_three_parts())
        before = patterns()
        for transport in (post, files) * 3:
            transport.send(in_three_parts())
    assert patterns() == before
    for sent in (*(email.original_content for email in box.emails), *file_contents(tmp_path)):
        read = message_from_bytes(sent or b"", policy=policy.default)
        assert [part.get_content_type() for part in read.walk() if not part.is_multipart()] == [
            "text/plain",
            "text/html",
            "image/png",
        ]
        assert not read.defects


def file_contents(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.glob("*.eml")]


@pytest.mark.parametrize("answers", [
    {"answer": "451 later, please"},
    {"answer": "452 4.3.1 no room"},
    {"rcpt": "450 mailbox busy"},
    {"rcpt": "450 5.1.1 a status that is not its code's"},
])  # fmt: skip
def test_a_server_that_refuses_for_now_is_asked_again_later(
    database: Database, paid: int, answers: dict[str, str]
) -> None:
    with server(Box(**answers)) as post:
        assert send_next(database, post, written, nobody_told)
    assert waits(database)


@pytest.mark.parametrize(("answers", "said"), [
    ({"rcpt": "550 nobody here by that name"}, "550"),
    ({"rcpt": "550 5.1.1 <ada@example.com> is not known"}, "550 5.1.1"),
    ({"rcpt": "550 5.2.1 disabled"}, "550 5.2.1"),
    ({"rcpt": "556 5.1.10 takes no e-mail"}, "556 5.1.10"),
    ({"answer": "552 5.3.4 too large"}, "552 5.3.4"),
    ({"answer": "554 5.6.0 cannot be read"}, "554 5.6.0"),
])  # fmt: skip
def test_what_is_refused_for_good_is_given_up_at_once_and_the_owner_is_told(
    database: Database, paid: int, answers: dict[str, str], said: str
) -> None:
    told = Told()
    with server(Box(**answers)) as post:
        assert send_next(database, post, written, told)
    assert (only(database).dropped, told.answers) == (outbox.Drop.REFUSED, [said])
    assert not send_next(database, post, written, nobody_told)


@pytest.mark.parametrize(("answers", "said"), [
    ({"answer": "554 we think this is spam"}, "554"),
    ({"answer": "550 5.7.1 your address is on a list"}, "550 5.7.1"),
    ({"rcpt": "554 relay denied"}, "554"),
    ({"rcpt": "550 5.7.1 relay denied"}, "550 5.7.1"),
    ({"rcpt": "552 5.2.2 mailbox full"}, "552 5.2.2"),
    ({"rcpt": "553 5.1.8 we do not know your domain"}, "553 5.1.8"),
])  # fmt: skip
def test_what_the_owner_can_mend_or_the_buyer_is_told_of_and_tried_on(
    database: Database, paid: int, answers: dict[str, str], said: str
) -> None:
    told = Told()
    with server(Box(**answers)) as post:
        assert send_next(database, post, written, told)
    assert waits(database)
    assert told.answers == [said]


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The shop's clock, which goes on when it is told to."""
    time = Time(clock.now())
    monkeypatch.setattr(clock, "now", lambda: time.now)
    return time


def test_what_is_refused_for_now_is_given_up_after_five_days(
    database: Database, paid: int, time: Time
) -> None:
    told, began = Told(), time.now
    post = Post(SMTPRecipientsRefused({"ada@example.com": (450, b"4.2.1 later")}))
    while (email := only(database)).dropped is None:
        time.now = email.due_at
        assert send_next(database, post, written, told)
    assert (only(database).dropped, told.answers) == (outbox.Drop.REFUSED, ["450 4.2.1"])
    assert timedelta(days=4) < time.now - began < timedelta(days=6)


def test_however_long_the_server_is_away_no_email_is_given_up_and_the_owner_is_told_until_it_is_back(
    database: Database, paid: int, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_TRIES", 36)  # tries that counted would be too many after two days
    away = SmtpTransport(f"smtp://127.0.0.1:{free_port()}")
    for _ in range(sending.MOST_TRIES + 5):
        time.now = only(database).due_at
        assert send_next(database, away, written, nobody_told)
    with database.reading() as session:
        assert [alert.kind for alert in open_alerts(session)] == [AlertKind.MAIL_WAITS]
    time.now = only(database).due_at
    with server(Box(rcpt="450 later")) as post:
        assert send_next(database, post, written, nobody_told)
    assert waits(database), "the first answer is not the last"
    with database.reading() as session:
        assert open_alerts(session) == []


@pytest.mark.parametrize("error", [
    SMTPDataError(421, b"closing"),
    SMTPRecipientsRefused({"ada@example.com": (421, b"closing")}),
    SMTPSenderRefused(550, b"5.1.8 not from you", "orders@example.com"),
    SMTPServerDisconnected(),
    ConnectionRefusedError(),
])  # fmt: skip
def test_what_any_other_email_would_have_been_told_is_no_answer_to_this_one(error: Exception) -> None:
    assert answer_to(error) is None


def test_an_email_that_was_taken_before_a_rude_goodbye_is_not_sent_again(
    database: Database, paid: int
) -> None:
    box = Box()
    box.goodbye = "500 what"
    with server(box) as post:
        assert send_next(database, post, written, nobody_told)
    assert only(database).sent_at is not None


def test_a_server_that_is_not_there_is_asked_again_later(database: Database, paid: int) -> None:
    assert send_next(database, SmtpTransport(f"smtp://127.0.0.1:{free_port()}"), written, nobody_told)
    assert waits(database)


@pytest.mark.parametrize("said", [(), (b"220 hello\r\n",)])
def test_a_server_that_hangs_is_left_after_a_while(
    database: Database, paid: int, said: tuple[bytes, ...]
) -> None:
    with speaking(*said, then_hang=True) as post:
        assert send_next(database, post, written, nobody_told)
    assert waits(database)


@pytest.mark.parametrize("said", [(), (b"220 hello\r\n",), (b"421 closing\r\n",), (b"\xff\xfe\r\n",)])
def test_a_server_that_dies_loses_nothing(database: Database, paid: int, said: tuple[bytes, ...]) -> None:
    with speaking(*said) as post:
        assert send_next(database, post, written, nobody_told)
    assert waits(database)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_server_that_asks_who_we_are_is_told(database: Database, paid: int) -> None:
    told: list[LoginPassword] = []

    def check(
        _server: SMTP, _session: SmtpSession, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        told.append(data)
        return AuthResult(success=data.password == b"p:w")

    box = Box()
    with server(box, authenticator=check, auth_required=True, auth_require_tls=False) as post:
        post.user, post.password = "shop", "wrong"
        assert send_next(database, post, written, nobody_told)
        assert waits(database)
        post.password = "p:w"
        post.send(written(Claimed(1, "refund", paid, "<a@b>", 1, clock.now())))
    assert [data.login for data in told][-1] == b"shop"
    assert len(box.emails) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_password_is_not_sent_to_a_server_elsewhere_that_offers_no_tls(
    database: Database, paid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []

    def remember(
        _server: SMTP, _session: SmtpSession, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        heard.append(data.password)
        return AuthResult(success=True)

    box = Box()
    with server(box, authenticator=remember, auth_required=True, auth_require_tls=False) as post:
        post.user, post.password = "shop", "hunter2"
        dial = socket.create_connection
        monkeypatch.setattr(socket, "create_connection", lambda at, *more: dial(("127.0.0.1", at[1]), *more))
        post.host = "mail.example"
        assert send_next(database, post, written, nobody_told)
    assert (heard, box.emails) == ([], [])
    assert waits(database), "for a server that can keep a secret"
    with database.reading() as session:
        (alert,) = open_alerts(session)
    assert "MAIL_URL" in alert.said
    assert "hunter2" not in alert.about + alert.detail
