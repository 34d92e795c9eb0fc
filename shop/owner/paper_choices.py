"""What the owner can have printed, as the bench and an order's page offer it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from shop.frozen import frozen
from shop.fulfilment.queue import STEPS
from shop.fulfilment.stages import Action
from shop.paper.label_sheets import MOST_PLACES, SHEETS, LabelSheet

KINDS: Final[Mapping[str, str]] = {
    "tickets": "Bench tickets",
    "slips": "Slips",
    "labels": "Address labels",
    "cards": "Cards",
}
"""What can be printed, in the order in which it comes out."""

TO_SEND: Final = ("slips", "labels")
TICKED: Final = {Action.PACK: TO_SEND, Action.POST: ("labels",)}
"""By the step that the units wait for; for any other the tickets."""

HINTS: Final = {"cards": "Printing them opens the dedications, and that is recorded."}


@frozen
class PaperBox:
    """One kind of paper to tick."""

    kind: str
    label: str
    ticked: bool
    hint: str


@frozen
class PaperChoices:
    """The choices of one place; `id` begins the ids of its fields."""

    id: str
    title: str
    button: str
    boxes: Sequence[PaperBox]

    @property
    def sheets(self) -> Collection[LabelSheet]:
        """The sheets of labels there are."""
        return SHEETS.values()

    @property
    def places(self) -> Sequence[int]:
        """Where on a sheet to begin."""
        return range(1, MOST_PLACES + 1)


def _of_step(action: Action) -> PaperChoices:
    return PaperChoices(
        id=f"print-{action.replace(' ', '-')}",
        title="Print for those that are ticked, or for all",
        button="Make one PDF",
        boxes=_boxes(TICKED.get(action, ("tickets",))),
    )


def of_packed() -> PaperChoices:
    """For all that is packed."""
    title = "Print for all that is packed"
    return PaperChoices(id="print", title=title, button="Make one PDF", boxes=_boxes(TO_SEND))


def of_order() -> PaperChoices:
    """For an order on its page."""
    return PaperChoices(id="print", title="Print", button="Make one PDF", boxes=_boxes(TO_SEND))


def _boxes(ticked: Collection[str]) -> Sequence[PaperBox]:
    return [PaperBox(kind, label, kind in ticked, HINTS.get(kind, "")) for kind, label in KINDS.items()]


OF_STEP: Final[Mapping[Action, PaperChoices]] = {step: _of_step(step) for step in STEPS}
"""For the units that wait for a step at the bench."""
