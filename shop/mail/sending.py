"""Sending: over SMTP when MAIL_URL is set, otherwise into files under instance/mail/; from MAIL_FROM."""

import os
import secrets
import smtplib
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from sqlalchemy.orm import Session

from shop import clock, files
from shop.alerts import AlertKind, raise_alert, withdraw_alert
from shop.db import Database
from shop.frozen import frozen
from shop.mail import outbox
from shop.mail.answers import MOST_TRIES, answer_to
from shop.mail.outbox import Claimed, Drop

SMTP_TIMEOUT_SECONDS: Final = 20
TOLD_AFTER: Final = timedelta(days=1)
"""How long an e-mail waits for the mail server before the owner is told."""
SERVER: Final = "MAIL_URL"
"""What alerts about the mail server as such are about."""


class Transport(Protocol):
    """A way for an e-mail to leave."""

    def send(self, message: EmailMessage) -> None:
        """Send it. Raises OSError or smtplib.SMTPException when it may be tried again."""


class FileTransport:
    """E-mails as files, one each, readable by any mail program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the e-mail under its Message-ID: sent twice, it is still one file."""
        files.private_folder(self.folder)
        file = self._file(message["Message-ID"])
        draft = self.folder / f".{file.stem}.{os.getpid()}"
        _divide(message)
        files.write_private(draft, message.as_bytes(policy=SMTP))
        draft.replace(file)

    def forget(self, message_ids: Iterable[str]) -> int:
        """Delete these e-mails; how many there were."""
        there = [file for file in map(self._file, message_ids) if file.exists()]
        for file in there:
            file.unlink(missing_ok=True)
        return len(there)

    def _file(self, message_id: str) -> Path:
        return self.folder / f"{message_id.strip('<>').split('@')[0]}.eml"


class PasswordInTheClear(smtplib.SMTPException):
    """The mail server offers no encryption, so our password would be read on the way; nothing was sent."""


class SmtpTransport:
    """E-mails through a mail server: smtp://user:password@host:port or smtps:// for TLS from the start."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.hostname or "localhost"
        self.tls = parts.scheme == "smtps"
        self.port = parts.port or (465 if self.tls else 25)
        self.user = unquote(parts.username) if parts.username else None
        self.password = unquote(parts.password or "")

    def send(self, message: EmailMessage) -> None:
        """Hand the e-mail over, encrypted whenever the server can. Raises PasswordInTheClear."""
        context = ssl.create_default_context()
        server = self._connect(context)
        try:
            self._hand_over(server, message, context)
        finally:
            with suppress(smtplib.SMTPException):  # how it says goodbye changes nothing about the e-mail
                server.quit()

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage, context: ssl.SSLContext) -> None:
        if not self.tls and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        if self.user and not isinstance(server.sock, ssl.SSLSocket) and not _this_machine(self.host):
            raise PasswordInTheClear
        if self.user:
            server.login(self.user, self.password)
        _divide(message)
        server.send_message(message)

    def _connect(self, context: ssl.SSLContext) -> smtplib.SMTP:
        if self.tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SMTP_TIMEOUT_SECONDS, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=SMTP_TIMEOUT_SECONDS)
        with suppress(smtplib.SMTPException):
            server.ehlo()
        return server


def _divide(message: EmailMessage) -> None:
    """Say what divides the parts of an e-mail.

    The library would look for it in the whole text by a pattern made for it, and hundreds of such patterns
    are remembered.
    """
    for part in message.walk():
        if part.is_multipart() and part.get_boundary() is None:
            part.set_boundary(secrets.token_hex(16))


def _this_machine(host: str) -> bool:
    """Whether what is sent to the host stays on this machine; a name is not looked up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@frozen
class FromTheShop:
    """Sends e-mails as the shop's own: their From, and where their Message-ID was made, are one domain.

    Servers think little of a Message-ID from a domain that is nobody's (RFC 5322, 3.6.4).
    """

    post: Transport
    sender: str
    """Its address."""

    def send(self, message: EmailMessage) -> None:
        """Say whom it is from, and send it."""
        mailbox, _, domain = self.sender.rpartition("@")
        message["From"] = Address("In Remembrance", mailbox, domain)
        name = message["Message-ID"].partition("@")[0]
        message.replace_header("Message-ID", f"{name}@{domain}>")
        self.post.send(message)


def transport(mail_url: str | None, instance_dir: Path, sender: str) -> FromTheShop:
    """The transport that the settings ask for."""
    post = SmtpTransport(mail_url) if mail_url else FileTransport(instance_dir / "mail")
    return FromTheShop(post, sender)


Writer = Callable[[Claimed], EmailMessage | Drop]
"""Writes a claimed e-mail from its order, or says why there is none to send."""
TellRefused = Callable[[Session, Claimed, str], None]
"""Tells the owner that an e-mail is refused, with the codes of the answer."""


def send_next(database: Database, post: Transport, write: Writer, tell_refused: TellRefused) -> bool:
    """Send the next e-mail that is due. Give whether there was one.

    The e-mail is claimed in one transaction, sent in none, and noted as sent in another: killed in between,
    it is sent once more with the same Message-ID, never lost. An e-mail that cannot be written waits as one
    that cannot be sent does, and what went wrong is raised. One that is refused for good, or by MOST_TRIES
    answers, is given up.
    """
    with database.looking() as session:
        if not outbox.any_due(session):
            return False
    with database.transaction() as session:
        claimed = outbox.claim(session)
    if claimed is None:
        return False
    message = _written(database, write, claimed)
    error = None if isinstance(message, Drop) else _refused(post, message)
    with database.transaction() as session:
        if isinstance(message, Drop):
            outbox.drop(session, claimed.id, message)
        elif error is None:
            outbox.sent(session, claimed.id)
            _server_answers(session, claimed)
        else:
            _not_sent(session, claimed, error, tell_refused)
    return True


def _written(database: Database, write: Writer, claimed: outbox.Claimed) -> EmailMessage | Drop:
    try:
        return write(claimed)
    except Exception:
        with database.transaction() as session:
            outbox.postpone(session, claimed.id, claimed.attempts, answered=False)
        raise


def _refused(post: Transport, message: EmailMessage) -> Exception | None:
    """Send an e-mail. What went wrong, if anything did."""
    try:
        post.send(message)
    except (OSError, smtplib.SMTPException) as error:
        return error
    return None


def _not_sent(session: Session, claimed: Claimed, error: Exception, tell_refused: TellRefused) -> None:
    answer = answer_to(error)
    if answer is None:
        outbox.postpone(session, claimed.id, claimed.attempts, answered=False)
        if isinstance(error, PasswordInTheClear):
            raise_alert(session, AlertKind.MAIL_UNENCRYPTED, SERVER)
        elif clock.now() - claimed.created_at > TOLD_AFTER:
            raise_alert(session, AlertKind.MAIL_WAITS, SERVER, type(error).__name__)
        return
    _server_answers(session, claimed)
    given_up = answer.for_good or claimed.attempts >= MOST_TRIES
    if given_up or answer.permanent:
        tell_refused(session, claimed, str(answer))
    if given_up:
        outbox.drop(session, claimed.id, Drop.REFUSED)
    else:
        outbox.postpone(session, claimed.id, claimed.attempts)


def _server_answers(session: Session, claimed: Claimed) -> None:
    """Whoever waited for it waits no more."""
    if claimed.attempts > 1:
        withdraw_alert(session, AlertKind.MAIL_WAITS, SERVER)
