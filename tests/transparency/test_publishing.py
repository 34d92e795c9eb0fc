"""What comes into the log and when, what a leaf says, and what a buyer can show."""

import hashlib
import hmac
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from shop.giving.ledger import Standing
from shop.transparency import log_check, merkle, publishing, sequencing
from shop.transparency.announcements import MOST, TooLong, announce
from shop.transparency.checkpoints import Checkpoint
from shop.transparency.gift_proofs import Proof
from shop.transparency.log_triggers import TABLES
from shop.transparency.models import LogCheckpoint, LogLeaf
from shop.transparency.signed_notes import Note
from tests.engines import ONE_ENGINE
from tests.transparency.log_books import KEY, LogBooks


def kinds(books: LogBooks) -> list[str]:
    return [json.loads(leaf)["kind"] for leaf in books.leaves()]


def holds(proof: Proof) -> bool:
    """Whether a proof leads to the root of its checkpoint, as somebody would check it who has only that."""
    note = Note.read(proof.checkpoint)
    KEY.verifier.check(note)
    checkpoint = Checkpoint.read(note.text)
    leaf = json.loads(proof.leaf)
    root = merkle.root_by_inclusion(
        merkle.leaf_hash(proof.leaf), proof.number - 1, checkpoint.size, proof.inclusion
    )
    committed = hmac.new(proof.salt, proof.committed.encode(), hashlib.sha256).hexdigest()
    return (root, leaf["number"], leaf["commitment"]) == (checkpoint.root, proof.number, committed)


def test_a_shop_that_has_sold_nothing_has_no_log(books: LogBooks) -> None:
    assert books.publish() is None
    assert books.leaves() == []


@ONE_ENGINE
def test_a_day_has_one_checkpoint_whether_anything_was_sold_or_not(books: LogBooks) -> None:
    books.sell()
    first = books.publish()
    assert first is not None
    assert first.size == 1
    assert books.publish() is None
    for size in (2, 3, 4):
        made = books.next_day()
        assert made is not None
        assert (made.size, made.reason, books.publish()) == (size, "day", None)
    assert kinds(books) == ["ledger"] * 4
    assert len(set(books.leaves())) == 4, "nobody sees that nothing was sold"


@ONE_ENGINE
def test_a_day_is_britains(books: LogBooks) -> None:
    books.at(datetime(2027, 6, 1, 22, 30, tzinfo=UTC))
    books.sell()
    assert books.publish()
    books.at(datetime(2027, 6, 1, 22, 59, tzinfo=UTC))
    assert books.publish() is None
    books.at(datetime(2027, 6, 1, 23, 1, tzinfo=UTC))
    assert books.publish()


def test_gifts_come_in_by_twenty_and_all_at_the_months_close(books: LogBooks) -> None:
    books.sell(30)
    books.next_day()
    assert set(kinds(books)) == {"ledger"}
    books.sell(15)
    books.next_day()
    assert kinds(books).count("accrue") == 25
    closed = books.close("2026-11")
    assert closed is not None
    assert (closed.reason, closed.month) == ("close", "2026-11")
    assert kinds(books).count("accrue") == 45
    assert kinds(books).count("statement") == 1
    month = books.value("SELECT statement_sha256 FROM ledger_period WHERE name = '2026-11'")
    said = [json.loads(leaf) for leaf in books.leaves() if b'"statement"' in leaf]
    assert said[0]["said"] == {"month": "2026-11", "sha256": month}


def test_the_order_of_leaves_is_not_that_of_the_sales(books: LogBooks) -> None:
    books.sell(60)
    books.next_day()
    with books.database.reading() as session:
        came = session.scalars(select(LogLeaf.ledger_seq).order_by(LogLeaf.number)).all()
    inside = [seq for seq in came if seq is not None]
    assert sorted(inside) == list(range(1, 41))
    assert inside != sorted(inside), "one time in 40! by chance"


@ONE_ENGINE
def test_a_leaf_says_kind_month_pence_and_promise_and_of_whom_nothing(books: LogBooks) -> None:
    (reference,) = books.sell()
    books.refund(reference)
    books.close("2026-11")
    leaves = [json.loads(leaf) for leaf in books.leaves()]
    gifts = sorted((leaf for leaf in leaves if "pence" in leaf), key=lambda leaf: leaf["kind"])
    assert [(g["kind"], g["month"], g["pence"]) for g in gifts] == [
        ("accrue", "2026-11", 500), ("reverse", "2026-11", 500),
    ]  # fmt: skip
    assert set(gifts[0]) == {"number", "kind", "month", "pence", "policy", "commitment"}
    assert gifts[0]["commitment"] != gifts[1]["commitment"]
    assert [leaf["number"] for leaf in leaves] == list(range(1, len(leaves) + 1))
    everything = b"".join(books.leaves())
    assert reference.encode() not in everything
    assert b"HEART" not in everything
    assert books.leaves()[0] == json.dumps(leaves[0], sort_keys=True, separators=(",", ":")).encode()


def test_each_unit_of_each_order_has_a_proof_of_its_own(books: LogBooks) -> None:
    references = [*books.sell(3, units=2), *books.sell(2, units=130)]
    assert books.proof(references[0]) is None, "not in the log yet"
    books.close("2026-11")
    books.next_day()
    proofs = [books.proof(reference, unit) for reference in references[:3] for unit in (1, 2)]
    proofs += [books.proof(reference, unit) for reference in references[3:] for unit in (1, 64, 130)]
    assert all(proof and holds(proof) for proof in proofs)
    assert len({proof.number for proof in proofs if proof}) == len(proofs)
    assert proofs[1]
    assert proofs[1].committed == f"{references[0]}:2:1"
    assert books.proof("PM-NOBODY") is None
    assert books.proof(references[0], 3) is None


@ONE_ENGINE
def test_a_gift_that_was_taken_back_has_no_proof_and_one_that_came_back_another(books: LogBooks) -> None:
    (reference,) = books.sell()
    books.close("2026-11")
    before = books.proof(reference)
    assert before
    books.refund(reference)
    assert books.proof(reference) is None
    books.bring(reference, Standing.ACCRUED, at=books.now)
    assert books.proof(reference) is None, "its leaf waits"
    books.close("2026-12")
    after = books.proof(reference)
    assert after
    assert holds(after)
    assert (before.committed[-1], after.committed[-1]) == ("1", "3")
    assert before.number != after.number


def test_an_order_that_is_erased_is_unlinked_from_its_leaf(books: LogBooks) -> None:
    reference, other = books.sell(2)
    books.close("2026-11")
    proof = books.proof(reference)
    assert proof
    books.erase(reference)
    assert books.proof(reference) is None
    assert books.leaves()[proof.number - 1] == proof.leaf
    assert books.proof(other)


@ONE_ENGINE
def test_what_was_sold_at_a_fair_or_erased_before_has_no_commitment(books: LogBooks) -> None:
    books.bring("OS-1", Standing.ACCRUED)
    (reference,) = books.sell()
    books.erase(reference)
    books.close("2026-11")
    gifts = [json.loads(leaf) for leaf in books.leaves() if b"accrue" in leaf]
    assert [leaf["commitment"] for leaf in gifts] == [None, None]


@ONE_ENGINE
def test_a_proof_stays_good_under_every_later_checkpoint(books: LogBooks) -> None:
    (reference,) = books.sell()
    books.close("2026-11")
    for _ in range(3):
        books.next_day()
        proof = books.proof(reference)
        assert proof
        assert holds(proof)


@ONE_ENGINE
def test_what_is_tried_out_has_a_log_of_its_own(books: LogBooks) -> None:
    books.sell(2, book="test")
    assert books.publish("live") is None
    books.close_all()
    books.later(days=40)
    assert books.publish("test")
    assert books.leaves("live") == []
    assert len(books.leaves("test")) == 4


@ONE_ENGINE
def test_what_is_announced_stands_in_the_log_the_next_time(books: LogBooks) -> None:
    with books.database.transaction() as session:
        announce(session, "charity key", {"fingerprint": "ab:cd", "charity": "PANDAS – a charity"})
    assert books.publish()
    said = json.loads(books.leaves()[0])
    assert said == {
        "number": 1, "kind": "charity key", "month": "2026-11",
        "said": {"fingerprint": "ab:cd", "charity": "PANDAS – a charity"},
    }  # fmt: skip
    with books.database.transaction() as session, pytest.raises(TooLong):
        announce(session, "confirmation", {"text": "x" * MOST})


@ONE_ENGINE
def test_two_workers_make_one_checkpoint(books: LogBooks) -> None:
    books.sell()
    assert (books.publish() is None, books.publish() is None) == (False, True)
    with books.database.reading() as session:
        assert not publishing.is_due(session, "live")


@pytest.mark.parametrize("table", TABLES)
def test_the_database_lets_nobody_change_the_log(books: LogBooks, table: str) -> None:
    books.sell()
    books.publish()
    column = {"log_announcement": "kind", "log_anchor": "hash", "log_cosignature": "line"}.get(table, "book")
    if table in {"log_tile", "log_cosignature"}:
        columns = {
            "log_tile": "'live', 0, 0, 'a', 'b'",
            "log_cosignature": "'live', 1, 'w', '', '2026-11-02'",
        }
        books.run(f"INSERT INTO {table} VALUES ({columns[table]})")
    for statement in (
        f"DELETE FROM {table}",
        f"UPDATE {table} SET {column} = 'test'",
        f"INSERT INTO {table} SELECT * FROM {table}",
    ):
        with pytest.raises(DatabaseError):
            books.run(statement)
    if books.database.engine.dialect.name == "postgresql":
        with pytest.raises(DatabaseError, match="never emptied"):
            books.run(f"TRUNCATE {table} CASCADE")


def test_no_leaf_is_left_out_and_no_checkpoint_goes_back(books: LogBooks) -> None:
    books.sell()
    books.publish()
    announcement = "INSERT INTO log_announcement (id, book, kind, said, announced_at)"
    books.run(f"{announcement} VALUES (9, 'live', 'statement', '{{}}', '2026-11-02')")
    for number in (1, 3):
        with pytest.raises(DatabaseError, match="follows the last one"):
            books.run(f"INSERT INTO log_leaf VALUES ('live', {number}, NULL, 9, 'x')")
    books.run("INSERT INTO log_leaf VALUES ('live', 2, NULL, 9, 'x')")
    for size in (1, 3):
        with pytest.raises(DatabaseError, match="covers all leaves"):
            books.run(
                f"INSERT INTO log_checkpoint VALUES ('live', {size}, 'r', 'n', '2026-11-02', 'day', NULL)"
            )


@ONE_ENGINE
def test_a_log_that_begins_late_takes_its_past_by_pieces(
    books: LogBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencing, "MOST_ROWS", 50)
    books.sell(90)
    books.close_month("2026-11")
    books.sell(60)
    books.close_month("2026-12")
    books.sell(42)
    books.later(days=1)
    last = books.publish()
    assert last is not None
    assert last.month == "2026-12"
    leaves = [json.loads(leaf) for leaf in books.leaves()]
    months = Counter(leaf["month"] for leaf in leaves if leaf["kind"] == "accrue")
    assert months == {"2026-11": 90, "2026-12": 60, "2027-01": 22}
    with books.database.reading() as session:
        made = session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size)).all()
        assert log_check.check(session, books.vault, KEY.verifier, "live") == []
    assert [one.month for one in made if one.reason == "close"] == ["2026-11", "2026-12"]
    for before, after in pairwise([0, *(one.size for one in made)]):
        alike = Counter(leaf["month"] for leaf in leaves[before:after] if leaf["kind"] == "accrue")
        assert all(count >= 20 for count in alike.values()), "what is left over of many is a group, too"
    assert books.publish() is None


def test_what_is_announced_while_a_checkpoint_is_made_is_not_taken_for_left_out(books: LogBooks) -> None:
    """Its number comes before the next one's, so it comes in before, or both wait."""
    books.sell()
    books.publish()
    books.later(days=1)
    with ThreadPoolExecutor(1) as pool:
        with books.database.transaction() as session:
            announce(session, "confirmation", {"of": "a payment"})
            published = pool.submit(books.publish)
            wait([published], timeout=0.5)
        assert published.result()
    with books.database.reading() as session:
        assert log_check.check(session, books.vault, KEY.verifier, "live") == []


def test_a_log_that_grows_while_it_is_checked_is_not_taken_for_cut(books: LogBooks) -> None:
    books.sell()
    books.publish()
    books.later(days=1)  # so there is one more checkpoint to be made, and no other after it
    with books.database.reading() as session:
        found = log_check.check(
            session, books.vault, KEY.verifier, "live", progress=lambda _: books.publish()
        )
    assert found == []
    assert len(books.leaves()) == 2
