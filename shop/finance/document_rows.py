"""Rows and facts of files that belong to agreements and payments."""

from collections.abc import Mapping, Sequence
from typing import Final

from shop.accounts.roster import who
from shop.giving.documents import About, Document
from shop.web.cells import Cells, Link
from shop.web.dates import minute, short_day

KB: Final = 1000
KINDS: Final = {"application/pdf": "PDF", "image/webp": "Picture"}


def document_row(one: Document) -> Cells:
    """One file."""
    return [
        Link(KINDS[one.media_type], f"/finance/documents/{one.id}", about=f" {one.id}", tall=True),
        one.note,
        short_day(one.added_at),
        "Taken back" if one.taken_back else "",
    ]


def document_facts(one: Document, addresses: Mapping[int, str]) -> Sequence[tuple[str, str]]:
    """(name, fact) of a file. `addresses` are the staff's, by their numbers."""
    facts = [
        ("What it is", one.note or KINDS[one.media_type]),
        ("Size", f"{max(1, round(one.size / KB)):,} kB"),
        ("Added", f"{minute(one.added_at)}, by {who(one.added_by, addresses)}"),
    ]
    return [*facts, ("Taken back", one.taken_back)] if one.taken_back else facts


def page_of(about: About) -> Link:
    """The page of what a file belongs to."""
    if about.policy_id is not None:
        return Link("The agreement", f"/finance/agreements/{about.policy_id}")
    return Link(f"Payment {about.payment_seq}", f"/finance/remittances/{about.payment_seq}")
