"""What people at the charity are e-mailed of payments that wait for their confirmation."""

from collections.abc import Iterator, Sequence
from datetime import time
from typing import Final

from sqlalchemy.orm import Session

from shop import clock
from shop.accounts import charity_people
from shop.confirmations import confirmation_requests
from shop.db import Database
from shop.emails.email_blocks import Block, Link, Paragraph
from shop.emails.order_emails import Render
from shop.emails.plain_text import plain
from shop.giving.payments_made import Remittance
from shop.giving.sums import Book
from shop.mail import owner_outbox
from shop.mail.owner_outbox import Said
from shop.web.dates import day

NOT_BEFORE: Final = time(7)
"""By Britain's clocks."""
SUBJECT: Final = "Something to confirm, from In Remembrance"
"""It says neither to whom nor how much."""
WHY: Final = "You get this because you joined the charity’s room on our site."


def ask(database: Database, render: Render, book: Book, site_url: str) -> bool:
    """Put in what is to be asked now, to everybody who has joined. Give whether anything was.

    Written in the transaction that notes it as told, so it is told once, whatever fails. Of a charity that
    nobody has joined for yet nothing is noted: whoever joins is told of what waits then.
    """
    if clock.in_britain(clock.now()).time() < NOT_BEFORE:
        return False
    with database.looking() as session:
        if not _to_ask(session, book):
            return False
    with database.transaction() as session:
        owner_outbox.wait_for_turn(session)
        found = _to_ask(session, book)
        for accounts, payments in found:
            confirmation_requests.note(session, [one.seq for one in payments])
            owner_outbox.put(session, accounts, written(render, payments, site_url), None, for_finance=True)
    return bool(found)


def written(render: Render, payments: Sequence[Remittance], site_url: str) -> Said:
    """The e-mail about payments to one charity, as text and HTML. No amount is in it."""
    blocks = list(_blocks(payments, site_url))
    html = render("emails/email.html", blocks=blocks, reference=SUBJECT, signature=WHY)
    return Said(SUBJECT, f"{plain(blocks)}\n\n--\n{WHY}\n", html)


def _blocks(payments: Sequence[Remittance], site_url: str) -> Iterator[Block]:
    one, days = (
        payments[0],
        ", ".join(day(paid_on) for paid_on in sorted({made.paid_on for made in payments})),
    )
    yield Paragraph("Hello,")
    if len(payments) == 1:
        yield Paragraph(
            f"We paid {one.charity_name} on {days}. Once it has reached your account, please confirm it in "
            "your room, with your passkey. How much it is, and what makes it up, stands there."
        )
        yield Link("Look at the payment", f"{site_url}/charity/payments/{one.seq}")
    else:
        yield Paragraph(
            f"{len(payments)} payments to {one.charity_name} wait for your confirmation, made on {days}. "
            "Once they have reached your account, please confirm each in your room, with your passkey."
        )
        yield Link("Look at the payments", f"{site_url}/charity/payments")
    yield Paragraph(
        "What you confirm is signed with your key and stands in the public log of what we give. Nobody can "
        "change it, us included.",
        tone="soft",
    )
    yield Paragraph("In Remembrance", tone="sign")


def _to_ask(session: Session, book: Book) -> Sequence[tuple[Sequence[int], Sequence[Remittance]]]:
    """Accounts of those who have joined, and the payments to their charity that wait."""
    made = confirmation_requests.waiting(session, book)
    joined = [person for person in charity_people.listed(session) if person.passkeys] if made else []
    found = []
    for name in sorted({person.charity_name for person in joined}):
        payments = [one for one in made if one.charity_name == name]
        accounts = [person.account.id for person in joined if person.charity_name == name]
        found += [(accounts, payments)] if payments else []
    return found
