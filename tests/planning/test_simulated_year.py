"""The simulated year is the same each time, as hard as it says, and finds out who promises wrongly."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from tests.planning.simulated_year import (
    BRITAIN,
    ORDERS,
    Buyer,
    Job,
    Promised,
    Shop,
    Year,
    arrival,
    buyers,
)

pytestmark = pytest.mark.slow


@dataclass
class Careless(Shop):
    """Promises so many days ahead to everybody, whatever lies on the bench, and tells nobody anything."""

    ahead: int
    waiting: dict[Job, date] = field(default_factory=dict)

    def begins(self, at: datetime, pace: int, workdays: Collection[int]) -> None:
        pass

    def closes(self, at: datetime, first: date, last: date) -> None:
        pass

    def shown(self, at: datetime) -> date:
        return at.astimezone(BRITAIN).date() + timedelta(days=self.ahead)

    def buys(self, buyer: Buyer) -> Promised:
        by = self.shown(buyer.at)
        self.waiting |= {(buyer.number, unit): by for unit, _ in enumerate(buyer.words, start=1)}
        return Promised(by, None, kept=True)

    def queue(self, at: datetime) -> Sequence[Job]:
        return sorted(self.waiting, key=lambda job: (self.waiting[job], job))

    def made(self, at: datetime, job: Job) -> None:
        self.waiting.pop(job)

    def again(self, at: datetime, job: Job) -> None:
        self.waiting[job] = at.date()

    def posted(self, at: datetime, number: int) -> None:
        pass

    def looks(self, at: datetime) -> Iterable[int]:
        return ()


def test_two_thousand_orders_are_always_the_same() -> None:
    found = buyers()
    assert [buyer.number for buyer in found] == list(range(1, ORDERS + 1))
    assert hashlib.sha256(repr(found).encode()).hexdigest()[:16] == "f5ccc0198b57c174"


def test_the_year_has_its_peaks_and_both_sorts_of_units_and_wishes() -> None:
    found = buyers()
    by_month = Counter(buyer.at.month for buyer in found)
    assert min(by_month[2], by_month[10], by_month[11]) > 1.2 * by_month[6]
    with_words = [words for buyer in found for words in buyer.words]
    assert 0.7 < sum(with_words) / len(with_words) < 0.8
    for wish in ("needed_by", "not_before", "not_on"):
        assert sum(getattr(buyer, wish) is not None for buyer in found) > 40


def test_whoever_promises_two_months_ahead_keeps_every_date() -> None:
    done = Year(Careless(ahead=60), illness=True).run()
    assert len(done) == ORDERS
    assert not any(parcel.late for parcel in done if parcel.buyer.at.month < 11)
    assert not any(parcel.concerned for parcel in done if parcel.buyer.at.month < 11)


def test_whoever_promises_the_next_day_is_found_out() -> None:
    done = Year(Careless(ahead=1), illness=False).run()
    assert sum(parcel.late for parcel in done) > ORDERS / 2
    for parcel in done:
        if parcel.late and parcel.posted:
            assert parcel.concerned is not None
            assert parcel.concerned <= max(parcel.promised.posted_by, parcel.buyer.at.date())


def test_illness_costs_days() -> None:
    def waited(*, illness: bool) -> timedelta:
        done = Year(Careless(ahead=30), illness=illness).run()
        return sum((p.posted - p.buyer.at.date() for p in done if p.posted), timedelta())

    assert waited(illness=True) > waited(illness=False) * 1.2


def test_parcels_take_as_long_as_the_post_and_the_holidays_there_make_them() -> None:
    maundy_thursday = date(2027, 3, 25)
    scots = next(b for b in buyers() if b.postcode == "EH1 1AA" and b.service == "special-delivery")
    english = next(b for b in buyers() if b.postcode == "BA1 1AA" and b.service == "special-delivery")
    assert arrival(maundy_thursday, scots) == arrival(maundy_thursday, english) == date(2027, 3, 27)
    easter_saturday = date(2027, 3, 27)
    assert arrival(easter_saturday, scots) == date(2027, 3, 29)
    assert arrival(easter_saturday, english) == date(2027, 3, 30)
