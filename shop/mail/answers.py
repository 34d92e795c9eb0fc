"""What a mail server's answer to an e-mail means: RFC 5321, 4.2.1, and RFC 3463 for what follows."""

import re
import smtplib
from typing import Final

from shop.frozen import frozen

MOST_TRIES: Final = 125
"""Tries of an e-mail that a server refuses for now or for reasons of ours: hourly, so a little over five
days. RFC 5321, 4.5.4.1, asks for at least four to five."""

_CLOSING: Final = 421
"""The whole server is going: said in the place of any answer (RFC 5321, 3.8)."""
_STATUS: Final = re.compile(rb"([245])\.(\d{1,3})\.(\d{1,3})(?!\S)")
_OF_THE_ADDRESS: Final = frozenset({550, 551, 553, 556})
"""Said to an address, without a status behind it: there is none, or it takes no e-mail (RFC 5321, 7504)."""
_ADDRESS, _MAILBOX, _CONTENT = 1, 2, 6
_PASSES: Final = frozenset({(_MAILBOX, 2), (_ADDRESS, 7), (_ADDRESS, 8)})
"""A mailbox that is full may be emptied; an address of ours that is not believed may be mended."""
_TOO_LARGE: Final = (3, 4)


@frozen
class Answer:
    """What a server said to this recipient or this message, without its words: they can quote the address."""

    code: int
    status: tuple[int, int] | None = None
    """Subject and detail of RFC 3463, if it gave any."""
    to_recipient: bool = False

    def __str__(self) -> str:
        status = "" if self.status is None else f" {self.code // 100}.{self.status[0]}.{self.status[1]}"
        return f"{self.code}{status}"

    @property
    def permanent(self) -> bool:
        """Whether it is of the sort that the server would say again (5yz)."""
        return self.code >= 500  # noqa: PLR2004

    @property
    def for_good(self) -> bool:
        """Whether nothing of ours can change it: the address, the mailbox or the message itself is refused.

        What concerns the server, the way there, the protocol or a policy can: a relay that does not know us,
        a list that we were put on. Without a status only an address is refused for good.
        """
        if not self.permanent:
            return False
        if self.status is None:
            return self.to_recipient and self.code in _OF_THE_ADDRESS
        about = self.status[0] in {_ADDRESS, _MAILBOX, _CONTENT} or self.status == _TOO_LARGE
        return about and self.status not in _PASSES


def answer_to(error: Exception) -> Answer | None:
    """What was said to the e-mail; None when it never came so far, and any other would have fared alike."""
    to_recipient = isinstance(error, smtplib.SMTPRecipientsRefused)
    text: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPDataError):
        code, text = error.smtp_code, error.smtp_error
    else:
        return None
    return None if code == _CLOSING else Answer(code, _status(code, text), to_recipient=to_recipient)


def _status(code: int, text: bytes | str) -> tuple[int, int] | None:
    found = _STATUS.match(text if isinstance(text, bytes) else text.encode())
    if found is None or int(found[1]) != code // 100:
        return None
    return int(found[2]), int(found[3])
