"""The photograph behind an order's artwork: for the bench, for 90 days after the piece is there."""

from base64 import b64decode
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from shop import backup, clock, erasures, privacy
from shop.dedications.models import OrderKey
from shop.fulfilment import photograph_days
from shop.fulfilment.stages import Action, Remake
from shop.fulfilment.units import act
from shop.standin import paying
from shop.uploads import order_photographs, store
from shop.uploads.models import OrderPhotograph
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, WORDS
from tests.uploads.conftest import HERS, HIS, PIXELS, Counter


def passes(monkeypatch: pytest.MonkeyPatch, **time: float) -> None:
    later = clock.now() + timedelta(**time)
    monkeypatch.setattr(clock, "now", lambda: later)


def delivered(counter: Counter, order: int) -> None:
    counter.act(order, 1, *WORDS)
    counter.post(order, 1)
    counter.act(order, 1, Action.DELIVER)


def forgets(counter: Counter) -> int:
    return int(counter.change(photograph_days.forget_old, counter.harness.services.vault))


def test_the_bench_sees_the_photograph_and_another_units_has_none(counter: Counter) -> None:
    upload = counter.sends()
    order = counter.bought(upload)
    assert counter.photograph(order, upload) == PIXELS
    vault = counter.harness.services.vault
    assert counter.look(order_photographs.photograph_of, vault, order, 2, upload) is None
    assert counter.change(order_photographs.take_over, vault, order, 1, HERS, upload), "twice is fine"
    assert not counter.change(order_photographs.take_over, vault, order, 1, HIS, upload), "nobody else's"
    assert len(counter.look(lambda session: session.scalars(select(OrderPhotograph)).all())) == 1


def test_it_goes_ninety_days_after_the_piece_arrived_and_not_before(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = counter.sends()
    order = counter.bought(upload)
    passes(monkeypatch, days=200)
    assert forgets(counter) == 0, "it is not even made"
    delivered(counter, order)
    passes(monkeypatch, days=89, hours=23)
    assert forgets(counter) == 0
    passes(monkeypatch, hours=2)
    assert forgets(counter) == 1
    assert counter.photograph(order, upload) is None
    assert counter.look(store.found, HERS, upload) is None, "nor does the basket keep it"
    assert forgets(counter) == 0


def test_a_piece_that_is_made_again_keeps_its_photograph(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = counter.sends()
    order = counter.bought(upload)
    delivered(counter, order)
    with counter.harness.database.transaction() as session:
        act(session, order, 1, Action.REMAKE, actor=OWNER, reason=Remake.FAULT)
    passes(monkeypatch, days=100)
    assert forgets(counter) == 0


def test_of_an_order_that_was_given_up_it_goes_after_seven_days(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = counter.sends()
    order = counter.bought(upload, paid=False)
    passes(monkeypatch, days=8)
    assert forgets(counter) == 0, "it may be paid for yet"
    counter.harness.at_stripe(paying.expire, counter.harness.session_id(order))
    counter.harness.sync(order)
    assert counter.harness.order(order).state == "expired"
    assert forgets(counter) == 1
    assert counter.photograph(order, upload) is None


def test_it_goes_at_once_when_that_is_asked_and_the_words_stay(counter: Counter) -> None:
    upload = counter.sends()
    order = counter.bought(upload)
    vault = counter.harness.services.vault
    assert counter.change(order_photographs.forget_photographs, vault, order) == 1
    assert counter.photograph(order, upload) is None
    assert counter.look(store.own, HERS) == []
    assert counter.look(vault.reveal_all, order), "its words are still to be cut"


def test_it_goes_with_the_order_and_is_told_to_whom_it_is_about_before(counter: Counter) -> None:
    upload = counter.sends()
    order = counter.bought(upload)
    vault, reference = counter.harness.services.vault, counter.harness.order(order).reference
    (told,) = counter.look(privacy.everything, vault, reference)["photographs"]
    assert (told["piece"], b64decode(told["photograph"])) == (1, PIXELS)
    with counter.harness.database.transaction() as session:
        privacy.erase(session, vault, reference, actor="test")
    assert counter.look(lambda session: session.scalars(select(OrderPhotograph)).all()) == []
    assert counter.look(privacy.everything, vault, reference)["photographs"] == []


def test_neither_key_alone_opens_it(counter: Counter) -> None:
    upload = counter.sends()
    order = counter.bought(upload)
    with counter.harness.database.transaction() as session:
        session.execute(delete(OrderKey).where(OrderKey.order_id == order + 1))
        row = session.scalars(select(OrderPhotograph)).one()
        assert order_photographs._key(session, counter.harness.services.vault, order, b"\0" * 32)
        counter.harness.services.vault.destroy([row.key_id], [])
    assert counter.photograph(order, upload) is None


@ONE_ENGINE
def test_a_copy_that_is_brought_back_has_it_no_more(counter: Counter, tmp_path: Path) -> None:
    upload = counter.sends()
    order = counter.bought(upload)
    database, vault = counter.harness.database, counter.harness.services.vault
    backup.write(database, tmp_path / "before.db")
    counter.change(order_photographs.forget_photographs, vault, order)
    backup.restore(database, vault, tmp_path / "before.db", replace=True)
    assert counter.photograph(order, upload) is None
    erasures.catch_up(database, vault)
    assert counter.look(lambda session: session.scalars(select(OrderPhotograph)).all()) == []
