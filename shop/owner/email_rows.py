"""The e-mails of an order on its page in the workshop: which did not arrive, which can be sent again."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from shop.emails.order_emails import named
from shop.frozen import frozen
from shop.mail import outbox
from shop.mail.models import QueuedEmail
from shop.mail.outbox import Drop
from shop.mail.resending import resendable
from shop.web.dates import minute

DROPPED: Final = {
    Drop.REFUSED: "the mail server refused it",
    Drop.ERASED: "the order was erased",
    Drop.NO_ADDRESS: "there is no e-mail address",
}
"""Why one was not sent, where Drop says it too shortly."""
TRIED_AGAIN: Final = "It has not gone out so far, and is tried again."
GIVEN_UP: Final = "The buyer’s mail server refused it, so it is not tried again."


@frozen
class EmailRow:
    """One e-mail; `said` is what became of it, `ended` whether it can be sent again."""

    id: int
    name: str
    said: str
    ended: bool = True


def why_dropped(dropped: str) -> str:
    """Why an e-mail was not sent, for the end of a line."""
    return DROPPED.get(Drop(dropped), dropped)


def not_arrived(session: Session, order_id: int) -> Sequence[EmailRow]:
    """Those that the buyer has not read."""
    return [_missing(email) for email in outbox.not_arrived(session, order_id)]


def to_send_again(session: Session, order_id: int) -> Sequence[EmailRow]:
    """Those that can be sent again, the newest first."""
    return [_ended(email) for email in reversed(resendable(session, order_id))]


def _missing(email: QueuedEmail) -> EmailRow:
    ended = email.dropped is not None
    return EmailRow(email.id, named(email.kind), GIVEN_UP if ended else TRIED_AGAIN, ended)


def _ended(email: QueuedEmail) -> EmailRow:
    if email.sent_at:
        return EmailRow(email.id, named(email.kind), f"sent {minute(email.sent_at)}")
    return EmailRow(email.id, named(email.kind), f"not sent: {why_dropped(email.dropped or '')}")
