"""What the e-mail about an order says of each unit: the same words in text and HTML."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from typing import Final

from shop.emails.proof_images import ProofImage
from shop.engraving.spelling import letter_by_letter
from shop.frozen import frozen
from shop.money import pounds_and_pence
from shop.orders.models import OrderLine
from shop.orders.view import LineView

BY_HAND: Final = "Drawn by hand: we send you the drawing before we cut anything"
APPROVED_BY_HAND: Final = "Drawn by hand: we cut it from the drawing you approved"
LOOKED_AT_FIRST: Final = "We look at your artwork ourselves before we cut it"
PLAIN: Final = "Not engraved"
REFUNDED: Final = "Refunded"


@frozen
class EmailLine:
    """One unit."""

    number: int
    title: str
    price: str
    """Empty where prices are not the matter."""
    words: Sequence[tuple[str, str, str]] = field(repr=False)
    """(where, the exact words, the same letter by letter)."""
    note: str
    """Which proof it is cut by, or why there is none."""
    pictures: Sequence[ProofImage] = ()
    lettering: str = ""
    lettered: Sequence[tuple[str, str]] = ()
    """(words of a line, its lettering), where lines differ."""
    artwork: Sequence[tuple[str, str]] = ()
    """(where, what artwork is there and how large)."""


def email_lines(
    lines: Sequence[LineView], pictures: Mapping[int, Sequence[ProofImage]], refunded: Collection[int] = ()
) -> list[EmailLine]:
    """The units in their order, each with the pictures of what will be cut."""
    any_words = any(line.engraving for line in lines)
    return [
        EmailLine(
            number=line.row.number,
            title=titled(line.row, several=len(lines) > 1),
            price=pounds_and_pence(line.row.price_pence),
            words=[(where, text, letter_by_letter(text)) for where, text in line.words],
            lettering=line.engraving.lettering if line.engraving else "",
            lettered=line.engraving.lettered if line.engraving else (),
            note=REFUNDED if line.row.number in refunded else _note(line, any_words=any_words),
            pictures=pictures.get(line.row.number, ()),
            artwork=line.artwork,
        )
        for line in lines
    ]


def titled(row: OrderLine, *, several: bool) -> str:
    """A unit in one line, with its number where there are several."""
    title = f"{row.piece_name}, {row.metal_name}, {row.chain_inches} inch chain"
    return f"{row.number}. {title}" if several else title


def _note(line: LineView, *, any_words: bool) -> str:
    """Nothing where no unit of the order has words: then nothing is to be told apart."""
    if line.engraving is None:
        return PLAIN if any_words else ""
    if line.by_hand:
        return APPROVED_BY_HAND if line.hand.approved else BY_HAND
    if line.has_artwork:
        return APPROVED_BY_HAND if line.hand.approved else f"Proof {line.proof_number}. {LOOKED_AT_FIRST}"
    return f"Proof {line.proof_number}"
