"""What the database itself keeps of files: none is changed, and none of what was given is deleted."""

import pytest
from sqlalchemy.exc import DBAPIError

from shop.giving import documents
from shop.giving.documents import About, NoSuchThing, TooMany
from shop.giving.ledger import Standing
from tests.giving.conftest import Books
from tests.giving.test_remittances import pay


def keep(books: Books, about: About, content: bytes = b"%PDF-1.7 %%EOF") -> int:
    with books.database.transaction() as session:
        return documents.add(
            session, about, media_type="application/pdf", content=content, note="", actor="finance"
        )


def test_a_file_stays_as_it_was_added(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    seq = pay(books, 500).seq
    for about in (About(payment_seq=seq), About(policy_id=books.policy)):
        keep(books, about)
    for tampering in (
        "UPDATE giving_document SET note = 'another'",
        "UPDATE giving_document SET content = content",
        "DELETE FROM giving_document WHERE payment_seq IS NOT NULL",
        "DELETE FROM giving_document WHERE policy_id IS NOT NULL",
    ):
        with pytest.raises(DBAPIError, match="never"):
            books.run(tampering)
    assert books.value("SELECT count(*) FROM giving_document") == 2


def test_files_belong_to_what_there_is_and_are_not_without_end(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST", 2)
    accrual = books.bring("PM-1", Standing.ACCRUED)[0].seq
    about = About(payment_seq=pay(books, 500).seq)
    for unknown in (About(payment_seq=accrual), About(payment_seq=99), About(policy_id=99)):
        with pytest.raises(NoSuchThing):
            keep(books, unknown)
    first = keep(books, about, b"1")
    keep(books, about, b"2")
    with pytest.raises(TooMany):
        keep(books, about, b"3")
    with books.database.transaction() as session:
        documents.take_back(session, first, reason="wrong", actor="finance")
    keep(books, about, b"3")
    with books.database.transaction() as session, pytest.raises(NoSuchThing):
        documents.take_back(session, first, reason="again", actor="finance")
