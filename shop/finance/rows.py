"""Rows and figures of the finance lead's pages."""

from collections.abc import Mapping

from shop.accounts.roster import who
from shop.bookkeeping.gift_journal import SAID
from shop.confirmations.payment_confirmations import Confirmed
from shop.finance.money_rows import order_link
from shop.giving.record import Record
from shop.giving.remittances import Remittance
from shop.money import pounds_and_pence
from shop.web.cells import Cell, Cells, Link
from shop.web.dates import day, minute, short_day


def posting(record: Record, *, leads: bool) -> Cells:
    """One posting of the ledger; what was paid over stands in a column of its own.

    `leads`: whether to its order's money and to its payment, which have pages in the shop's own book.
    """
    return [
        record.seq,
        short_day(record.counts_on),
        short_day(record.happened_on) if record.happened_on != record.counts_on else "",
        _what(record, leads=leads),
        order_link(record.order_reference) if leads else record.order_reference,
        record.sku,
        pounds_and_pence(record.amount_pence) if record.kind != "remit" else "",
        pounds_and_pence(record.paid_pence) if record.paid_pence else "",
        record.reverses_seq or "",
    ]


def _what(record: Record, *, leads: bool) -> Cell:
    said = SAID.get(record.kind, record.kind)
    if not (leads and record.remittance):
        return said
    return Link(said, f"/finance/remittances/{record.seq}", about=f", payment {record.seq}")


def payment(made: Remittance, addresses: Mapping[int, str]) -> Cells:
    """One payment to the charity, and what became of it. `addresses` are the staff's, by their numbers."""
    address = f"/finance/remittances/{made.seq}"
    return [
        made.seq if made.undoes else Link(str(made.seq), address, tall=True),
        short_day(made.paid_on),
        made.charity_name,
        pounds_and_pence(made.amount_pence),
        made.bank_reference or made.reason,
        _receipt(made, address),
        who(made.actor, addresses),
        _correction(made),
    ]


def payment_facts(made: Remittance, addresses: Mapping[int, str]) -> list[tuple[str, str]]:
    """(name, fact) of one payment. `addresses` are the staff's, by their numbers."""
    facts = [
        ("To", made.charity_name),
        ("Day", day(made.paid_on)),
        ("Bank reference", made.bank_reference),
        ("Recorded", f"{minute(made.booked_at)}, by {who(made.actor, addresses)}"),
    ]
    facts += [("Note on the receipt", made.receipt)] if made.receipt else []
    return [*facts, ("Corrects", f"payment {made.corrects}")] if made.corrects else facts


def confirmed_sentence(one: Confirmed) -> str:
    """That somebody at the charity has confirmed a payment."""
    counts = "" if one.counts else ", which no agreement names yet"
    return f"Confirmed on {minute(one.at)} with the key that begins {one.fingerprint[:8]}{counts}."


def _receipt(made: Remittance, address: str) -> Cell:
    """What there is of a receipt, or where it can be added."""
    if made.has_document:
        return Link(made.receipt or "On file", address)
    if made.receipt or made.undoes or made.undone:
        return made.receipt
    return Link("Add it", address, about=f", the receipt of payment {made.seq}")


def owed_figures(owed: Mapping[str, int]) -> list[tuple[str, str, str]]:
    """(name, amount, note) of what each charity is owed, or was paid ahead."""
    if not owed:
        return [("Owed", pounds_and_pence(0), "no order has been paid for yet")]
    return [
        (f"Owed to {name}" if pence >= 0 else f"Paid ahead to {name}", pounds_and_pence(abs(pence)), "")
        for name, pence in owed.items()
    ]


def _correction(made: Remittance) -> Cell:
    if made.undoes:
        return f"Undoes {made.undoes}"
    if made.corrected_by:
        return f"Corrected by {made.corrected_by}"
    if made.undone:
        return "Undone"
    return Link("Undo", f"/finance/remittances/{made.seq}/reversal")
