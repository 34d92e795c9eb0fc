"""A statement on paper: what it came to, a place to sign, and every posting. It is set like any paper."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from shop import clock
from shop.exports.figures import Gifts, closed, figures, gifts
from shop.exports.format import NotWritten, Office
from shop.exports.selection import BOOKS, Selection
from shop.exports.signing import signed
from shop.giving.record import Record, all_of
from shop.giving.row_texts import Progress
from shop.money import pounds_and_pence

MOST_ROWS: Final = 2_000
"""Some fifty pages; more is for a machine to read."""

KINDS: Final[Mapping[str, str]] = {
    "accrue": "Accrued",
    "reverse": "Refunded",
    "dispute_opened": "Dispute opened",
    "dispute_won": "Dispute won",
    "dispute_lost": "Dispute lost",
    "remit": "Paid over",
}


def write(session: Session, selection: Selection, office: Office, progress: Progress) -> Iterator[bytes]:
    """The file, whole. Raises NotWritten when it cannot be set, and CannotSign."""
    from shop.paper.typesetting import NotTypeset, typeset  # noqa: PLC0415 - it reads every font there is

    seller = office.seller
    page = _page(session, selection, seller, progress)
    try:
        made = typeset([page], title=f"Giving statement: {selection.title}", seller=seller)
    except NotTypeset:
        raise NotWritten("The PDF could not be made. Please try again, or with fewer days.") from None
    yield signed(made, office.certificate)


def _page(session: Session, selection: Selection, seller: str, progress: Progress) -> dict[str, Any]:
    rows, end = list(all_of(session, selection.part)), closed(session, selection)
    progress(len(rows))
    return {
        "kind": "statement",
        "heading": selection.title,
        "seller": seller,
        "book": BOOKS[selection.part.book],
        "made": f"Made on {_day(clock.today())}",
        "figures": [[name, pounds_and_pence(pence)] for name, pence in figures(session, selection).lines],
        "gifts": [_gift(one) for one in gifts(session, selection)],
        "postings": [_posting(record) for record in rows],
        "payments": [_payment(record) for record in rows if record.kind == "remit"],
        "last": [str(rows[-1].seq), rows[-1].hash] if rows else [],
        "closed": [_day(clock.in_britain(end.closed_at).date()), end.digest] if end else [],
    }


def _gift(one: Gifts) -> Sequence[str]:
    kept = one.pence * (one.accrued - one.taken_back)
    each, together = pounds_and_pence(one.pence), pounds_and_pence(kept)
    charity = f"{one.charity}, agreement {one.agreement}" if one.agreement else one.charity
    return [charity, each, str(one.accrued), str(one.taken_back), together]


def _payment(record: Record) -> Sequence[str]:
    paid = pounds_and_pence(record.paid_pence)
    return [_day(record.happened_on), record.charity, record.remittance or "undone", paid]


def _posting(record: Record) -> Sequence[str]:
    """Number, day, day it happened where that is another, kind, order, piece, amount, what it reverses."""
    pence = record.paid_pence if record.kind == "remit" else record.amount_pence
    return [
        str(record.seq),
        f"{record.counts_on:%d %b %Y}",
        f"{record.happened_on:%d %b %Y}" if record.happened_on != record.counts_on else "",
        KINDS.get(record.kind, record.kind),
        record.order_reference or record.remittance,
        record.sku,
        pounds_and_pence(pence),
        str(record.reverses_seq or ""),
    ]


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"
