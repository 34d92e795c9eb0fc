"""What is said while an order is made, and when it is posted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from shop.catalogue.postage import TRACK
from shop.emails.email_blocks import Block, Items, Link, Paragraph, Pieces, Row, Rows
from shop.emails.email_facts import EmailFacts
from shop.fulfilment.stages import Hold, Stage
from shop.money import pounds_and_pence
from shop.orders.hand_drawings import Step
from shop.web.dates import day, weekday

GIFTS_THERE: Final = "You can see it, and check it, on the page of your order."
NOT_THERE: Final = (
    "If it does not arrive, or anything about it is not right, reply to this e-mail and we will see to it."
)
ON_ITS_PAGE: Final = "It stands on the order’s page, where you can write back."
LINK_CLOSED: Final = "The link to that page was closed: reply to this e-mail, and we send you the answer."
NOT_YOU: Final = (
    "If this is not as you want it, or it was not you who changed it, please reply to this e-mail."
)
QUESTION_THERE: Final = "It stands on the page of your order, and can be answered there."
QUESTION_CLOSED: Final = "The link to that page was closed: reply to this e-mail, and we ask you here."
BEGUN: Final = frozenset({Stage.ENGRAVING, Stage.ENGRAVED, Stage.INSPECTED})
NOW_FIXED: Final = "These words can no longer be changed."
STILL_OPEN: Final = "The words of what is not named here still can."


def drawing_ready(facts: EmailFacts) -> Sequence[Block] | None:
    """A drawing by hand waits for the buyer's answer."""
    if not any(line.hand.step is Step.SENT for line in facts.kept):
        return None
    said = (
        f"We have drawn the words for order {facts.reference}. The drawing stands on the page of your order. "
        "Please look at every letter, and approve it there or tell us what should be otherwise. Nothing is "
        "cut before you have approved it."
    )
    return [Paragraph(said, strong=facts.reference)]


def words_changed(facts: EmailFacts) -> Sequence[Block] | None:
    """Words were put right: all that stands now, as it will be cut."""
    if not any(line.engraving for line in facts.kept):
        return None
    said = f"The words of your order {facts.reference} were changed. This is what stands now:"
    kept = {line.row.number for line in facts.kept}
    now = [replace(line, price="") for line in facts.lines if line.number in kept]
    return [Paragraph(said, strong=facts.reference), Pieces(now), Paragraph(NOT_YOU)]


def variant_changed(facts: EmailFacts) -> Sequence[Block] | None:
    """The metal or chain of a unit was changed: from what, to what, and what goes back."""
    event = facts.exchanged()
    if event is None:
        return None
    (number,) = event.data["lines"]
    names = {line.row.number: line.row.piece_name for line in facts.order.lines}
    piece = f"{names[number]}, piece {number}" if len(names) > 1 else f"The {names[number]}"
    said = f"{piece} of your order {facts.reference} was changed:"
    rows = [Row("Until now", event.data["before"]), Row("Now", event.data["now"], strong=True)]
    blocks: list[Block] = [Paragraph(said, strong=facts.reference), Rows(rows)]
    difference = int(event.data["difference_pence"])
    if difference < 0:
        sum_ = pounds_and_pence(-difference)
        blocks.append(
            Paragraph(f"It costs {sum_} less. That goes back to you the way you paid.", strong=sum_)
        )
    elif difference == 0:
        blocks.append(Paragraph("It costs the same."))
    else:
        sum_ = pounds_and_pence(difference)
        blocks.append(Paragraph(f"It costs {sum_} more, which you have paid.", strong=sum_))
    return [*blocks, Paragraph(NOT_YOU)]


def late(facts: EmailFacts) -> Sequence[Block] | None:
    """The day promised cannot be kept."""
    if facts.day is None or not facts.day.told:
        return None
    missed, now = weekday(date.fromisoformat(facts.about)), weekday(facts.day.posted_by)
    said = (
        f"We said that order {facts.reference} would be posted by {missed}. We cannot keep that day, and we "
        "are sorry."
    )
    where = "on the page of your order, or " if facts.order_url else ""
    choice = (
        "You may wait for it. Or you may have back what you paid for all that has not been posted, engraved "
        f"or not. Please say which {where}by replying to this e-mail; until you do, we go on with it."
    )
    instead = Paragraph(f"As things stand now, it is posted by {now}.", strong=now)
    return [Paragraph(said, strong=facts.reference), instead, Paragraph(choice)]


def begun(facts: EmailFacts) -> Sequence[Block] | None:
    """Engraving has begun; nothing is said of a unit for which that was taken back."""
    now = [line for line in facts.to_make if facts.stage(line.row) in BEGUN]
    if not now:
        return None
    said = f"We have begun to engrave for order {facts.reference}:"
    items = Items([facts.title(line.row) for line in now])
    open_ = f" {STILL_OPEN}" if facts.open_words else ""
    return [Paragraph(said, strong=facts.reference), items, Paragraph(f"{NOW_FIXED}{open_}")]


def question(facts: EmailFacts) -> Sequence[Block] | None:
    """A unit rests until the buyer has answered."""
    if not any(unit.held == Hold.QUESTION for unit in facts.units.values()):
        return None
    said = f"We have a question about order {facts.reference} before we go on with it."
    where = QUESTION_THERE if facts.order_url else QUESTION_CLOSED
    return [Paragraph(f"{said} {where}", strong=facts.reference)]


def posted(facts: EmailFacts) -> Sequence[Block] | None:
    """A parcel is under way."""
    if facts.parcel is None:
        return None
    parcel, pieces = facts.parcel
    said = (
        f"This was posted on {day(parcel.posted_at)} from order {facts.reference}, with "
        f"{facts.order.postage.name}:"
    )
    blocks: list[Block] = [Paragraph(said, strong=facts.reference), Items(pieces)]
    if parcel.tracking:
        tracked = f"Its tracking number is {parcel.tracking}."
        blocks += [Paragraph(tracked, strong=parcel.tracking), Link("Follow it at Royal Mail", TRACK)]
    if facts.gifts:
        there = f" {GIFTS_THERE}" if facts.order_url else ""
        blocks.append(Paragraph(f"{facts.gifts}{there}", tone="clay"))
    return [*blocks, Paragraph(NOT_THERE)]


def claim_answered(facts: EmailFacts) -> Sequence[Block]:
    """Somebody here has answered what was written on the order's page."""
    said = f"There is an answer to what was written to us about order {facts.reference}."
    where = ON_ITS_PAGE if facts.order_url else LINK_CLOSED
    return [Paragraph(f"{said} {where}", strong=facts.reference)]
