"""Every button that the bench has, pressed at every unit in every state, through HTTP.

What is sent here is what a page that has grown old could send, or whoever signed in could make up. The table
is written out: it is the rule, and not what the code makes of it.
"""

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import pytest

from shop.fulfilment import units
from shop.fulfilment.models import UnitStep
from shop.fulfilment.stages import Action, Hold, Remake, Stage
from tests.fulfilment.conftest import PLAIN, WORDS, Bench
from tests.harness import Harness
from tests.shopper import Shopper, form_on, soup

STEPS: Final = "/owner/bench/steps"

MAY: Final = {
    # stage: what may be done with a unit with words, and with one without
    Stage.TO_CHECK: ({Action.CHECK}, {Action.CHECK}),
    Stage.CHECKED: ({Action.BEGIN}, {Action.PACK}),
    Stage.ENGRAVING: ({Action.FINISH, Action.REMAKE}, set()),
    Stage.ENGRAVED: ({Action.INSPECT, Action.REMAKE}, set()),
    Stage.INSPECTED: ({Action.PACK, Action.REMAKE}, set()),
    Stage.PACKED: ({Action.POST, Action.REMAKE}, {Action.POST, Action.REMAKE}),
    Stage.POSTED: ({Action.DELIVER, Action.REMAKE}, {Action.DELIVER, Action.REMAKE}),
    Stage.DELIVERED: ({Action.REMAKE}, {Action.REMAKE}),
}

BEFORE_THE_POST: Final = {
    True: [Action.CHECK, Action.BEGIN, Action.FINISH, Action.INSPECT, Action.PACK],
    False: [Action.CHECK, Action.PACK],
}
"""What was done with a unit that is posted, in this order, each time it is made: with words, without."""


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


@dataclass
class Buttons:
    """Somebody who signed in and can send whatever a button of the bench could."""

    owner: Shopper
    bench: Bench
    order: int
    number: int = 1
    token: str = ""

    def __post_init__(self) -> None:
        self.page = f"/owner/orders/{self.bench.harness.order(self.order).reference}"
        self.line = self.bench.units(self.order)[self.number].order_line_id
        self.token = form_on(self.owner.get(self.page), f"{self.page}/looks")[1]["csrf_token"]

    def send(self, to: str, **fields: object) -> None:
        """Press: whatever comes of it, it is an answer and no failure."""
        answer = self.owner.post(to, {"csrf_token": self.token, **fields})
        assert answer.status_code in {303, 409, 422}, answer.text

    def on_bench(self, action: Action) -> None:
        """The button of the list at the bench."""
        self.send(STEPS, action=action, only=str(self.line), **{f"wording-{self.line}": "1"})

    def on_order(self, action: Action) -> None:
        """The button of the order's page."""
        self.send(f"{self.page}/lines/{self.number}/steps", action=action, reason=Remake.SLIP, wording="1")

    def all_the_same(self, action: Action) -> None:
        """The button that posts before the day promised."""
        if action is Action.POST:
            self.send(f"{self.page}/early-posting", why="because")

    def hold(self) -> None:
        self.send(f"{self.page}/lines/{self.number}/hold", reason=Hold.MATERIAL)

    def resume(self) -> None:
        self.send(f"{self.page}/lines/{self.number}/hold")

    def undo(self) -> None:
        self.send(f"/owner/bench/units/{self.line}/undo")

    @property
    def stage(self) -> Stage:
        return self.bench.stages(self.order)[self.number - 1]

    def steps(self) -> Sequence[UnitStep]:
        with self.bench.harness.database.reading() as session:
            return units.steps_of(session, self.order).get(self.number, ())


def brought_to(bench: Bench, stage: Stage, *, words: bool) -> int:
    """An order with one unit that stands there."""
    order = bench.paid(("disc", "Wren") if words else ("petal", ""))
    for action in WORDS if words else PLAIN:
        if bench.stages(order) == [stage]:
            return order
        bench.act(order, 1, action)
    if stage in {Stage.POSTED, Stage.DELIVERED}:
        bench.post(order, 1)
    if stage is Stage.DELIVERED:
        bench.act(order, 1, Action.DELIVER)
    assert bench.stages(order) == [stage]
    return order


PAGES: Final = (Buttons.on_bench, Buttons.on_order)
"""From where a step can be taken."""
EVERY_WAY: Final = (*PAGES, Buttons.all_the_same)
"""With the page on which a parcel is posted although its day has not come."""


@pytest.mark.parametrize(
    ("stage", "words"),
    [(stage, words) for stage, may in MAY.items() for words in (True, False) if may[not words]],
)
def test_only_what_the_table_allows_moves_a_unit(
    owner: Shopper, bench: Bench, stage: Stage, words: bool
) -> None:
    moved = set()
    buttons = Buttons(owner, bench, brought_to(bench, stage, words=words))
    for action, press in itertools.product(Action, EVERY_WAY):
        press(buttons, action)
        if buttons.stage is not stage:
            moved.add(action)
            buttons = Buttons(owner, bench, brought_to(bench, stage, words=words))
    assert moved == MAY[stage][not words]


def refunded(bench: Bench, order: int) -> None:
    bench.refund(order, 1)


def disputed(bench: Bench, order: int) -> None:
    bench.harness.disputes(order)
    bench.harness.sync(order)


def lost(bench: Bench, order: int) -> None:
    dispute = bench.harness.disputes(order)
    bench.harness.sync(order)
    bench.harness.dispute_ends(dispute, won=False)
    bench.harness.sync(order)


def resting(bench: Bench, order: int) -> None:
    with bench.harness.database.transaction() as session:
        units.hold(session, order, 1, Hold.PAYMENT, actor="stripe")


TROUBLES: Final = (refunded, disputed, lost, resting)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
@pytest.mark.parametrize("words", [True, False], ids=["words", "no words"])
@pytest.mark.parametrize("stage", [Stage.TO_CHECK, Stage.PACKED])
def test_nothing_moves_a_unit_whose_money_went_back_or_is_in_question_or_that_rests(
    owner: Shopper, bench: Bench, stage: Stage, words: bool, trouble: Callable[[Bench, int], None]
) -> None:
    order = brought_to(bench, stage, words=words)
    trouble(bench, order)
    buttons = Buttons(owner, bench, order)
    there = buttons.stage
    for action, press in itertools.product(Action, EVERY_WAY):
        press(buttons, action)
    assert buttons.stage is there
    assert soup(owner.get(f"/owner/bench/units/{buttons.line}")).select(".card-step form") == []


def made(steps: Sequence[UnitStep]) -> list[Action]:
    """What was done with a unit since it was last begun anew, without what was taken back."""
    kept: list[UnitStep] = []
    undone = {step.undoes_id for step in steps}
    for step in steps:
        if step.id in undone or step.action == Action.UNDO:
            continue
        kept = [] if step.action == Action.REMAKE else [*kept, step]
    return [Action(step.action) for step in kept]


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_pressed_a_unit_that_is_posted_was_looked_at_before_and_after(
    owner: Shopper, bench: Bench, seed: int
) -> None:
    posted = presses_at_random(owner, bench, random.Random(seed), most=150)
    assert posted


@pytest.mark.faults_long
@pytest.mark.parametrize("seed", range(100, 160))
def test_the_same_for_many_more(owner: Shopper, bench: Bench, seed: int) -> None:
    presses_at_random(owner, bench, random.Random(seed), most=600)


def presses_at_random(owner: Shopper, bench: Bench, chance: random.Random, *, most: int) -> int:
    """Press whatever there is, the next step more often. Give how often a unit stood as posted."""
    order = bench.paid(("disc", "Wren"), ("petal", ""))
    both = {True: Buttons(owner, bench, order, 1), False: Buttons(owner, bench, order, 2)}
    posted = 0
    for _ in range(most):
        buttons = both[words := chance.random() < 0.6]
        forward = [*BEFORE_THE_POST[words], Action.POST]
        if chance.random() < 0.85:
            step = _next(buttons.stage, words=words) if chance.random() < 0.4 else None
            chance.choice(PAGES)(buttons, step or chance.choice([*forward, *forward, *Action]))
        else:
            chance.choice([Buttons.hold, Buttons.resume, Buttons.undo])(buttons)
        if buttons.stage in {Stage.POSTED, Stage.DELIVERED}:
            posted += 1
            done = [step for step in made(buttons.steps()) if step in forward]
            assert done == forward
            unit = bench.units(order)[buttons.number]
            assert unit.held is None
    return posted


def _next(stage: Stage, *, words: bool) -> Action | None:
    return next(iter(MAY[stage][not words] - {Action.REMAKE}), None)
