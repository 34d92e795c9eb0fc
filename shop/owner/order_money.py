"""Money on the order's page: a payment to decide about, refunds that wait, and what can go back."""

from collections.abc import Container, Mapping, Sequence
from typing import Final

from shop.frozen import frozen
from shop.giving.reversals import Returned
from shop.money import pounds_and_pence
from shop.orders.view import LineView, OrderView
from shop.payments.kinds import Goodwill, RefundReason, RefundState
from shop.payments.models import PaymentEntry, RefundRequest
from shop.payments.refundable import Refundable
from shop.payments.refunds import may_be_withdrawn
from shop.web.dates import short_day

REASONS: Final[Mapping[str, str]] = {
    "balance_insufficient": "there is not enough in the balance at Stripe",
    "insufficient_funds": "there is not enough in the balance at Stripe",
    "charge_disputed": "the payment is disputed",
    "charge_already_refunded": "all of the payment went back before",
    "api_key_expired": "Stripe does not accept the shop's key",
    "401": "Stripe does not accept the shop's key",
    "403": "the shop's key may not send refunds",
    "no answer": "Stripe does not answer",
    "failed": "the bank could not take it",
    "canceled": "it was cancelled at Stripe",
    "not known": "the shop was brought up to date while it was under way, so please look in Stripe's "
    "dashboard whether it went through before you send it again",
}

NOT_SENT: Final[Mapping[str, str]] = {
    RefundState.SENT_BACK: "came back from the buyer’s bank",
    RefundState.REFUSED: "was not sent",
    RefundState.OWED: "is still to be sent",
}
WHAT_FOR: Final[Mapping[str, str]] = {
    RefundReason.UNFILLABLE: "A piece had gone while it was being paid for, so all of it is owed.",
    RefundReason.SURPLUS: "It was paid twice, so this is owed.",
    RefundReason.NOT_CHANGED: "It was paid for a change that could not be made any more, so this is owed.",
    RefundReason.EXCHANGE: "A piece was changed for one that costs less, so this is owed.",
}

IN_DISPUTE: Final = (
    "The bank has taken this payment back until the dispute is decided, so nothing can be given back from "
    "here: it could reach the buyer twice. Please answer the dispute in Stripe’s dashboard."
)
AMOUNT: Final = "amount"
"""The id of the field for an amount that is for no piece."""

ON_ITS_WAY: Final = "is on its way back"
NOTHING_LEFT: Final = "nothing of the payment is left"
SEE_ABOVE: Final = "waits for you, see above"
BY_STRIPE: Final = "sent in Stripe’s dashboard"


@frozen
class ReviewNotice:
    """A payment that is not what was asked for."""

    said: str
    acceptable: bool
    """It came in the order's own currency."""
    send_back: str
    """What the button says that sends all of it back."""


@frozen
class WaitingRefund:
    """Money that should go back and has not."""

    id: int
    amount: str
    title: str
    said: str
    needs_a_person: bool
    button: str
    may_be_withdrawn: bool
    problem: str | None
    """What is wrong with the note that was typed."""


@frozen
class RefundBox:
    """A unit, or the postage: a box to tick, or, with `went_back`, the sentence that takes its place."""

    id: str
    name: str
    value: str
    label: str
    went_back: str
    ticked: bool


@frozen
class Typed:
    """What stands in the form: boxes that are ticked, the amount and why."""

    ticked: Container[str] = ()
    amount: str = ""
    goodwill: str = ""


NOTHING_TYPED: Final = Typed()


@frozen
class Option:
    """One of several to choose from."""

    value: str
    label: str
    note: str = ""
    disabled: bool = False


@frozen
class RefundForm:
    """What can be given back."""

    boxes: Sequence[RefundBox]
    besides: str
    """What went back that is the price of no piece; empty for nothing."""
    left: str
    anything_left: bool
    first: str
    """The id of the first field."""
    amount: str
    goodwill: str
    reasons: Sequence[Option] = tuple(Option(reason, reason.capitalize()) for reason in Goodwill)


def why(code: str | None) -> str:
    """Why a refund was not sent, in words; Stripe's own code where there are none."""
    return REASONS.get(code or "", f"Stripe says {code}") if code else ""


def review_notice(order: OrderView, payment: PaymentEntry | None) -> ReviewNotice | None:
    """The payment that the owner must accept or send back; None when there is none."""
    if payment is None:
        return None
    sum_ = pounds_and_pence(payment.amount_pence)
    own = payment.currency == order.row.currency
    paid = sum_ if own else f"{payment.amount_pence} in the smallest unit of {payment.currency.upper()}"
    said = (
        f"The order comes to {pounds_and_pence(order.row.total_pence)}. What was paid: {paid}. "
        "Its pieces stay set aside until you have decided."
    )
    return ReviewNotice(said, acceptable=own, send_back=f"Send {sum_ if own else 'all of it'} back")


def waiting_refunds(requests: Sequence[RefundRequest], problems: Mapping[str, str]) -> list[WaitingRefund]:
    """Every refund that waits, with what is wrong with what was typed about it."""
    return [_waiting(request, problems.get(f"note-{request.id}")) for request in requests]


def _waiting(request: RefundRequest, problem: str | None) -> WaitingRefund:
    owed = request.state == RefundState.OWED
    said = [_what_for(request)]
    if request.refused:
        said.append(f"The last try: {why(request.refused)}.")
    if owed:
        said.append("It is tried again by itself.")
    return WaitingRefund(
        id=request.id,
        amount=pounds_and_pence(request.amount_pence),
        title=f"{pounds_and_pence(request.amount_pence)} {NOT_SENT[request.state]}",
        said=" ".join(said),
        needs_a_person=not owed,
        button="Try again now" if owed else "Send the refund again",
        may_be_withdrawn=may_be_withdrawn(request),
        problem=problem,
    )


def _what_for(request: RefundRequest) -> str:
    parts = [f"piece {number}" for number in request.lines]
    parts += ["the postage"] if request.with_postage else []
    parts += (
        [f"{pounds_and_pence(request.goodwill_pence or 0)}, {request.goodwill}"] if request.goodwill else []
    )
    if parts:
        return f"For {' and '.join([', '.join(parts[:-1]), parts[-1]] if parts[1:] else parts)}."
    return WHAT_FOR.get(request.reason, "All of the payment was to go back.")


def why_no_refund(money: Refundable | None) -> str:
    """Why nothing can be given back although it was paid; empty when it can."""
    return IN_DISPUTE if money is not None and money.in_dispute else ""


def refund_form(order: OrderView, money: Refundable | None, typed: Typed) -> RefundForm | None:
    """What can be given back, and what became of the rest; None when nothing was paid or can go back."""
    if money is None or money.in_dispute or not (money.payment or money.returned):
        return None
    boxes, ticked = [_unit(line, money, typed.ticked) for line in order.lines], typed.ticked
    if money.postage_asked or money.postage_returned or money.postage_free:
        label = f"Postage, {pounds_and_pence(order.row.postage_pence)}"
        boxes.append(
            RefundBox("postage", "postage", "1", label, _postage_went(money), ticked="postage" in ticked)
        )
    return RefundForm(
        boxes,
        besides=pounds_and_pence(money.goodwill_pence) if money.goodwill_pence else "",
        left=pounds_and_pence(max(money.left_pence, 0)),
        anything_left=money.left_pence > 0,
        first=next((box.id for box in boxes if not box.went_back), AMOUNT),
        amount=typed.amount,
        goodwill=typed.goodwill,
    )


def _unit(line: LineView, money: Refundable, ticked: Container[str]) -> RefundBox:
    number = line.row.number
    label = f"{number}. {line.row.piece_name}, {pounds_and_pence(line.row.price_pence)}"
    box_id, went = f"line-{number}", _unit_went(number, money)
    return RefundBox(box_id, "line", str(number), label, went, ticked=str(number) in ticked)


def _unit_went(number: int, money: Refundable) -> str:
    if back := money.returned.get(number):
        return f"{_went_back(back)}, {f'by {back.actor}' if back.actor else BY_STRIPE}"
    if asked := money.asked.get(number):
        return ON_ITS_WAY if asked.state in {RefundState.OWED, RefundState.SENT} else SEE_ABOVE
    return "" if money.left_pence > 0 else NOTHING_LEFT


def _postage_went(money: Refundable) -> str:
    if asked := money.postage_asked:
        if asked.state in {RefundState.SENT, RefundState.RETURNED_ELSEWHERE}:
            return "went back"
        return ON_ITS_WAY if asked.state == RefundState.OWED else SEE_ABOVE
    if back := money.postage_returned:
        return f"{_went_back(back)}, {BY_STRIPE}"
    return "" if money.left_pence > 0 else NOTHING_LEFT


def _went_back(back: Returned) -> str:
    return f"went back on {short_day(back.at)}" if back.at else "went back"
