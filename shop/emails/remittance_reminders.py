"""What finance and owners are e-mailed of payments to the charity that are due, or late."""

from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.accounts.models import STAFF, Account
from shop.db import Database
from shop.emails.email_blocks import Block, Link, Paragraph, Row, Rows
from shop.emails.order_emails import Render
from shop.emails.plain_text import plain
from shop.giving.due import Due
from shop.giving.reminders import Reminder, When, note, reminders
from shop.giving.sums import Book
from shop.mail import owner_outbox
from shop.mail.owner_outbox import Said
from shop.money import pounds_and_pence
from shop.web.dates import day, month_name

NOT_BEFORE: Final = time(7)
"""By Britain's clocks: it is nothing to be woken for."""
WHY: Final = "You get this because you look after what the shop gives."


def remind(database: Database, render: Render, book: Book, site_url: str) -> bool:
    """Put in what is to be told now, to everybody who may write a payment down. Give whether anything was.

    Written in the transaction that notes it as told, so it is told once, whatever fails.
    """
    if clock.in_britain(clock.now()).time() < NOT_BEFORE:
        return False
    with database.reading() as session:
        if not reminders(session, book):
            return False
    with database.transaction() as session:
        owner_outbox.wait_for_turn(session)
        found = reminders(session, book)
        for one in found:
            note(session, one)
            owner_outbox.put(session, _staff(session), written(render, one, site_url), None, for_finance=True)
    return bool(found)


def written(render: Render, reminder: Reminder, site_url: str) -> Said:
    """The e-mail, as text and HTML."""
    subject = _subject(reminder)
    blocks = list(_blocks(reminder, site_url))
    html = render("emails/email.html", blocks=blocks, reference=subject, signature=WHY)
    return Said(subject, f"{plain(blocks)}\n\n--\n{WHY}\n", html)


def _subject(reminder: Reminder) -> str:
    if reminder.when is When.AFTER:
        return f"A payment to the charity is late since {day(reminder.due.due_on)}"
    return f"A payment to the charity is due by {day(reminder.due.due_on)}"


def _blocks(reminder: Reminder, site_url: str) -> Iterator[Block]:
    yield Paragraph("Hello,")
    yield Paragraph(_said(reminder, clock.today()))
    yield Rows([*_rows(reminder.due), Row("Owed in all", pounds_and_pence(reminder.due.pence), strong=True)])
    yield Link("Pay it, and record the payment", f"{site_url}/finance/remittances")
    yield Paragraph("In Remembrance", tone="sign")


def _said(reminder: Reminder, today: date) -> str:
    due, by = reminder.due, day(reminder.due.due_on)
    if reminder.when is When.AFTER:
        amount = pounds_and_pence(due.due_by(today - timedelta(days=1)))
        return f"{amount} should have reached {due.charity_name} by now, the first of it by {by}."
    amount = pounds_and_pence(due.due_by(due.due_on))
    return f"{amount} is to reach {due.charity_name} by {by}. It is owed since {day(due.received)}."


def _rows(due: Due) -> Iterator[Row]:
    if due.earlier_pence:
        yield Row("Earlier", pounds_and_pence(due.earlier_pence))
    for month in due.months:
        each = f"{month.gifts:,} x {pounds_and_pence(month.amount_pence)}"
        yield Row(f"{month_name(month.month)}: {each}", pounds_and_pence(month.pence))


def _staff(session: Session) -> Mapping[int, str]:
    """The addresses of everybody who works here, by their accounts: owners and finance."""
    query = select(Account.id, Account.email).where(Account.role.in_(STAFF), Account.disabled_at.is_(None))
    return dict(session.execute(query.order_by(Account.id)).all())
