"""Whatever happens to an order, and however it is heard of, the ledger says what a simple model says."""

from dataclasses import dataclass, field
from itertools import count
from typing import Literal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shop.giving.ledger import Standing
from tests.giving.conftest import Books

UNIT = st.integers(min_value=0, max_value=2)
PLACES = {Standing.ACCRUED: "accrued", Standing.HELD: "held"}


@dataclass
class Order:
    """What the shop knows of one order."""

    reference: str
    size: int
    paid: bool = False
    refunded: set[int] = field(default_factory=set)
    dispute: Literal["none", "open", "won", "lost"] = "none"

    def standing(self, unit: int) -> Standing:
        if not self.paid or unit in self.refunded or self.dispute == "lost":
            return Standing.NONE
        return Standing.HELD if self.dispute == "open" else Standing.ACCRUED

    def standings(self) -> list[Standing]:
        return [self.standing(unit) for unit in range(self.size)]


class Story(RuleBasedStateMachine):
    """One order of up to three units, from its payment through refunds and disputes."""

    def __init__(self, books: Books, references: "count[int]") -> None:
        super().__init__()
        self.books = books
        self.references = references
        self.sums = {"accrued": 0, "held": 0, "gross": 0, "reversed": 0}
        """What this order should have added to the totals."""

    @initialize(size=st.integers(min_value=1, max_value=3))
    def begin(self, size: int) -> None:
        self.order = Order(f"PM-{next(self.references)}", size)
        self.before = self.books.totals()
        self.told = self.order.standings()

    def tell(self) -> None:
        """Bring the ledger to what is known now; the model moves each unit's £5 by itself."""
        wanted = self.order.standings()
        posted = self.books.bring(self.order.reference, *wanted)
        steps = 0
        for before, after in zip(self.told, wanted, strict=True):
            if before is after:
                continue
            steps += 2 if (before, after) == (Standing.NONE, Standing.HELD) else 1
            if before is Standing.NONE:
                self.sums["gross"] += 500
            else:
                self.sums[PLACES[before]] -= 500
            if after is Standing.NONE:
                self.sums["reversed"] += 500
            else:
                self.sums[PLACES[after]] += 500
        assert len(posted) == steps
        self.told = wanted

    @rule()
    def pay(self) -> None:
        self.order.paid = True
        self.tell()

    @rule(unit=UNIT)
    def refund_unit(self, unit: int) -> None:
        self.order.refunded.add(unit % self.order.size)
        self.tell()

    @precondition(lambda self: self.order.refunded)
    @rule(unit=UNIT)
    def refund_fails(self, unit: int) -> None:
        self.order.refunded.discard(unit % self.order.size)
        self.tell()

    @rule(news=st.sampled_from(["open", "won", "lost"]))
    def dispute(self, news: Literal["open", "won", "lost"]) -> None:
        self.order.dispute = news
        self.tell()

    @rule(units=st.integers(min_value=1, max_value=3))
    def hear_it_again(self, units: int) -> None:
        some = self.order.standings()[:units]
        assert self.books.bring(self.order.reference, *some, cause="replayed") == []

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        now, before = self.books.totals(), self.before
        assert now.accrued_pence - before.accrued_pence == self.sums["accrued"]
        assert now.held_pence - before.held_pence == self.sums["held"]
        assert now.gross_pence - before.gross_pence == self.sums["gross"]
        assert now.reversed_pence - before.reversed_pence == self.sums["reversed"]
        assert now.net_pence == now.accrued_pence + now.held_pence == now.gross_pence - now.reversed_pence
        known = self.books.standings(self.order.reference)
        assert [known.get(unit + 1, Standing.NONE) for unit in range(self.order.size)] == self.told

    @invariant()
    def every_line_has_its_counterpart(self) -> None:
        assert self.books.value("SELECT COALESCE(sum(amount_pence), 0) FROM ledger_entry") == 0

    def teardown(self) -> None:
        assert self.books.problems() == []


@pytest.mark.parametrize("stories", [6, pytest.param(200, marks=pytest.mark.faults_long)])
def test_every_story_ends_in_the_right_balance(books: Books, stories: int) -> None:
    references = count(1)
    run_state_machine_as_test(
        lambda: Story(books, references),
        settings=settings(
            max_examples=stories,
            stateful_step_count=20,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
