"""What the e-mail about an order says of each unit: the same words in text and HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shop.emails.proof_images import ProofImage
from shop.money import pounds_and_pence
from shop.orders.view import LineView

BY_HAND: Final = "Drawn by hand: we send you the drawing before anything is cut"
PLAIN: Final = "Not engraved"


@dataclass(frozen=True)
class EmailLine:
    """One unit."""

    number: int
    title: str
    price: str
    words: Sequence[tuple[str, str]] = field(repr=False)
    """(where, the exact words)."""
    note: str
    """Which proof it is cut by, or why there is none."""
    pictures: Sequence[ProofImage]


def email_lines(lines: Sequence[LineView], pictures: Mapping[int, Sequence[ProofImage]]) -> list[EmailLine]:
    """The units in their order, each with the pictures of what will be cut."""
    return [
        EmailLine(
            number=line.row.number,
            title=f"{line.row.piece_name}, {line.row.metal_name}, {line.row.chain_inches} inch chain",
            price=pounds_and_pence(line.row.price_pence),
            words=line.words,
            note=_note(line),
            pictures=pictures.get(line.row.number, ()),
        )
        for line in lines
    ]


def _note(line: LineView) -> str:
    if line.engraving is None:
        return PLAIN
    return BY_HAND if line.by_hand else f"Proof {line.proof_number}"
