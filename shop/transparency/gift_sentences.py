"""What a buyer is told of the gifts in an order, on its page and in e-mails: nothing that is not so yet."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from shop.money import pounds
from shop.transparency.gift_entries import GiftEntry, State, gift_entries, paid_over_since
from shop.web.dates import day, month_name

LOG: Final = "our log of giving"


def gifts_said(entries: Sequence[GiftEntry], paid_on: date | None) -> str | None:
    """Where an order's gifts stand in the log, and when they were paid over; None when nothing is given."""
    given = [entry for entry in entries if entry.state is State.GIVEN]
    if not given:
        return None
    about = "order" if not given[0].unit else "piece" if len(given) == 1 else "pieces"
    amount = f"The {pounds(sum(entry.pence for entry in given))} that we give for your {about}"
    numbers = [entry.number for entry in given if entry.number is not None]
    paid = f"was paid over on {day(paid_on)}" if paid_on else ""
    if len(numbers) < len(given):
        first = f"{amount} {paid}. It comes" if paid else f"{amount} comes"
        month = month_name(given[-1].month)
        return f"{first} into {LOG} once our books for {month} are closed, or sooner."
    stands = _stands(amount, numbers)
    return f"{stands}; it {paid}." if paid else f"{stands}."


def order_said(session: Session, order_reference: str) -> str | None:
    """The same of an order."""
    entries = gift_entries(session, order_reference)
    return gifts_said(entries, paid_over_since(session, entries))


def gift_said(entry: GiftEntry) -> str:
    """The same of one unit, whose name stands beside it."""
    amount = pounds(entry.pence)
    match entry.state:
        case State.HELD:
            return f"Its {amount} waits until a bank has decided about the payment."
        case State.TAKEN_BACK:
            return f"Its price went back, so its {amount} is not given."
    if entry.number is None:
        month = month_name(entry.month)
        return (
            f"{amount} is given. It comes into the log together with others, so that nobody can tell which"
            f" entry is whose. That is once our books for {month} are closed, or sooner. Please look in again"
            " then."
        )
    return f"{amount} is given: entry {entry.number:,}, in {month_name(entry.month)}."


def _stands(amount: str, numbers: Sequence[int]) -> str:
    *first, last = [f"{number:,}" for number in sorted(numbers)]
    if not first:
        return f"{amount} is entry {last} in {LOG}"
    return f"{amount} stands in {LOG} as entries {', '.join(first)} and {last}"
