"""An attacker who switches every guard off still cannot change the past unseen."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text

from shop.giving import agreements, documents, policies, verification
from shop.giving.booking_days import Part
from shop.giving.documents import About
from shop.giving.ledger import Standing
from shop.giving.models import GENESIS, LedgerHead, LedgerTxn, Policy, ShownStatement
from shop.giving.months import by_month, read_sums
from shop.giving.record import listed
from tests.engines import ONE_ENGINE
from tests.giving.conftest import Books


@pytest.fixture
def history(books: Books) -> Books:
    """Six transactions, and no guard left."""
    books.bring("PM-1", Standing.ACCRUED, Standing.ACCRUED)
    books.bring("PM-1", Standing.NONE)
    books.bring("PM-2", Standing.HELD)
    books.bring("PM-2", Standing.NONE)
    assert books.problems() == []
    books.without_guards()
    return books


@pytest.mark.parametrize("engine_name", ["sqlite"])  # PostgreSQL takes no such thing
@pytest.mark.parametrize("column", ["event_at", "booked_at"])
@pytest.mark.parametrize("written", ["", "yesterday", "2026-11-20", "20261121T093000", 12, b"\xff"])
def test_what_is_no_moment_is_named_and_stops_nobody_from_looking(
    history: Books, column: str, written: object
) -> None:
    with history.database.transaction() as session:
        session.execute(text(f"UPDATE ledger_txn SET {column} = :it WHERE seq = 2"), {"it": written})
    assert (
        "transaction 2 is not what was written: its columns and its sealed text differ" in history.problems()
    )
    with history.database.reading() as session:
        assert len(listed(session, Part("live"), most=100)) == 6


@pytest.mark.parametrize("engine_name", ["sqlite"])  # PostgreSQL takes hardly any of it
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("ledger_txn SET unit = 'two' WHERE seq = 3", "transaction 3 cannot be read"),
        ("ledger_txn SET policy_id = 'two' WHERE seq = 3", "transaction 3 rests on policy two"),
        ("ledger_txn SET cause = x'00ff' WHERE seq = 3", "transaction 3 cannot be read"),
        ("ledger_txn SET canonical = x'00ff' WHERE seq = 3", "transaction 3 cannot be read"),
        ("ledger_txn SET period = 'never' WHERE seq = 6", "transaction 6 is in no month"),
        ("ledger_txn SET period = '' WHERE seq = 3", "transaction 3 is in no month"),
        ("ledger_txn SET period = '9999-12' WHERE seq = 6", "transaction 6 is not what was written"),
        ("ledger_entry SET amount_pence = 'five' WHERE txn_seq = 3 AND line = 1", "3 cannot be read"),
        ("ledger_sum SET policy_id = 'two' WHERE kind = 'reverse'", "the sum of live, "),
        ("ledger_sum SET period = x'00ff' WHERE kind = 'reverse'", "the sum of live, "),
        ("ledger_period SET name = 'never'", "period 'never' is no month"),
        ("ledger_period SET last_seq = 'six'", "period 2026-11 was closed at transaction six"),
        ("ledger_period SET last_seq = 1000000", "period 2026-11 was closed at transaction 1000000"),
        ("ledger_period SET closed_at = 'once'", "period 2026-11 does not say when it was closed"),
        ("policy SET amount_pence = 'five'", "policy 1, which has been changed"),
        ("policy SET amount_pence = 0", "policy 1, which has been changed"),
        ("policy SET starts_on = 'once'", "policy 1, which has been changed"),
        ("policy SET ends_on = 'once'", "policy 1 ends before it begins"),
        ("policy SET charity_url = x'00ff'", "policy 1, which has been changed"),
    ],
)
def test_what_no_program_of_ours_writes_is_named_and_the_check_comes_to_its_end(
    history: Books, damage: str, told: str
) -> None:
    history.close_all()
    with history.database.transaction() as session:
        for statement in ("PRAGMA defer_foreign_keys=ON", "PRAGMA ignore_check_constraints=ON"):
            session.execute(text(statement))
        session.execute(text(f"UPDATE {damage}"))
        found = verification.verify(session)
        session.rollback()
    assert any(told in problem for problem in found), found


def test_a_booking_in_a_month_that_never_comes_ends_no_check_and_no_page(history: Books) -> None:
    history.close_all()
    history.run(
        "INSERT INTO ledger_period (name) VALUES ('9999-12')",
        "UPDATE ledger_txn SET period = '9999-12' WHERE seq = 6",
        "UPDATE ledger_sum SET period = '9999-12' WHERE kind = 'dispute_lost'",
    )
    assert any("transaction 6 is not what was written" in problem for problem in history.problems())
    with history.database.reading() as session:
        assert by_month(read_sums(session, "live"), "2026-12")[-1].name == "9999-12"


@ONE_ENGINE
def test_an_empty_ledger_is_sound(books: Books) -> None:
    assert books.problems() == []
    assert books.problems((0, GENESIS)) == []


def test_a_ledger_never_opened_is_sound(books: Books) -> None:
    books.without_guards()
    books.run("DELETE FROM ledger_head")
    assert books.problems() == []
    assert books.problems((3, "x")) == ["the ledger has lost its head"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE ledger_entry SET amount_pence = 501 WHERE txn_seq = 1 AND line = 1", "1 does not balance"),
        ("UPDATE ledger_entry SET amount_pence = amount_pence * 2 WHERE txn_seq = 1", "1 has other lines"),
        ("UPDATE ledger_entry SET account = 'payable' WHERE txn_seq = 1 AND line = 2", "1 is not what was"),
        ("UPDATE ledger_entry SET line = line + 2 WHERE txn_seq = 1 AND line = 1", "1 is not what was"),
        ("DELETE FROM ledger_entry WHERE txn_seq = 1", "1 does not balance"),
        ("UPDATE ledger_txn SET actor = 'nobody' WHERE seq = 2", "2 is not what was written"),
        ("UPDATE ledger_txn SET book = 'test' WHERE seq = 2", "2 is not what was asked"),
        ("UPDATE ledger_txn SET event_at = '2026-11-19 00:00:00' WHERE seq = 2", "2 is not what was"),
        ("UPDATE ledger_txn SET order_reference = 'PM-3' WHERE seq = 3", "3 does not name the accrual"),
        ("UPDATE ledger_txn SET unit = 2 WHERE seq = 3", "3 is not what was written"),
        ("UPDATE ledger_txn SET canonical = '{}' WHERE seq = 2", "2 has a hash that is not its own"),
        ("UPDATE ledger_txn SET hash = 'x' WHERE seq = 2", "3 is not chained"),
        ("UPDATE ledger_txn SET period = '2020-01' WHERE seq = 4", "4 is in period 2020-01"),
        ("UPDATE ledger_head SET last_hash = 'x'", "the head says"),
        ("UPDATE ledger_head SET last_seq = 9", "the head says 9"),
        ("UPDATE ledger_head SET last_seq = 4", "5 was never sealed"),
        ("DELETE FROM ledger_head", "lost its head"),
        ("UPDATE policy SET amount_pence = 400", "policy 1, which has been changed"),
        ("UPDATE policy SET charity_name = 'Another'", "policy 1, which has been changed"),
    ],
)
def test_a_change_by_hand_is_found(history: Books, change: str, told: str) -> None:
    free_keys = (
        "PRAGMA defer_foreign_keys=ON" if history.database.engine.dialect.name == "sqlite" else "SELECT 1"
    )
    history.run(free_keys, "INSERT INTO ledger_period (name) VALUES ('2020-01')", change)
    assert any(told in problem for problem in history.problems()), history.problems()


@pytest.fixture
def behind(books: Books) -> Books:
    """A file of the agreement, one that was taken back, what the site said before it and under it."""
    with books.database.transaction() as session:
        for name in (b"signed", b"slip"):
            number = documents.add(
                session, About(policy_id=books.policy), media_type="application/pdf", content=name,
                note="signed", actor="finance 1",
            )  # fmt: skip
        documents.take_back(session, number, reason="the wrong file", actor="finance 1")
        promise = policies.statement(session.get_one(Policy, books.policy))
        for day, policy, said in ((1, None, ""), (2, books.policy, promise), (3, 77, "of one that is gone")):
            since = datetime(2026, 11, day, tzinfo=UTC)
            session.add(ShownStatement(book="test", since=since, policy_id=policy, text=said))
    assert books.problems() == []
    books.without_guards()
    return books


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("giving_document SET note = 'x', content = '\\x00' WHERE id = 1", "document 1 is not the file"),
        ("giving_document SET content = '\\x00' WHERE id = 2", "document 2 is not the file"),
        ("giving_document SET sha256 = 'x' WHERE id = 1", "document 1 is not the file"),
        ("giving_document SET size = 7 WHERE id = 1", "document 1 is not the file"),
        ("shown_statement SET text = 'We give £9' WHERE id = 1", "said since 2026-11-01"),
        ("shown_statement SET text = 'We give £9' WHERE id = 2", "said since 2026-11-02"),
        ("shown_statement SET policy_id = NULL WHERE id = 2", "said since 2026-11-02"),
        ("shown_statement SET since = '1999-11-02 00:00:00' WHERE id = 2", "said since 1999-11-02"),
        ("policy SET ends_on = '2026-10-31'", "said since 2026-11-02"),
    ],
)
def test_what_evidence_rests_on_is_held_to_what_was_kept(behind: Books, change: str, told: str) -> None:
    behind.run(f"UPDATE {change}")
    assert [told in problem for problem in behind.problems()] == [True], behind.problems()


def test_an_agreement_that_has_the_number_of_one_that_was_taken_back_is_not_held_to_its_words(
    behind: Books,
) -> None:
    again = agreements.NewAgreement(
        charity_name="Another", charity_description="a charity", charity_number=None, basis="unit",
        number_looked_up_on=None, charity_url="https://another.example/", amount_pence=700,
        agreement_reference="A-2",
        agreement_signed_on=date(2026, 11, 1), starts_on=date.max, ends_on=None, pay_within_days=28,
    )  # fmt: skip
    with behind.database.transaction() as session:
        made = agreements.enter(session, again, actor="finance 1", not_alone=True)
        session.execute(text("UPDATE shown_statement SET policy_id = :it WHERE id = 3"), {"it": made.id})
    assert behind.problems() == []


ADD_UP_ANEW = (
    "DELETE FROM ledger_sum",
    """
    INSERT INTO ledger_sum SELECT book, period, policy_id, kind, account, sum(amount_pence)
    FROM ledger_txn JOIN ledger_entry ON txn_seq = seq GROUP BY book, period, policy_id, kind, account
    """,
)
"""What an attacker does who knows of the running sums, too."""


def cut_tail(books: Books, seq: int) -> None:
    books.run(
        f"DELETE FROM ledger_entry WHERE txn_seq > {seq}",
        f"DELETE FROM ledger_txn WHERE seq > {seq} AND reverses_seq IS NOT NULL",
        f"DELETE FROM ledger_txn WHERE seq > {seq}",
        "UPDATE ledger_head SET (last_seq, last_hash) ="
        " (SELECT seq, hash FROM ledger_txn ORDER BY seq DESC LIMIT 1)",
        *ADD_UP_ANEW,
    )


def test_a_transaction_taken_out_of_the_middle_is_found(history: Books) -> None:
    history.run("DELETE FROM ledger_entry WHERE txn_seq = 2", "DELETE FROM ledger_txn WHERE seq = 2")
    assert any("3 follows 1: something between is gone" in problem for problem in history.problems())


def head(books: Books) -> tuple[int, str]:
    """Where the ledger stands, kept elsewhere."""
    with books.database.reading() as session:
        seq, hashed = session.execute(select(LedgerHead.last_seq, LedgerHead.last_hash)).one()
        return seq, hashed


def test_a_tail_cut_off_is_found(history: Books) -> None:
    history.run("DELETE FROM ledger_entry WHERE txn_seq = 6", "DELETE FROM ledger_txn WHERE seq = 6")
    assert history.problems()[0] == "the head says 6, but the last transaction is 5 or another"


def test_a_tail_cut_off_with_its_head_is_found_by_the_anchor(history: Books) -> None:
    anchor = head(history)
    assert history.problems(anchor) == []
    cut_tail(history, 5)
    assert history.problems() == []  # the chain alone cannot tell
    assert history.problems(anchor) == ["transaction 6 is not the one that was anchored"]


def rewrite(books: Books) -> None:
    """Change who did it all and hash the whole history anew, as carefully as the shop does."""
    with books.database.transaction() as session:
        previous = GENESIS
        for seq in range(1, (session.scalar(select(func.max(LedgerTxn.seq))) or 0) + 1):
            txn = session.get_one(LedgerTxn, seq)
            facts = json.loads(txn.canonical) | {"actor": "somebody else", "previous_hash": previous}
            canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            previous = hashlib.sha256(canonical.encode()).hexdigest()
            session.execute(
                text(
                    "UPDATE ledger_txn SET actor = 'somebody else', previous_hash = :before, hash = :hash,"
                    " canonical = :canonical WHERE seq = :seq"
                ),
                {"before": facts["previous_hash"], "hash": previous, "canonical": canonical, "seq": seq},
            )
        session.execute(text("UPDATE ledger_head SET last_hash = :hash"), {"hash": previous})


def test_a_history_written_anew_is_found_by_the_anchor(history: Books) -> None:
    anchor = head(history)
    rewrite(history)
    assert history.problems() == []  # the chain alone cannot tell
    assert history.problems(anchor) == ["transaction 6 is not the one that was anchored"]


@ONE_ENGINE
def test_an_older_anchor_still_holds_as_the_ledger_grows(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    anchor = head(books)
    books.bring("PM-2", Standing.ACCRUED)
    assert books.problems(anchor) == []
    assert books.problems(anchor, (1, "x")) == ["transaction 1 is not the one that was anchored"]


def test_a_closed_month_that_ends_elsewhere_is_found(
    books: Books, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2026, 11, 20, tzinfo=UTC))
    books.bring("PM-1", Standing.ACCRUED, Standing.ACCRUED)
    books.close_all()
    clock_at(datetime(2026, 12, 2, tzinfo=UTC))
    books.bring("PM-1", Standing.NONE)
    assert books.problems() == []
    books.without_guards()
    books.run("UPDATE ledger_period SET last_seq = 1 WHERE name = '2026-11'")
    assert books.problems() == ["period 2026-11 was closed at transaction 1, but does not end with it"]


def test_a_made_up_story_is_found_even_when_it_balances(history: Books) -> None:
    """Somebody accrues a unit twice and hashes it well: the unit's own story gives it away."""
    with history.database.transaction() as session:
        last = session.get_one(LedgerTxn, 2)
        head = session.get_one(LedgerTxn, 6)
        facts = json.loads(last.canonical) | {"seq": 7, "previous_hash": head.hash, "idempotency_key": "k"}
        canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        copied = {column.name: getattr(last, column.name) for column in LedgerTxn.__table__.columns} | {
            "seq": 7,
            "previous_hash": head.hash,
            "idempotency_key": "k",
            "canonical": canonical,
            "hash": hashlib.sha256(canonical.encode()).hexdigest(),
        }
        session.add(LedgerTxn(**copied))
        session.flush()
        session.execute(
            text(
                "INSERT INTO ledger_entry SELECT 7, line, account, amount_pence, currency"
                " FROM ledger_entry WHERE txn_seq = 2"
            )
        )
        session.execute(text("UPDATE ledger_head SET last_seq = 7, last_hash = :h"), {"h": copied["hash"]})
    history.run(*ADD_UP_ANEW)
    assert history.problems() == ["transaction 7 is accrue, but the unit stood accrued"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "UPDATE ledger_sum SET pence = 500 WHERE account = 'cost' AND kind = 'accrue'",
            "accrue, cost says 500p",
        ),
        ("DELETE FROM ledger_sum WHERE account = 'held' AND kind = 'dispute_lost'", "held says 0p"),
        ("UPDATE ledger_sum SET book = 'test' WHERE kind = 'reverse'", "of test, "),
        ("INSERT INTO ledger_sum VALUES ('live', '2026-11', 1, 'remit', 'remitted', 1)", "remitted says 1p"),
    ],
)
def test_a_sum_that_is_not_that_of_its_entries_is_found(books: Books, change: str, told: str) -> None:
    books.bring("PM-1", Standing.ACCRUED, Standing.ACCRUED)
    books.bring("PM-1", Standing.NONE)
    books.bring("PM-2", Standing.HELD)
    books.bring("PM-2", Standing.NONE)
    assert books.problems() == []
    books.run(change)  # no guard is on the sums: they can be proved
    assert any(told in problem for problem in books.problems()), books.problems()


@ONE_ENGINE
def test_who_verifies_hears_how_far_it_is(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED, Standing.ACCRUED)
    heard: list[int] = []
    with books.database.reading() as session:
        assert verification.verify(session, progress=heard.append) == []
    assert sum(heard) == 2
