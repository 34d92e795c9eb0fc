"""The simulated year in the shop itself: its pages, its database, its bench and its worker."""

from datetime import date

import pytest
from flask import Flask

from shop import clock
from tests.planning.kept_shop import KeptShop
from tests.planning.simulated_year import Year


@pytest.mark.parametrize(
    "until",
    [
        pytest.param(date(2027, 1, 21), id="until the third day of the first illness"),
        pytest.param(date(2028, 1, 1), id="all of it", marks=pytest.mark.faults_long),
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_shop_keeps_its_word_and_tells_the_same_day_when_it_cannot(
    app: Flask, monkeypatch: pytest.MonkeyPatch, until: date
) -> None:
    monkeypatch.setattr(clock, "now", clock.now)
    monkeypatch.setattr("shop.catalogue.page_cache.FRESH_SECONDS", -1)
    year = Year(KeptShop(app), illness=True, until=until)
    parcels = year.run()
    concerned = [parcel for parcel in parcels if parcel.concerned]
    assert len(parcels) > 80
    assert len(concerned) > 10
    assert [p for p in concerned if p.told is None or (p.concerned and p.told > p.concerned)] == []
    due = [parcel for parcel in parcels if parcel.promised.posted_by < until]
    assert [parcel for parcel in due if parcel.late and parcel.told is None] == []
    assert year.differing == []
    print(f"\n{len(parcels)} orders, {len(concerned)} concerned by illness, all of them told the same day")  # noqa: T201
