"""The steps of the bench in the owner's words: what waits for one, its button, and what is said after it."""

from typing import Final

from shop.fulfilment.stages import Action

HEADINGS: Final = {
    Action.CHECK: "To check",
    Action.BEGIN: "To engrave",
    Action.FINISH: "Being engraved",
    Action.INSPECT: "To look at again",
    Action.PACK: "To pack",
    Action.POST: "To post",
}
BUTTONS: Final = {
    Action.CHECK: "Checked",
    Action.BEGIN: "Begin engraving",
    Action.FINISH: "Engraved",
    Action.INSPECT: "Looked at again",
    Action.PACK: "Packed",
    Action.POST: "Posted",
}
DONE: Final = BUTTONS | {Action.BEGIN: "Engraving begun"}
"""What is said of each step once it is done."""


def done(action: str) -> str:
    """A step in the words of its button; any other as it is written down."""
    return next((said.lower() for step, said in DONE.items() if step == action), action)
