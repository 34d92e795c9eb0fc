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
    Action.CHECK: "Mark as checked",
    Action.BEGIN: "Begin engraving",
    Action.FINISH: "Mark as engraved",
    Action.INSPECT: "Mark as looked at again",
    Action.PACK: "Mark as packed",
    Action.POST: "Mark as posted",
}
MEANT: Final = {
    Action.CHECK: "Are these the words, the piece and the chain that were ordered? Then they may be made.",
    Action.INSPECT: "Hold the piece against its words, letter by letter, before it is packed.",
}
"""What to look for, where the button alone does not say it."""
BEHIND_IT: Final = "Its words are on its own page, behind its reference."
"""Said where they are to be looked at and do not stand."""
DONE: Final = {
    Action.CHECK: "Checked",
    Action.BEGIN: "Engraving begun",
    Action.FINISH: "Engraved",
    Action.INSPECT: "Looked at again",
    Action.PACK: "Packed",
    Action.POST: "Posted",
}
"""What is said of each step once it is done."""


def done(action: str) -> str:
    """A step as it is said once it is done; any other as it is written down."""
    return next((said.lower() for step, said in DONE.items() if step == action), action)
