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

GIFTS_THERE: Final = "You can see it and check it on your order’s page."
PICTURE_THERE: Final = "The photograph of your finished piece that you asked for is on your order’s page."
NOT_THERE: Final = (
    "If it does not arrive, or something is not right, reply to this e-mail and we will put it right."
)
ON_ITS_PAGE: Final = "It is on the order’s page, where you can write back."
LINK_CLOSED: Final = "The link to that page was closed. Reply to this e-mail, and we send you the answer."
NOT_YOU: Final = "If this is not as you want it, or you did not change it, please reply to this e-mail."
QUESTION_THERE: Final = "You can read it and answer it on your order’s page."
QUESTION_CLOSED: Final = "The link to that page was closed. Reply to this e-mail, and we ask you here."
BEGUN: Final = frozenset({Stage.ENGRAVING, Stage.ENGRAVED, Stage.INSPECTED})
NOW_FIXED: Final = "These words can no longer be changed."
STILL_OPEN: Final = "You can still change the words of any other piece."


def drawing_ready(facts: EmailFacts) -> Sequence[Block] | None:
    """A drawing by hand waits for the buyer's answer."""
    sent = [line for line in facts.kept if line.hand.step is Step.SENT]
    if not sent:
        return None
    what = "words" if all(line.by_hand for line in sent) else "artwork"
    look = "look at every letter" if what == "words" else "compare it with your own"
    said = (
        f"We have drawn the {what} for order {facts.reference}. The drawing is on your order’s page. Please "
        f"{look}. Then approve it there, or tell us what to change. We cut nothing until you approve it."
    )
    return [Paragraph(said, strong=facts.reference)]


def words_changed(facts: EmailFacts) -> Sequence[Block] | None:
    """Words were put right: all that stands now, as it will be cut."""
    if not any(line.engraving for line in facts.kept):
        return None
    said = f"The words of your order {facts.reference} were changed. This is how they are now:"
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
        blocks.append(Paragraph(f"It costs {sum_} less. We refund that the way you paid.", strong=sum_))
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
        f"We said that we would post order {facts.reference} by {missed}. We cannot keep that day. We are "
        "sorry."
    )
    where = "on your order’s page, or " if facts.order_url else ""
    choice = (
        "You can wait for it. Or we can refund everything that has not been posted, engraved or not. Please "
        f"say which {where}by replying to this e-mail. Until you do, we carry on with it."
    )
    instead = Paragraph(f"We now expect to post it by {now}.", strong=now)
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
    said = f"We have a question about order {facts.reference} before we carry on."
    where = QUESTION_THERE if facts.order_url else QUESTION_CLOSED
    return [Paragraph(f"{said} {where}", strong=facts.reference)]


def posted(facts: EmailFacts) -> Sequence[Block] | None:
    """A parcel is under way."""
    if facts.parcel is None:
        return None
    parcel, pieces = facts.parcel
    said = (
        f"This is from order {facts.reference}. We posted it on {day(parcel.posted_at)} with "
        f"{facts.order.postage.name}:"
    )
    blocks: list[Block] = [Paragraph(said, strong=facts.reference), Items(pieces)]
    if parcel.tracking:
        tracked = f"Its tracking number is {parcel.tracking}."
        blocks += [Paragraph(tracked, strong=parcel.tracking), Link("Track it with Royal Mail", TRACK)]
    if facts.photographed and facts.order_url:
        blocks.append(Paragraph(PICTURE_THERE))
    if facts.gifts:
        there = f" {GIFTS_THERE}" if facts.order_url else ""
        blocks.append(Paragraph(f"{facts.gifts}{there}", tone="gift"))
    return [*blocks, Paragraph(NOT_THERE)]


def claim_answered(facts: EmailFacts) -> Sequence[Block]:
    """Somebody here has answered what was written on the order's page."""
    said = f"There is an answer about order {facts.reference}."
    where = ON_ITS_PAGE if facts.order_url else LINK_CLOSED
    return [Paragraph(f"{said} {where}", strong=facts.reference)]
