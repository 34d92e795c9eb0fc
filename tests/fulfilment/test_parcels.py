"""What leaves together, and what the buyer is told of it, and when."""

from datetime import timedelta

import pytest

from shop import clock
from shop.fulfilment import parcels
from shop.fulfilment.stages import Stage
from shop.fulfilment.units import SLIP, NotAllowed
from shop.mail import outbox
from shop.mail.models import QueuedEmail
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import PLAIN, WORDS, Bench

ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")


def queued(bench: Bench) -> list[str]:
    """The kinds of e-mails that would go out now."""
    found = []
    with bench.harness.database.transaction() as session:
        while claimed := outbox.claim(session):
            found.append(claimed.kind)
    return found


@ONE_ENGINE
def test_the_buyer_hears_of_it_when_it_can_be_taken_back_no_more(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = bench.paid(BARE)
    bench.act(order, 1, *PLAIN)
    bench.post(order, 1)
    assert queued(bench) == ["order-confirmation"]
    later = clock.now() + SLIP + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "posted" in queued(bench)


def test_what_was_taken_back_is_in_no_parcel_and_told_by_no_email(bench: Bench) -> None:
    order = bench.paid(ENGRAVED, BARE)
    bench.act(order, 1, *WORDS)
    bench.act(order, 2, *PLAIN)
    parcel = bench.post(order, 1, 2)
    bench.undo(order, 1)
    assert told(bench, parcel.id) == ["Petal"]
    bench.undo(order, 2)
    assert told(bench, parcel.id) is None
    assert bench.parcels(order) == []
    assert bench.stages(order) == [Stage.PACKED, Stage.PACKED]


@ONE_ENGINE
def test_a_unit_that_cannot_be_posted_keeps_the_whole_parcel_here(bench: Bench) -> None:
    order = bench.paid(BARE, BARE)
    bench.act(order, 1, *PLAIN)
    with pytest.raises(NotAllowed, match="Piece 2 is to check"):
        bench.post(order, 1, 2)
    assert bench.stages(order) == [Stage.PACKED, Stage.TO_CHECK]
    assert bench.parcels(order) == []
    assert "posted" not in bench.harness.emails(order)


def test_what_is_posted_later_goes_in_a_parcel_of_its_own(bench: Bench) -> None:
    order = bench.paid(BARE, BARE)
    bench.act(order, 1, *PLAIN)
    first = bench.post(order, 1, tracking=" ab 123 456 789 gb ")
    bench.act(order, 2, *PLAIN)
    second = bench.post(order, 2)
    assert [(one.id, one.tracking) for one in bench.parcels(order)] == [
        (first.id, "AB123456789GB"),
        (second.id, None),
    ]
    assert (told(bench, first.id), told(bench, second.id)) == (["Petal"], ["Petal"])
    assert bench.harness.emails(order).count("posted") == 2


@pytest.mark.parametrize(
    ("typed", "kept"), [("", None), (None, None), ("<b>", "B"), ("٣", None), ("a" * 99, "A" * 40)]
)
def test_a_tracking_number_is_capitals_and_digits(typed: str | None, kept: str | None) -> None:
    assert parcels.tidy(typed) == kept


def told(bench: Bench, parcel: int) -> list[str] | None:
    """The pieces that the e-mail about a parcel names."""
    with bench.harness.database.reading() as session:
        row = session.query(QueuedEmail).filter_by(dedupe_key=f"posted-{parcel}").one()
        found = parcels.told_by(session, row.dedupe_key)
    return list(found[1]) if found else None
