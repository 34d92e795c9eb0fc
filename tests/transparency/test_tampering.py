"""Whatever somebody with every right does to ledger or log, `ledger verify` names it in a sentence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import text

from shop import triggers
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.giving import ledger, ledger_triggers, policies, remittances
from shop.giving.ledger import Standing
from shop.sql import is_sqlite
from shop.transparency import log_triggers
from shop.transparency.anchoring import anchors
from shop.transparency.checkpoint_check import Held
from shop.transparency.checkpoint_files import CheckpointFiles
from shop.transparency.checkpoints import cosign
from shop.transparency.giving_log import GivingLog
from shop.transparency.models import LogCheckpoint, LogCosignature
from shop.transparency.signed_notes import COSIGNING, Note, SigningKey
from shop.transparency.witnesses import Witness
from tests.conftest import copy_of
from tests.engines import SAME_SQL
from tests.keys import VAULT_KEY
from tests.transparency.log_books import KEY, LogBooks
from tests.transparency.tampering import OTHER_KEY, Attacker, Posted, touched

WITNESS = SigningKey("witness.example/w1", bytes(range(1, 33)), COSIGNING)


@dataclass
class Guarded:
    """A sound ledger with its log: a month closed and one open, a full tile, a witness, kept checkpoints."""

    books: LogBooks
    log: GivingLog
    first: str
    """The note of the first close, as a buyer or the charity may have kept it, with a witness's signature."""

    def problems(
        self,
        attack: Callable[[Attacker], None] | None = None,
        *held: Held,
        files: bool = True,
        chain: bool = True,
    ) -> list[str]:
        """What `ledger verify` says, after an attack that is undone again. `files`: the shop has its own.

        `chain`: the ledger is looked at as well.
        """
        none = CheckpointFiles(self.log.files.folder / "none", "live")
        log = self.log if files else replace(self.log, files=none)
        with self.books.database.transaction() as session:
            if attack:
                attack(Attacker(self.books, session))
                session.flush()
                session.expire_all()
            found = ledger.verify(session, anchors(session)) if chain else []
            found += log.problems(session, held=held)
            if is_sqlite(session):
                session.execute(text("PRAGMA ignore_check_constraints=OFF"))
            session.rollback()
        return [problem for problem in found if not problem.startswith("The log's guard")]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    with copy_of("bare", request.param, request, folder) as url, pytest.MonkeyPatch.context() as patch:
        database = Database(url)
        vault = Vault(VAULT_KEY, KeyStore(f"sqlite:///{folder / 'keys' / 'keys.db'}"))
        yield grown(database, vault, folder, lambda now: patch.setattr("shop.clock.now", lambda: now))
        database.dispose()
        vault.keys.dispose()


def grown(database: Database, vault: Vault, folder: Path, set_clock: Callable[..., None]) -> Guarded:
    """A month of sales, closed, and the beginning of the next."""
    with database.engine.begin() as connection:
        triggers.install(connection, ledger_triggers.TRIGGERS)
        triggers.install(connection, log_triggers.TRIGGERS)
    with database.transaction() as session:
        ledger.open_books(session)
        policy = policies.load_sample_policy(session)
    books = LogBooks(database, policy.id, vault, set_clock)
    files = CheckpointFiles(folder / "checkpoints" / "live", "live")
    log = GivingLog(database, vault, "live", KEY, files, [Witness(WITNESS.verifier, "")])
    books.sell(10, units=26)
    books.next_day()
    refunded, disputed, erased = books.sell(3)
    books.refund(refunded)
    books.bring(disputed, Standing.HELD, at=books.now)
    books.bring("OS-1", Standing.ACCRUED, at=books.now)
    with database.transaction() as session:
        remittances.record_remittance(
            session, book="live", policy_id=policy.id, amount_pence=1500, paid_on=books.now.date(),
            bank_reference="POM NOV", receipt="", key="k1", actor="finance",
        )  # fmt: skip
    checkpoint = books.close("2026-11")
    assert checkpoint
    first = cosigned(database, checkpoint)
    books.sell(2)
    books.erase(erased)
    books.next_day()
    log.files.keep_all(database)
    return Guarded(books, log, first)


def cosigned(database: Database, checkpoint: LogCheckpoint) -> str:
    """A witness signs; give the note with what it signed."""
    note = Note.read(checkpoint.note)
    line = cosign(WITNESS, note.text, int(checkpoint.made_at.timestamp()))
    with database.transaction() as session:
        session.add(
            LogCosignature(
                book="live", size=checkpoint.size, witness=WITNESS.name, line=str(line),
                seen_at=checkpoint.made_at,
            )
        )  # fmt: skip
    return str(Note(note.text, (*note.signatures, line)))


COLUMNS = {
    "seq": ("seq = 9000", "follows 4: something between is gone"),
    "idempotency key": ("idempotency_key = 'x'", "5 is not what was written"),
    "request hash": ("request_hash = 'x'", "5 is not what was asked for"),
    "book": ("book = 'test'", "made of transaction 5, which is gone"),
    "kind": ("kind = 'dispute_won'", "says otherwise than transaction 5: kind"),
    "order": ("order_reference = 'PM-0002'", "says otherwise than transaction 5: commitment"),
    "unit": ("unit = 99", "5 is not what was written"),
    "sku": ("sku = 'DISC'", "5 is not what was written"),
    "policy": ("policy_id = NULL", "rests on policy None"),
    "policy digest": ("policy_digest = 'x'", "says otherwise than transaction 5: policy"),
    "what it reverses": ("reverses_seq = 4", "5 is not what was written"),
    "period": ("period = '2026-12'", "says otherwise than transaction 5: month"),
    "event": ("event_at = '2026-11-01 00:00:00+00'", "5 is not what was written"),
    "booking": ("booked_at = '2026-11-01 00:00:00+00'", "5 is not what was written"),
    "actor": ("actor = 'nobody'", "5 is not what was written"),
    "cause": ("cause = 'x'", "5 is not what was written"),
    "previous hash": ("previous_hash = 'x'", "5 is not chained"),
    "hash": ("hash = 'x'", "5 has a hash that is not its own"),
    "canonical": ("canonical = 'x'", "5 is not what was written"),
}
ENTRIES = {
    "pence": ("amount_pence = 2 * amount_pence", "says otherwise than transaction 5: pence"),
    "account": ("account = 'payable'", "5 is not what was written"),
    "currency": ("currency = 'eur'", "5 is not what was written"),
    "line": ("line = line + 6", "made of transaction 5, which is gone"),
}
LEDGER = {
    **{name: (f"UPDATE ledger_txn SET {how} WHERE seq = 5", told) for name, (how, told) in COLUMNS.items()},
    **{
        name: (f"UPDATE ledger_entry SET {how} WHERE txn_seq = 5", told)
        for name, (how, told) in ENTRIES.items()
    },
    "head": ("UPDATE ledger_head SET last_seq = last_seq - 1", "was never sealed"),
    "promise": ("UPDATE policy SET amount_pence = 400", "which has been changed"),
    "statement": (
        "UPDATE ledger_period SET statement_sha256 = 'x' WHERE closed_at IS NOT NULL",
        "tells another statement of 2026-11",
    ),
}

LAST = "(SELECT max(number) FROM log_leaf)"
INVENTED = (
    f"INSERT INTO log_leaf SELECT book, number + 1, 9999, NULL, leaf FROM log_leaf WHERE number = {LAST}"
)
COPIED = "(SELECT leaf FROM log_leaf WHERE number = 8)"
SAID_OTHERWISE = "says otherwise than announcement"
LOG = {
    "a leaf": ("UPDATE log_leaf SET leaf = '{}' WHERE number = 7", "Leaf 7 of the log says otherwise than"),
    "a leaf twice": (f"UPDATE log_leaf SET leaf = {COPIED} WHERE number = 7", "Leaf 7 of the log says"),
    "a leaf gone": ("DELETE FROM log_leaf WHERE number = 7", "Leaf 8 of the log follows 6"),
    "the last leaf cut off": (f"DELETE FROM log_leaf WHERE number = {LAST}", "its end was cut off"),
    "a leaf invented": (INVENTED, "made of transaction 9999, which is gone"),
    "a leaf under no checkpoint": (INVENTED, "No checkpoint covers the log's leaves from"),
    "a leaf of another row": (
        "UPDATE log_leaf SET ledger_seq = 8000 WHERE ledger_seq = 5",
        "5 is in no leaf",
    ),
    "a tile": ("UPDATE log_tile SET hashes = 'x'", "Tile 0/0 of the log is not what"),
    "a tile's root": ("UPDATE log_tile SET root = 'x'", "Tile 0/0 of the log is not what"),
    "a tile gone": ("DELETE FROM log_tile", "Tile 0/0 of the log is not what"),
    "a tile too many": (
        "INSERT INTO log_tile SELECT book, 1, 0, hashes, root FROM log_tile",
        "Tile 1/0 of the log stands for leaves that are not there",
    ),
    "a checkpoint's root": ("UPDATE log_checkpoint SET root = 'x'", "is not what was signed"),
    "a checkpoint's note": (
        "UPDATE log_checkpoint SET note = replace(note, '/log', '/other')",
        "is not signed with the shop's key",
    ),
    "a checkpoint's size": (
        "UPDATE log_checkpoint SET size = 2 WHERE size = 1",
        "is not what was signed",
    ),
    "a checkpoint's day": (
        "UPDATE log_checkpoint SET made_at = '2026-11-02 12:00:00'",
        "was made on another day",
    ),
    "a checkpoint's reason": ("UPDATE log_checkpoint SET reason = 'day'", "or for another reason"),
    "a checkpoint's month": ("UPDATE log_checkpoint SET month = NULL", "or for another reason"),
    "a checkpoint gone": (
        "DELETE FROM log_checkpoint WHERE reason = 'close'",
        "is no longer among the log's checkpoints",
    ),
    "a witness": ("UPDATE log_cosignature SET line = '— witness.example/w1 AAAAAAAA'", "is not good"),
    "a witness's time": ("UPDATE log_cosignature SET seen_at = '2026-11-02 12:00:00'", "is not good"),
    "what was announced": (
        "UPDATE log_announcement SET said = replace(said, '2026-11', '2026-10')",
        SAID_OTHERWISE,
    ),
    "what was announced, so that nobody can read it": (
        "UPDATE log_announcement SET said = '{'",
        "cannot be read",
    ),
    "an announcement's kind": ("UPDATE log_announcement SET kind = 'confirmation'", SAID_OTHERWISE),
    "an announcement's month": (
        "UPDATE log_announcement SET announced_at = '2025-01-01 00:00:00'",
        SAID_OTHERWISE,
    ),
    "an announcement gone": ("DELETE FROM log_announcement", "of announcement 1, which is gone"),
    "what opens a day's leaf": ("UPDATE log_anchor SET seq = 2", "commits to another ledger"),
    "what opens a day's leaf, gone": ("DELETE FROM log_anchor", "what opens it is gone"),
}

SINGLE = {f"ledger: {name}": how for name, how in LEDGER.items()} | {
    f"log: {name}": how for name, how in LOG.items()
}


@pytest.mark.parametrize("how", SINGLE)
def test_a_change_by_raw_sql_is_found_and_named(guarded: Guarded, how: str) -> None:
    statement, told = SINGLE[how]

    def attack(attacker: Attacker) -> None:
        attacker.without_guards(touched([statement]))
        attacker.run(statement)

    problems = guarded.problems(attack, chain=how.startswith("ledger"))
    assert any(told in problem for problem in problems), problems
    assert all(problem == problem.strip() and "\n" not in problem for problem in problems)


def tail_cut(posted: list[Posted]) -> list[Posted]:
    return posted[:-4]


def gift_removed(posted: list[Posted]) -> list[Posted]:
    return [one for one in posted if one.facts.seq != 40]


def gift_invented(posted: list[Posted]) -> list[Posted]:
    made = replace(posted[3].facts, unit=77, idempotency_key=f"{posted[3].facts.order_reference}:77:1")
    return [*posted[:10], replace(posted[3], facts=made), *posted[10:]]


def moved(posted: list[Posted]) -> list[Posted]:
    return [*posted[:10], posted[11], posted[10], *posted[12:]]


def changed_in_the_middle(posted: list[Posted]) -> list[Posted]:
    changed = replace(posted[100].facts, sku="DISC-SILVER-18")
    return [*posted[:100], replace(posted[100], facts=changed), *posted[101:]]


PASTS = {
    "tail cut": (tail_cut, "which is gone"),
    "gift removed": (gift_removed, "is not the one that was anchored"),
    "gift invented": (gift_invented, "is in no leaf of the log"),
    "moved": (moved, "says otherwise than transaction 11: commitment"),
    "re-chained from the middle": (changed_in_the_middle, "is not the one that was anchored"),
}


@pytest.mark.parametrize("how", PASTS)
def test_a_past_that_was_written_anew_passes_the_chain_and_not_the_log(guarded: Guarded, how: str) -> None:
    change, told = PASTS[how]

    def attack(attacker: Attacker) -> None:
        attacker.without_guards()
        attacker.rewrite(change)
        attacker.session.expire_all()
        assert ledger.verify(attacker.session) == [], "the chain alone says nothing"

    problems = guarded.problems(attack)
    assert any(told in problem for problem in problems), problems


@SAME_SQL
@pytest.mark.parametrize("change", [gift_removed, gift_invented, changed_in_the_middle, tail_cut])
def test_a_log_that_was_written_anew_too_lacks_the_shops_key(
    guarded: Guarded, change: Callable[..., list[Posted]]
) -> None:
    def attack(attacker: Attacker) -> None:
        attacker.without_guards()
        attacker.rewrite(change)
        attacker.log_anew(OTHER_KEY)

    problems = guarded.problems(attack, files=False)
    assert any("is not signed with the shop's key" in problem for problem in problems), problems


@SAME_SQL
@pytest.mark.parametrize("change", [gift_removed, gift_invented, changed_in_the_middle, tail_cut])
def test_whoever_has_the_key_too_is_found_by_a_checkpoint_that_somebody_kept(
    guarded: Guarded, change: Callable[..., list[Posted]]
) -> None:
    def attack(attacker: Attacker) -> None:
        attacker.without_guards()
        attacker.rewrite(change)
        attacker.log_anew(KEY)

    assert guarded.problems(attack, files=False) == [], "nothing inside the shop knows"
    problems = guarded.problems(attack, Held("charity.txt", guarded.first), files=False)
    assert any(
        problem.startswith("charity.txt") and "witness.example/w1 saw it" in problem for problem in problems
    )


def test_a_database_that_was_set_back_is_found_by_the_checkpoints_that_are_kept(guarded: Guarded) -> None:
    size = int(guarded.first.splitlines()[1])

    def attack(attacker: Attacker) -> None:
        attacker.without_guards()
        attacker.run(
            f"DELETE FROM log_leaf WHERE number > {size}",
            f"DELETE FROM log_checkpoint WHERE size > {size}",
            "DELETE FROM log_anchor WHERE announcement_id > (SELECT max(announcement_id) FROM log_leaf)",
            "DELETE FROM log_announcement WHERE id > (SELECT max(announcement_id) FROM log_leaf)",
        )
        attacker.rewrite(lambda posted: posted[:-2])

    assert guarded.problems(attack, files=False) == []
    problems = guarded.problems(attack)
    assert len(problems) == 1
    assert "its end was cut off" in problems[0]


def test_nothing_is_said_of_what_is_sound(guarded: Guarded) -> None:
    assert guarded.problems() == []
    assert guarded.problems(None, Held("charity.txt", guarded.first), files=False) == []


def test_what_was_kept_and_is_no_checkpoint_of_ours_is_said(guarded: Guarded) -> None:
    for note, told in (
        ("", "is no checkpoint"),
        (guarded.first.replace("shop.example", "shop.elsewhere"), "is not signed with the shop's key"),
    ):
        assert guarded.problems(None, Held("a.txt", note)) == [f"a.txt {told}."]
