"""Nothing is said of a ledger and a log that nobody touched, whatever was lived through."""

import random

import pytest

from shop.giving import ledger, remittances
from shop.giving.ledger import Standing
from shop.transparency import log_check
from shop.transparency.anchoring import anchors
from shop.transparency.announcements import announce
from shop.transparency.signed_notes import Note
from tests.engines import ONE_ENGINE
from tests.transparency.log_books import KEY, LogBooks

WHAT = ["sell", "sell", "many", "night", "night", "back", "again", "fair", "pay", "erase"]


def lives(books: LogBooks, chance: random.Random, steps: int) -> None:
    """Sales, refunds, disputes, fairs, payments, erasures, announcements; days, and now and then a close."""
    bought: list[tuple[str, int]] = []
    for step in range(steps):
        what = chance.choice(
            ["sell", "sell", "many", "night", "night", "back", "again", "fair", "pay", "erase"]
        )
        if what == "sell":
            units = chance.randint(1, 3)
            bought += [(one, units) for one in books.sell(chance.randint(1, 4), units=units)]
        elif what == "many":
            bought += [(one, 25) for one in books.sell(1, units=25)]
        elif what == "night":
            books.later(days=chance.randint(1, 12))
            if chance.random() < 0.3 and books.now.day > 2:
                books.close_month(f"{books.now.replace(day=1, month=max(1, books.now.month - 1)):%Y-%m}")
            books.publish()
        elif what == "fair":
            books.bring(f"OS-{step}", *[Standing.ACCRUED] * chance.randint(1, 5), at=books.now)
        elif what == "pay" and bought:
            pays(books, step)
        elif what == "erase" and bought:
            books.erase(bought.pop(chance.randrange(len(bought)))[0])
        elif bought:
            reference, units = chance.choice(bought)
            standing = Standing.ACCRUED if what == "again" else chance.choice([Standing.NONE, Standing.HELD])
            books.bring(reference, *[standing] * units, at=books.now, cause=f"re_{step}")


def pays(books: LogBooks, step: int) -> None:
    with books.database.transaction() as session:
        announce(session, "confirmation", {"step": step})
        remittances.record_remittance(
            session, book="live", policy_id=books.policy, amount_pence=5, paid_on=books.now.date(),
            bank_reference=f"POM {step}", receipt="", key=f"k{step}", actor="finance", more_than_owed=True,
        )  # fmt: skip


def held_up(books: LogBooks, seed: int, steps: int) -> None:
    lives(books, random.Random(seed), steps)
    books.later(days=1)
    checkpoint = books.publish()
    assert checkpoint is None or Note.read(checkpoint.note)
    with books.database.reading() as session:
        assert ledger.verify(session, anchors(session)) == [], seed
        assert log_check.check(session, books.vault, KEY.verifier, "live") == [], seed


@ONE_ENGINE
@pytest.mark.parametrize("seed", [1, 2])
def test_a_ledger_that_nobody_touched_is_sound(books: LogBooks, seed: int) -> None:
    held_up(books, seed, 25)


@pytest.mark.faults_long
@pytest.mark.parametrize("seed", range(100, 120))
def test_of_twenty_sound_ledgers_none_is_called_unsound(books: LogBooks, seed: int) -> None:
    held_up(books, seed, 120)
