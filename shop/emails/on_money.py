"""What is said when money goes back, does not arrive, or a bank asks about it."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from shop.emails.email_blocks import Block, Items, Paragraph, Row, Rows
from shop.emails.email_facts import EmailFacts
from shop.money import CURRENCY, pounds_and_pence
from shop.orders.lifecycle import State
from shop.payments.models import RefundRequest
from shop.payments.refund_history import RefundMade
from shop.web.dates import day

BANKS: Final = "Banks usually take five to ten days to show it."
FROM_THE_DAY: Final = "It is usually sent today. Banks then take five to ten days to show it."
ONCE_GONE: Final = "Once it has gone back, "
NOT_GIVEN: Final = "Nothing was sold, so nothing is given to the charity."
NOTHING_TO_DO: Final = "You do not need to do anything."
NOTHING_MORE: Final = "We make and send nothing more of this order."
STAYS: Final = "Still in your order:"
WHOLE_PRICE: Final = "Together with what we sent back before, this is the full price of:"
GOODWILL: Final = "This is goodwill from us. You do not need to send anything back."
WITH_GOODWILL: Final = "You do not need to send anything back for the goodwill."
DIFFERENCE: Final = "It is the difference in price, since the metal or chain was changed."
IN_PARTS: Final = ", in parts, since it was paid in more than one payment"
PART: Final = "You paid in more than one payment, so we send the money back in parts. This is one of them."
ANOTHER_WAY: Final = (
    "We are looking for another way, and will write to you. If you know one, please reply to this e-mail."
)


def refund(facts: EmailFacts) -> Sequence[Block] | None:
    """Money was sent back; nothing is said of a refund that the bank returned meanwhile."""
    made = facts.refund()
    return None if made is None or made.sent_back_at else [*_sent(facts, made), *_left(facts, made)]


def cancelled(facts: EmailFacts) -> Sequence[Block] | None:
    """Units were cancelled before anything was engraved, and their money is to go back."""
    asked = facts.cancelled
    if asked is None:
        return None
    pieces = [facts.title(line.row) for line in facts.order.lines if line.row.number in asked.lines]
    sum_ = pounds_and_pence(asked.whole_pence)
    postage = " with the postage" if asked.with_postage else ""
    parts = IN_PARTS if asked.joined else ""
    back = f"{sum_}{postage} goes back to you the way it was paid{parts}. {FROM_THE_DAY}"
    return [
        Paragraph(f"This was cancelled from order {facts.reference}:", strong=facts.reference),
        Items(pieces),
        Paragraph(f"We will not make it. {back}", strong=sum_),
        *_gift_of(facts, asked),
        Paragraph("If you did not cancel it, please reply to this e-mail at once."),
    ]


def _gift_of(facts: EmailFacts, asked: RefundRequest) -> Iterator[Block]:
    """What becomes of what cancelled units give: it ends with their money's going back."""
    made = [one for one in facts.refunds if _gives_back(one, asked)]
    if facts.is_questioned or any(one.sent_back_at for one in made):
        return
    is_back = sum(one.amount_pence for one in made) == asked.whole_pence
    before = facts.refunds[-1].gone if facts.refunds else frozenset()
    units, gone = (made[-1].units, made[-1].gone) if is_back else (asked.lines, before | set(asked.lines))
    if said := _donation(facts, units, gone):
        yield Paragraph(said if is_back else f"{ONCE_GONE}{said[0].lower()}{said[1:]}", tone="gift")


def _gives_back(made: RefundMade, asked: RefundRequest) -> bool:
    """Whether it is what was asked for, or a part of that."""
    return made.joined == asked.joined if asked.joined else made.cause in {asked.stripe_id, asked.key}


def refund_returned(facts: EmailFacts) -> Sequence[Block] | None:
    """The buyer's bank sent a refund back to us, and nobody has said yet how it goes another way."""
    made = facts.refund()
    if made is None or not made.waits:
        return None
    sent = f"The {_amount(made, 'money')} that we sent back to you on {day(made.at)}"
    said = f"{sent} for order {facts.reference} did not reach you. Your bank returned it to us."
    return [Paragraph(said, strong=facts.reference), Paragraph(ANOTHER_WAY)]


def sold_out(facts: EmailFacts) -> Sequence[Block]:
    """The last of a piece went to somebody else while it was being paid for."""
    paid = facts.paid_pence
    all_ = "All that" if paid is None else f"All of the {pounds_and_pence(paid)}"
    return [
        Paragraph(
            f"We are sorry. While you were paying for order {facts.reference}, someone else bought the last "
            f"one. We cannot make it for you now. {all_} you paid goes back to you. {FROM_THE_DAY} "
            f"{NOTHING_TO_DO}",
            strong=facts.reference,
        ),
        *([Paragraph(NOT_GIVEN, tone="gift")] if facts.order.row.policy_id is not None else []),
    ]


def paid_twice(facts: EmailFacts) -> Sequence[Block]:
    """A second payment came for an order, and goes back."""
    second = facts.surplus
    known = second is not None and second.currency == CURRENCY
    sum_ = f", {pounds_and_pence(second.amount_pence)}," if second is not None and known else ""
    said = (
        f"Two payments reached us for your order {facts.reference}. We keep one, and the other{sum_} goes "
        f"back to you in full. {FROM_THE_DAY} Your order has not changed. {NOTHING_TO_DO}"
    )
    return [Paragraph(said, strong=facts.reference)]


def disputed(facts: EmailFacts) -> Sequence[Block] | None:
    """A bank asks about the payment."""
    if facts.order.state is not State.DISPUTED:
        return None
    said = f"The bank behind your payment has asked us about order {facts.reference}."
    if facts.to_make:
        said += " Until that is settled, we stop work on what is still to be made."
    surprise = "If you did not expect this, please reply to this e-mail."
    return [Paragraph(said, strong=facts.reference), Paragraph(surprise)]


def _sent(facts: EmailFacts, made: RefundMade) -> Iterator[Block]:
    sum_ = _amount(made, "what you paid")
    way = ", but not the way you paid" if made.elsewhere else ""
    said = f"We have sent {sum_} back to you for order {facts.reference}, on {day(made.at)}{way}."
    yield Paragraph(said, strong=facts.reference)
    yield from _for_what(facts, made)
    if not made.elsewhere:
        yield Paragraph(BANKS)


def _for_what(facts: EmailFacts, made: RefundMade) -> Iterator[Block]:
    """The units and the postage it is for, as far as it covers their whole price."""
    if made.difference:
        yield Paragraph(DIFFERENCE)
    if made.joined:
        yield Paragraph(PART)
    lines = [line.row for line in facts.order.lines if line.row.number in made.units]
    named = sum(row.price_pence for row in lines) + (facts.order.row.postage_pence if made.postage else 0)
    rows = [Row(facts.title(row), pounds_and_pence(row.price_pence)) for row in lines]
    if made.postage:
        rows.append(Row("Postage", pounds_and_pence(facts.order.row.postage_pence)))
    if rows and named <= made.amount_pence:
        if rest := made.amount_pence - named:
            besides = "Goodwill" if rest == made.goodwill_pence else "Besides"
            rows.append(Row(besides, pounds_and_pence(rest)))
        yield Rows([*rows, Row("Sent back", pounds_and_pence(made.amount_pence), strong=True)])
    elif lines:
        yield Paragraph(WHOLE_PRICE)
        yield Items([facts.title(row) for row in lines])
    if made.goodwill_pence:
        yield Paragraph(GOODWILL if made.goodwill_pence == made.amount_pence else WITH_GOODWILL)


def _left(facts: EmailFacts, made: RefundMade) -> Iterator[Block]:
    """What it comes to with those before it, and what of the order and of its gift stays."""
    if facts.paid_pence is not None:
        paid = pounds_and_pence(facts.paid_pence)
        back = "all" if made.back_pence >= facts.paid_pence else pounds_and_pence(made.back_pence)
        yield Paragraph(f"In all, {back} of the {paid} you paid has gone back.")
    stays = [line.row for line in facts.order.lines if line.row.number not in made.gone]
    if not stays or not facts.units:
        yield Paragraph(NOTHING_MORE)
    elif not facts.is_questioned:
        yield Paragraph(STAYS)
        yield Items([facts.title(row) for row in stays])
    if facts.units and not facts.is_questioned and (said := _donation(facts, made.units, made.gone)):
        yield Paragraph(said, tone="gift")


def _donation(facts: EmailFacts, units: Collection[int], gone: Collection[int]) -> str | None:
    """What giving these units back did to what the order gives; `gone` are all that went back by then."""
    row = facts.order.row
    if row.policy_id is None:
        return None
    gifts = {line.row.number: line.row.donation_pence for line in facts.order.lines}
    everything_gone = gifts.keys() <= set(gone)
    taken = sum(gifts[number] for number in units)
    taken += row.donation_pence if everything_gone and units else 0
    given = sum(pence for number, pence in gifts.items() if number not in gone)
    given += 0 if everything_gone else row.donation_pence
    if not taken:
        return f"This order still gives {pounds_and_pence(given)}." if given else None
    if not given:
        return f"The {pounds_and_pence(taken)} that this order gave is no longer given."
    said = f"{pounds_and_pence(taken)} of what this order gave is no longer given"
    return f"{said}; {pounds_and_pence(given)} still is."


def _amount(made: RefundMade, otherwise: str) -> str:
    return pounds_and_pence(made.amount_pence) if made.currency == CURRENCY else otherwise
