"""Rows and figures of the charity's room."""

from collections.abc import Mapping, Sequence
from typing import Final

from shop import exports
from shop.confirmations.payment_confirmations import Confirmed
from shop.giving.documents import Document
from shop.giving.month_close import Closed
from shop.giving.month_statements import Figures
from shop.giving.record import Record
from shop.giving.remittances import Remittance
from shop.money import pounds_and_pence
from shop.web.cells import Cells, Link, Status
from shop.web.dates import day, month_name, short_day

KINDS: Final = {
    "accrue": "Given",
    "reverse": "Taken back: refunded",
    "dispute_opened": "Held: the payment is disputed",
    "dispute_won": "Given again: the dispute was won",
    "dispute_lost": "Taken back: the dispute was lost",
    "close": "Month closed",
    "remit": "Paid over",
}
"""What each kind of entry says to somebody who has never seen the ledger."""


def entry_row(record: Record, in_log: int | None) -> Cells:
    """One entry of the ledger, and its number in the public log once it is there."""
    paid = record.kind == "remit"
    return [
        record.seq,
        short_day(record.counts_on),
        KINDS[record.kind],
        record.order_reference,
        record.sku,
        "" if paid else pounds_and_pence(record.amount_pence),
        pounds_and_pence(record.paid_pence) if record.paid_pence else "",
        record.reverses_seq or "",
        f"{in_log:,}" if in_log else "",
    ]


def payment_row(made: Remittance, confirmed: Sequence[Confirmed]) -> Cells:
    """One payment to the charity, and whether it was confirmed."""
    shown = f"/charity/payments/{made.seq}"
    return [
        Link(day(made.paid_on), shown, about=f", payment {made.seq}", tall=True),
        pounds_and_pence(made.amount_pence),
        made.bank_reference,
        _stands(made, confirmed),
    ]


def payment_facts(made: Remittance) -> Sequence[tuple[str, str]]:
    """(name, fact) of a payment. Who of the shop wrote it down is nobody's matter here."""
    facts = [
        ("To", made.charity_name),
        ("Day", day(made.paid_on)),
        ("Bank reference", made.bank_reference),
        ("Entry", str(made.seq)),
    ]
    facts += [("Receipt", made.receipt)] if made.receipt else []
    return [*facts, ("Corrects", f"payment {made.corrects}")] if made.corrects else facts


def receipt_row(one: Document, seq: int) -> Cells:
    """One file that the charity sent for a payment."""
    name = "PDF" if one.media_type == "application/pdf" else "Picture"
    link = Link(name, f"/charity/payments/{seq}/receipts/{one.id}", about=f" {one.id}", tall=True)
    return [link, one.note, short_day(one.added_at)]


def month_row(figures: Figures, closed: Closed) -> Cells:
    """A closed month."""
    return [
        Link(month_name(closed.month), f"/charity/months/{closed.month}", tall=True),
        pounds_and_pence(figures.accrued_pence),
        pounds_and_pence(figures.taken_back_pence),
        pounds_and_pence(figures.paid_pence),
        pounds_and_pence(figures.owed_pence),
        short_day(closed.closed_at),
    ]


def room_figures(
    owed: Mapping[str, int], charity_name: str, held_pence: int, paid_pence: int
) -> list[tuple[str, str, str]]:
    """(name, amount, note) of what this charity was paid and is owed now, and what waits for a bank."""
    pence = owed.get(charity_name, 0)
    figures = [("Paid over to you", pounds_and_pence(paid_pence), "in all")]
    figures += [("Due to you" if pence >= 0 else "Paid ahead to you", pounds_and_pence(abs(pence)), "")]
    if held_pence:
        figures.append(("Held", pounds_and_pence(held_pence), "until a bank decides a dispute"))
    return figures


def file_links(address: str, *, of_payment: bool = False) -> list[Link]:
    """The same in each format; `of_payment`: in each that has anything of a payment."""
    return [
        Link(found.label, f"{address}.{kind}", tall=True)
        for kind, found in exports.FORMATS.items()
        if found.has_payments or not of_payment
    ]


def _stands(made: Remittance, confirmed: Sequence[Confirmed]) -> str | Status:
    if made.undoes:
        return f"Undoes payment {made.undoes}: it was recorded by mistake"
    if made.corrected_by:
        return f"Recorded wrongly: payment {made.corrected_by} takes its place"
    if made.undone:
        return "Recorded by mistake, undone"
    if counts := [one for one in confirmed if one.counts]:
        return Status("Confirmed", "good", f" on {short_day(counts[0].at)}")
    return (
        Status("Signed", "wait", ": your key is not in the agreement yet") if confirmed else "To be confirmed"
    )
