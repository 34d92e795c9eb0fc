"""A year of anything that can happen to stock, in any order, against a model of plain numbers."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select

from shop import stock
from shop.db import Database
from shop.sql import database_now
from shop.stock.models import Hold, HoldLine, HoldState, StockLevel, StockMovement

pytestmark = pytest.mark.slow

VARIANT = st.integers(1, 3)
BASKET = st.dictionaries(VARIANT, st.integers(1, 4), min_size=1)
CHOICE = st.integers(0, 50)


class StockMachine(RuleBasedStateMachine):
    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.on_hand: dict[int, int] = {}
        self.holds: dict[int, tuple[str, dict[int, int], bool]] = {}
        with database.transaction() as session:
            for model in (HoldLine, Hold, StockMovement, StockLevel):
                session.execute(delete(model))

    def reserved(self, variant: int) -> int:
        return sum(lines.get(variant, 0) for state, lines, _ in self.holds.values() if state == "held")

    def available(self, variant: int) -> int:
        return self.on_hand.get(variant, 0) - self.reserved(variant)

    def pick(self, choice: int) -> int:
        return list(self.holds)[choice % len(self.holds)] if self.holds else 0

    @rule(variant=VARIANT, quantity=st.integers(-6, 12).filter(bool))
    def adjust(self, variant: int, quantity: int) -> None:
        with self.database.transaction() as session:
            if self.available(variant) + quantity < 0:
                with pytest.raises(stock.WouldGoNegative):
                    stock.adjust(session, variant, quantity, reason="counted", actor="t")
                self.on_hand.setdefault(variant, 0)
            else:
                stock.adjust(session, variant, quantity, reason="counted", actor="t")
                self.on_hand[variant] = self.on_hand.get(variant, 0) + quantity

    @rule(basket=BASKET, late=st.booleans(), change=st.none() | CHOICE)
    def place(self, basket: dict[int, int], late: bool, change: int | None) -> None:
        earlier = self.pick(change) if change is not None else None
        state, lines, was_late = self.holds.get(earlier or 0, ("none", {}, False))
        back = lines if state == "held" else {}
        can = {variant: self.available(variant) + back.get(variant, 0) for variant in basket}
        short = {variant: can[variant] for variant in basket if can[variant] < basket[variant]}
        lasts = timedelta(hours=-1 if late else 1)
        with self.database.transaction() as session:
            if short:
                with pytest.raises(stock.SoldOut) as refused:
                    stock.place_hold(session, basket, lasts, instead_of=earlier)
                assert refused.value.short == short
            else:
                placed = stock.place_hold(session, basket, lasts, instead_of=earlier)
                if earlier and state == "held":
                    self.holds[earlier] = ("released", lines, was_late)
                self.holds[placed] = ("held", basket, late)

    @rule(choice=CHOICE)
    def sell(self, choice: int) -> None:
        hold = self.pick(choice)
        state, lines, late = self.holds.get(hold, ("none", {}, False))
        with self.database.transaction() as session:
            assert stock.sell(session, hold, order_reference="PM-1", actor="t") is (state == "held")
        if state == "held":
            self.holds[hold] = ("sold", lines, late)
            self.take(lines)

    @rule(choice=CHOICE)
    def release(self, choice: int) -> None:
        hold = self.pick(choice)
        state, lines, late = self.holds.get(hold, ("none", {}, False))
        with self.database.transaction() as session:
            assert stock.release(session, hold) is (state == "held")
        if state == "held":
            self.holds[hold] = ("released", lines, late)

    @rule(choice=CHOICE)
    def take_again(self, choice: int) -> None:
        hold = self.pick(choice)
        state, lines, late = self.holds.get(hold, ("none", {}, False))
        can = state == "released" and all(self.available(v) >= n for v, n in lines.items())
        with self.database.transaction() as session:
            assert stock.take_again(session, hold, order_reference="PM-1", actor="t") is can
        if can:
            self.holds[hold] = ("sold", lines, late)
            self.take(lines)

    @rule(basket=BASKET)
    def give_back(self, basket: dict[int, int]) -> None:
        with self.database.transaction() as session:
            stock.return_units(session, basket, "PM-1", "t")
        for variant, quantity in basket.items():
            self.on_hand[variant] = self.on_hand.get(variant, 0) + quantity

    def take(self, lines: dict[int, int]) -> None:
        for variant, quantity in lines.items():
            self.on_hand[variant] -= quantity

    @invariant()
    def numbers_agree(self) -> None:
        with self.database.reading() as session:
            assert stock.check(session) == []
            found = stock.levels(session)
            late = {hold for hold, (state, _, late) in self.holds.items() if state == "held" and late}
            overdue = select(Hold.id).where(
                Hold.state == HoldState.HELD, Hold.expires_at <= database_now(session)
            )
            assert set(session.scalars(overdue)) == late
        assert found == {v: stock.Level(n, self.reserved(v)) for v, n in self.on_hand.items()}
        assert all(0 <= lvl.reserved <= lvl.on_hand for lvl in found.values())


@pytest.mark.parametrize("examples", [10, pytest.param(300, marks=pytest.mark.faults_long)])
def test_whatever_happens_the_numbers_agree(database: Database, examples: int) -> None:
    run_state_machine_as_test(
        lambda: StockMachine(database),
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
