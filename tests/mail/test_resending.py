"""An e-mail that is sent again is about the same as the first, and follows it once, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from shop.db import Database
from shop.mail import outbox
from shop.mail.models import QueuedEmail
from shop.mail.outbox import Drop
from shop.mail.resending import resendable, send_again
from tests.engines import ONE_ENGINE


def again(database: Database, number: int) -> bool:
    with database.transaction() as session:
        return send_again(session, session.get_one(QueuedEmail, number), asked_by="owner@example.com")


def can_be(database: Database, order: int) -> list[int]:
    with database.reading() as session:
        return [email.id for email in resendable(session, order)]


def missing(database: Database, order: int) -> list[int]:
    with database.reading() as session:
        return [email.id for email in outbox.not_arrived(session, order)]


def ends(database: Database, why: Drop | None = None) -> str:
    """The next one is sent, or dropped. Give what it was put in under the first time."""
    with database.transaction() as session:
        claimed = outbox.claim(session)
        assert claimed is not None
        if why:
            outbox.drop(session, claimed.id, why)
        else:
            outbox.sent(session, claimed.id)
    return claimed.dedupe_key


def test_each_is_followed_by_one_about_the_same_and_the_last_alone_counts(
    database: Database, paid: int
) -> None:
    assert not again(database, 1), "it waits to be sent"
    first = ends(database, Drop.REFUSED)
    for _ in range(12):  # also where one number is the end of another
        (number,) = can_be(database, paid)
        assert missing(database, paid) == [number]
        assert [again(database, number), again(database, number)] == [True, False]
        assert can_be(database, paid) == missing(database, paid) == []
        assert ends(database, Drop.REFUSED) == first
    (number,) = can_be(database, paid)
    again(database, number)
    assert ends(database) == first
    assert (len(can_be(database, paid)), missing(database, paid)) == (1, [])


def test_of_four_presses_at_the_same_moment_one_puts_an_email_in(database: Database, paid: int) -> None:
    ends(database)
    start = Barrier(4)

    def press(_: int) -> bool:
        start.wait()
        return again(database, 1)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, range(4))) == [False, False, False, True]


@ONE_ENGINE
@pytest.mark.parametrize("why", list(Drop))
def test_all_but_what_was_erased_can_be_asked_for_again(database: Database, paid: int, why: Drop) -> None:
    ends(database, why)
    assert bool(can_be(database, paid)) is (why is not Drop.ERASED)
