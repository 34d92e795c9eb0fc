"""One order's gift, or one entry, found in the anonymous ledger."""

import re
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.giving.booking_days import Part
from shop.giving.models import LedgerTxn
from shop.giving.record import Record, records

MOST: Final = 100
"""Rows of one order: its units, each accrued and perhaps taken back."""
ENTRY: Final = re.compile(r"#?([1-9][0-9]{0,8})")


def find(session: Session, part: Part, asked: str) -> list[Record]:
    """The rows of a part that an order's reference or an entry's number asks for, in their order.

    A number finds the entry with what it undoes and what undoes it.
    """
    asked = asked.strip().upper()
    number = ENTRY.fullmatch(asked)
    query = select(LedgerTxn.seq).where(part.condition).order_by(LedgerTxn.seq).limit(MOST)
    if number is None:
        query = query.where(LedgerTxn.order_reference == asked)
    else:
        seq = int(number[1])
        undone = select(LedgerTxn.reverses_seq).where(LedgerTxn.seq == seq).scalar_subquery()
        query = query.where(
            (LedgerTxn.seq == seq) | (LedgerTxn.reverses_seq == seq) | (LedgerTxn.seq == undone)
        )
    numbers = session.scalars(query).all()
    return list(records(session, numbers)) if numbers else []
