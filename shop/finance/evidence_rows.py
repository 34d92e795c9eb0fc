"""Sentences, facts and rows of what was promised on a day: the same on the page and on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from typing import Final

from shop.finance.agreement_rows import EACH
from shop.finance.evidence_beside import Beside
from shop.finance.money_rows import order_link
from shop.frozen import frozen
from shop.giving.day_gifts import DayGift
from shop.giving.documents import Document
from shop.giving.evidence import Answer, Evidence
from shop.giving.payments_made import Remittance
from shop.giving.shown_statements import Shown
from shop.giving.transitions import Standing
from shop.money import pounds_and_pence
from shop.web.cells import Cell, Cells, Link, Status
from shop.web.dates import day, minute, month_name, short_day

KINDS: Final = {
    Answer.NO_PROMISE: ("Nothing was promised", "quiet"),
    Answer.NOTHING_SOLD: ("Nothing was to be given", "quiet"),
    Answer.ALL_BACK: ("Nothing is to be given", "quiet"),
    Answer.KEPT: ("Kept", "good"),
    Answer.KEPT_LATE: ("Kept, but late", "wait"),
    Answer.NOT_DUE: ("Not due yet", "wait"),
    Answer.WAITING: ("A bank decides", "wait"),
    Answer.OVERDUE: ("Overdue", "bad"),
}
STANDS: Final = {Standing.ACCRUED: "", Standing.HELD: "held", Standing.NONE: "taken back"}


@frozen
class Section:
    """A part of the answer: sentences, facts, and a table."""

    heading: str
    said: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    columns: Sequence[tuple[str, str]] = ()
    rows: Sequence[Cells] = field(default=())
    quoted: str = ""
    """A sentence that the site showed, word for word."""
    caption: str = ""
    """What the table is called where there is more than it."""


def answered(found: Evidence, known: Beside, today: date) -> Status:
    """Whether it was kept, in a word and a sentence."""
    word, kind = KINDS[found.answer(today)]
    without = f" {_without(known)}" if known.without else ""
    return Status(word, "wait" if without and kind != "bad" else kind, f": {_why(found, today)}{without}")


def sections(found: Evidence, known: Beside) -> Sequence[Section]:
    """Everything behind it."""
    made = [_said(found, known.carried)]
    if found.agreement:
        made.append(_agreement(found))
    made.append(_gifts(found, known))
    if found.gifts:
        made += [_months(found), _payments(found, known.confirmed)]
    return made


def _without(known: Beside) -> str:
    orders = ", ".join(f"{reference} ({state})" for reference, state in known.without)
    return f"Paid for on that day, and without a gift: {orders}."


def _why(found: Evidence, today: date) -> str:
    answer, when = found.answer(today), day(found.day)
    said = {
        Answer.NO_PROMISE: f"on {when} the site said nothing of a charity, and no gift was due.",
        Answer.NOTHING_SOLD: f"no order that was paid for on {when} brought a gift.",
        Answer.ALL_BACK: f"{_amount(found.gifts)} was taken back, as the pieces of {when} were refunded.",
        Answer.WAITING: f"{_amount(found.held)} waits until a bank has decided a dispute.",
    }
    if answer in said:
        return said[answer]
    stands = _amount(found.standing)
    if waits := found.overdue(today) or found.unpaid:
        unpaid = pounds_and_pence(sum(gift.unpaid_pence for gift in waits))
        due = "was due" if answer is Answer.OVERDUE else "is due"
        by = day(max(gift.due_on for gift in waits))
        return f"{unpaid} of {stands} is not paid over yet; it {due} by {by}."
    how = f"by {_last_paid(found)}, {_days(found.days_late)} late" if found.days_late else "in time"
    return f"{stands} was paid over {how}."


def _said(found: Evidence, carried: Mapping[str, int]) -> Section:
    said = [_shown(shown, found.statement) for shown in found.shown]
    if not said:
        said = [
            "What the site showed was not noted yet then. This is what the agreement in force had it say."
        ]
    said += [f"{_orders(number)} {_which(text, found)}" for text, number in carried.items()]
    nothing = "" if found.statement else "On that day no agreement was in force."
    return Section("What the site said", [*filter(None, [nothing]), *said], quoted=found.statement)


def _shown(shown: Shown, statement: str) -> str:
    until = f" until {minute(shown.until)}" if shown.until else " on"
    what = f"“{shown.text}”" if shown.text else "nothing of a charity."
    return f"Seen from {minute(shown.since)}{until}: {'this sentence.' if shown.text == statement else what}"


def _orders(number: int) -> str:
    if number == 1:
        return "The one order placed on that day carries"
    return f"{number:,} orders placed on that day carry"


def _which(text: str, found: Evidence) -> str:
    if not text:
        return "no such sentence."
    return "this very sentence." if text == found.statement else f"another one: “{text}”"


def _agreement(found: Evidence) -> Section:
    policy = found.agreement.policy if found.agreement else None
    if policy is None:
        return Section("The agreement behind it")
    number = f", registered charity {policy.charity_number}" if policy.charity_number else ""
    facts = [
        ("Charity", f"{policy.charity_name}{number}"),
        ("What is given", f"{pounds_and_pence(policy.amount_pence)} {EACH[policy.basis]}"),
        ("Reference", policy.agreement_reference or ""),
        ("Signed on", day(policy.agreement_signed_on) if policy.agreement_signed_on else ""),
        (
            "In force",
            f"from {day(policy.starts_on)}" + (f" to {day(policy.ends_on)}" if policy.ends_on else ""),
        ),
        ("To be paid over", f"within {policy.pay_within_days} days of reaching us"),
    ]
    return Section(
        "The agreement behind it",
        [_lacking(found)] if _lacking(found) else [],
        facts,
        FILES,
        [_file(one) for one in found.documents],
        caption="As it was signed",
    )


def _lacking(found: Evidence) -> str:
    if found.agreement and found.agreement.sample:
        return "It is a sample and no agreement: it never speaks where real money moves."
    return "" if found.documents else "The signed document is not here."


FILES: Final = [("File", ""), ("What it is", ""), ("SHA-256", "")]


def _file(one: Document) -> Cells:
    note = f"{one.note} (taken back)" if one.taken_back else one.note
    return [Link(one.name, f"/finance/documents/{one.id}"), note, one.sha256]


def _gifts(found: Evidence, known: Beside) -> Section:
    columns = [
        ("No.", "number"),
        ("Order", "whole"),
        ("Piece", "whole"),
        ("Amount", "number"),
        ("What became of it", ""),
    ]
    said = [_without(known)] if known.without else []
    said += [] if found.gifts or known.without else ["No payment for an order was received on that day."]
    rows: list[Cells] = [
        [
            gift.seq,
            order_link(gift.order_reference),
            gift.sku,
            pounds_and_pence(gift.amount_pence),
            _became(gift),
        ]
        for gift in found.gifts
    ]
    return Section("The gifts of that day", said, columns=columns, rows=rows)


def _became(gift: DayGift) -> str:
    if gift.standing is not Standing.ACCRUED:
        return f"{STANDS[gift.standing].capitalize()} {short_day(gift.since)}"
    if gift.unpaid_pence:
        return f"Due by {short_day(gift.due_on)}"
    made = gift.paid[-1][0]
    late = f", {_days(gift.days_late)} late" if gift.days_late else ""
    return f"Paid over {short_day(made.paid_on)} by payment {made.seq}{late}"


def _months(found: Evidence) -> Section:
    columns = [("Month", "whole"), ("State", "whole"), ("SHA-256 of its statement", "")]
    rows: list[Cells] = [
        [
            Link(month_name(month), f"/finance/months/{month}"),
            f"Closed {short_day(closed.closed_at)}" if closed else "Open",
            closed.digest if closed else "",
        ]
        for month, closed in found.months.items()
    ]
    return Section("The months in which they were booked", columns=columns, rows=rows)


def _payments(found: Evidence, confirmed: Mapping[int, datetime]) -> Section:
    columns = [
        ("No.", "number"), ("Day", "whole"), ("Amount", "number"), ("Of that day", "number"),
        ("Bank reference", ""), ("Receipt", ""),
        ("Confirmed by the charity", ""),
    ]  # fmt: skip
    rows: list[Cells] = [
        [
            Link(str(made.seq), f"/finance/remittances/{made.seq}"),
            short_day(made.paid_on),
            pounds_and_pence(made.amount_pence),
            pounds_and_pence(pence),
            made.bank_reference,
            _receipt(made, found.receipts[made.seq]),
            short_day(confirmed[made.seq]) if made.seq in confirmed else "",
        ]
        for made, pence in found.payments
    ]
    said = [] if rows else ["None of them is paid over yet."]
    return Section("The payments that brought them to the charity", said, columns=columns, rows=rows)


def _receipt(made: Remittance, files: Sequence[Document]) -> Cell:
    standing = [one for one in files if not one.taken_back]
    if len(standing) == 1:
        return Link(standing[0].name, f"/finance/documents/{standing[0].id}")
    return ", ".join(one.name for one in standing) or made.receipt


def _amount(gifts: Sequence[DayGift]) -> str:
    return pounds_and_pence(sum(gift.amount_pence for gift in gifts))


def _last_paid(found: Evidence) -> str:
    return day(max(made.paid_on for made, _ in found.payments))


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
