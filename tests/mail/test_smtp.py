"""Sending to a real mail server on this machine: one that works, refuses, hangs, dies, or asks who we are."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from shop.alerts import open_alerts
from shop.db import Database
from shop.mail import sending
from shop.mail.sending import SmtpTransport, send_next
from tests.mail.test_outbox import only, written


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


class Box:
    """A server's letterbox; `answer` is what it says to an e-mail, `rcpt` to an address."""

    def __init__(self, answer: str = "250 taken", rcpt: str = "250 known") -> None:
        self.emails: list[Envelope] = []
        self.answer, self.rcpt = answer, rcpt

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
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
        assert send_next(database, post, written)
    (email,) = box.emails
    assert email.rcpt_tos == ["ada@example.com"]
    assert email.content is not None
    assert b"Words" in (email.content if isinstance(email.content, bytes) else email.content.encode())
    assert only(database).sent_at is not None


@pytest.mark.parametrize("answers", [
    {"answer": "451 later, please"},
    {"answer": "554 we think this is spam"},
    {"rcpt": "450 mailbox busy"},
    {"rcpt": "550 nobody here by that name"},
])  # fmt: skip
def test_a_server_that_refuses_is_asked_again_later(
    database: Database, paid: int, answers: dict[str, str]
) -> None:
    with server(Box(**answers)) as post:
        assert send_next(database, post, written)
    assert waits(database)


def test_a_server_that_is_not_there_is_asked_again_later(database: Database, paid: int) -> None:
    assert send_next(database, SmtpTransport(f"smtp://127.0.0.1:{free_port()}"), written)
    assert waits(database)


@pytest.mark.parametrize("said", [(), (b"220 hello\r\n",)])
def test_a_server_that_hangs_is_left_after_a_while(
    database: Database, paid: int, said: tuple[bytes, ...]
) -> None:
    with speaking(*said, then_hang=True) as post:
        assert send_next(database, post, written)
    assert waits(database)


@pytest.mark.parametrize("said", [(), (b"220 hello\r\n",), (b"421 closing\r\n",), (b"\xff\xfe\r\n",)])
def test_a_server_that_dies_loses_nothing(database: Database, paid: int, said: tuple[bytes, ...]) -> None:
    with speaking(*said) as post:
        assert send_next(database, post, written)
    assert waits(database)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_server_that_asks_who_we_are_is_told(database: Database, paid: int) -> None:
    told: list[LoginPassword] = []

    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        told.append(data)
        return AuthResult(success=data.password == b"p:w")

    box = Box()
    with server(box, authenticator=check, auth_required=True, auth_require_tls=False) as post:
        post.user, post.password = "shop", "wrong"
        assert send_next(database, post, written)
        assert waits(database)
        post.password = "p:w"
        post.send(written(sending.outbox.Claimed(1, "refund", paid, "<a@b>", 1)))
    assert [data.login for data in told][-1] == b"shop"
    assert len(box.emails) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_password_is_not_sent_to_a_server_elsewhere_that_offers_no_tls(
    database: Database, paid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []

    def remember(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        heard.append(data.password)
        return AuthResult(success=True)

    box = Box()
    with server(box, authenticator=remember, auth_required=True, auth_require_tls=False) as post:
        post.user, post.password = "shop", "hunter2"
        dial = socket.create_connection
        monkeypatch.setattr(socket, "create_connection", lambda at, *more: dial(("127.0.0.1", at[1]), *more))
        post.host = "mail.example"
        assert send_next(database, post, written)
    assert (heard, box.emails) == ([], [])
    assert waits(database), "for a server that can keep a secret"
    with database.reading() as session:
        (alert,) = open_alerts(session)
    assert "MAIL_URL" in alert.said
    assert "hunter2" not in alert.about + alert.detail
