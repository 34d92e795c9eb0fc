"""What a buyer is told of their gifts says what is so, and no more."""

from datetime import date

import pytest

from shop.giving.paid_over import Booked
from shop.transparency.gift_entries import GiftEntry, State
from shop.transparency.gift_sentences import gift_said, gifts_said

PAID = date(2026, 5, 3)
ENTERED = (
    "The £5 that we give for your piece is entry 1,024 in our log of giving; it was paid over on 3 May 2026."
)
WAITING = (
    "The £10 that we give for your pieces was paid over on 3 May 2026. It comes into our log of giving once"
    " our books for April 2026 are closed, or sooner."
)


def gift(unit: int = 1, number: int | None = None, state: State = State.GIVEN) -> GiftEntry:
    return GiftEntry(unit, 500, state, "2026-04", number, Booked("live", "2026-04", 7, 1))


@pytest.mark.parametrize(
    ("entries", "paid_on", "said"),
    [
        ([gift(number=1024)], PAID, ENTERED),
        ([gift(number=7)], None, "The £5 that we give for your piece is entry 7 in our log of giving."),
        ([gift(0, number=7)], None, "The £5 that we give for your order is entry 7 in our log of giving."),
        (
            [gift(1, 1300), gift(2, 12), gift(3, 9, State.TAKEN_BACK)],
            None,
            "The £10 that we give for your pieces stands in our log of giving as entries 12 and 1,300.",
        ),
        ([gift(1, 12), gift(2)], PAID, WAITING),
        ([gift(1, 12, State.HELD), gift(2, 13, State.TAKEN_BACK)], None, None),
        ([], None, None),
    ],
)
def test_an_orders_gifts_are_told_in_one_sentence(
    entries: list[GiftEntry], paid_on: date | None, said: str | None
) -> None:
    assert gifts_said(entries, paid_on) == said


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (gift(number=1024), "£5 is given: entry 1,024, in April 2026."),
        (gift(), "£5 is given. It comes into the log together with others"),
        (gift(number=1024, state=State.HELD), "Its £5 waits until a bank has decided about the payment."),
        (gift(number=1024, state=State.TAKEN_BACK), "Its price went back, so its £5 is not given."),
    ],
)
def test_a_units_gift_is_told_beside_its_name(entry: GiftEntry, said: str) -> None:
    assert gift_said(entry).startswith(said)
