"""What the list of payment links shows."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final

from sqlalchemy.orm import Session

from shop import web
from shop.container import current_services
from shop.frozen import frozen
from shop.money import pounds_and_pence
from shop.orders import waiting_links
from shop.payment_links import payment_links
from shop.payment_links.models import PaymentLink
from shop.payment_links.payment_links import Secrets
from shop.web.cells import Cells, Link, Status
from shop.web.dates import minute

MOST_DONE: Final = 50
LASTS: Final[Mapping[str, int]] = {via.value: time.days for via, time in payment_links.LASTS.items()}
"""In days, how long a link can be opened."""

FORGOTTEN: Final = Secrets("", "")
"""Of a link whose key is gone, until the worker ends it."""


@frozen
class WaitingLink:
    """One that may still be paid for, or is being put together."""

    id: int
    state: str
    kind: str
    """The shape beside the state."""
    about: str
    """By what it was asked for, by whom it was put together, and when."""
    name: str = field(repr=False)
    email: str = field(repr=False)
    total: str
    address: str = field(repr=False)
    """Of the link; empty while it does not work."""
    until: str
    emailed: str


def waiting(session: Session) -> Sequence[WaitingLink]:
    """Those that are not done, the newest first."""
    links = waiting_links.unfinished(session)
    found = payment_links.opened(current_services().vault, links)
    return [shown(link, found.get(link.id, FORGOTTEN)) for link in links]


def done(session: Session) -> Sequence[Cells]:
    """The newest of those that were paid for or withdrawn, as rows."""
    return [
        [
            minute(link.begun_at),
            link.via,
            Link(reference, f"/owner/orders/{reference}") if reference else Status("withdrawn", "quiet"),
            pounds_and_pence(link.total_pence) if link.total_pence else "",
        ]
        for link, reference in waiting_links.finished(session, MOST_DONE)
    ]


def shown(link: PaymentLink, found: Secrets) -> WaitingLink:
    """One that is not paid for, with what is sealed with it."""
    state, kind = _state(link)
    works = payment_links.is_open(link) and found is not FORGOTTEN
    site = web.settings().site_url
    return WaitingLink(
        id=link.id,
        state=state,
        kind=kind,
        about=f"By {link.via}, put together by {link.actor}, {minute(link.begun_at)}",
        name=found.name,
        email=found.email,
        total=pounds_and_pence(link.total_pence) if link.total_pence else "",
        address=f"{site}/pay/{payment_links.grouped(found.code)}" if works else "",
        until=minute(link.until) if link.until else "",
        emailed=_emailed(link, found.email) if works else "",
    )


def _state(link: PaymentLink) -> tuple[str, str]:
    if link.sent_at is None:
        return "being put together", "wait"
    return ("ran out unpaid", "bad") if payment_links.is_over(link) else ("waits to be paid for", "wait")


def _emailed(link: PaymentLink, email: str) -> str:
    if not email:
        return "There is no e-mail address."
    if link.emailed_at:
        return f"E-mailed {minute(link.emailed_at)}"
    if link.email_refused_at:
        return "The e-mail was refused: please read the link out, or change the address."
    return "The e-mail waits to be sent." if link.email_due_at else "The e-mail was not sent."
