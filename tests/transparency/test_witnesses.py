"""Somebody else's server signs each checkpoint, if it continues what that server saw before."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from shop.settings import SettingsError
from shop.transparency import merkle
from shop.transparency.checkpoint_check import Held
from shop.transparency.checkpoint_files import CheckpointFiles
from shop.transparency.checkpoints import Checkpoint, cosigned_at
from shop.transparency.cosigning import Cosigning
from shop.transparency.giving_log import GivingLog
from shop.transparency.served_tiles import checkpoint as served
from shop.transparency.signed_notes import Note, SigningKey
from shop.transparency.witnesses import (
    SIZE,
    Witness,
    WitnessAway,
    WitnessDisagrees,
    ask,
    over_http,
    read_witnesses,
)
from tests.transparency.log_books import KEY, LogBooks
from tests.transparency.witness import LittleWitness

FIRST = Checkpoint(KEY.name, 1, bytes(32))


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def little() -> LittleWitness:
    return LittleWitness({KEY.name: KEY.verifier})


@pytest.fixture
def witness(little: LittleWitness) -> Iterator[Witness]:
    with little.serving() as witness:
        yield witness


@pytest.fixture
def log(books: LogBooks, witness: Witness, tmp_path: Path) -> GivingLog:
    files = CheckpointFiles(tmp_path / "checkpoints" / "live", "live")
    books.sell()
    return GivingLog(books.database, books.vault, "live", KEY, files, [witness])


def newest(books: LogBooks) -> Note:
    with books.database.reading() as session:
        return Note.read(served(session, "live") or "")


def test_each_checkpoint_is_brought_before_the_witness_and_handed_out_with_its_signature(
    books: LogBooks, log: GivingLog, little: LittleWitness
) -> None:
    for days in (0, 1, 1):
        books.later(days=days)
        assert log.keep_up()
        assert cosigned_at(little.key.verifier, newest(books)) == little.now
        KEY.verifier.check(newest(books))
    assert little.state[KEY.name].size == 3
    assert little.asked == 3, "the proof begins where the witness was"
    assert log.keep_up() is False
    assert little.asked == 3
    kept = log.files.kept()
    assert all(little.key.name in one.note for one in kept)
    with books.database.reading() as session:
        assert log.problems(session) == []


def test_a_buyers_proof_carries_the_witness(books: LogBooks, log: GivingLog, little: LittleWitness) -> None:
    (reference,) = books.sell()
    books.close_month("2026-11")
    log.keep_up()
    proof = books.proof(reference)
    assert proof
    assert cosigned_at(little.key.verifier, Note.read(proof.checkpoint)) == little.now


def test_a_witness_that_is_away_is_asked_again_and_holds_nothing_up(
    books: LogBooks, log: GivingLog, little: LittleWitness, witness: Witness
) -> None:
    away = replace(log, witnesses=[Witness(witness.key, "http://127.0.0.1:9")])
    assert away.keep_up()
    assert len(newest(books).signatures) == 1
    assert away.keep_up() is False
    assert log.keep_up()
    assert len(newest(books).signatures) == 2


def test_a_witness_that_knows_another_size_says_so_and_has_its_proof_from_there(
    books: LogBooks, log: GivingLog, little: LittleWitness
) -> None:
    log.keep_up()
    books.later(days=1)
    books.publish()
    books.run("DROP TRIGGER log_cosignature_no_delete", "DELETE FROM log_cosignature")
    assert log.keep_up(), "we have forgotten that it signed"
    assert (little.asked, little.state[KEY.name].size) == (3, 2)


def test_a_split_view_is_not_signed_and_whoever_holds_the_first_can_show_it(
    books: LogBooks, log: GivingLog, little: LittleWitness
) -> None:
    log.keep_up()
    shown = str(newest(books))
    other = Checkpoint(KEY.name, 1, merkle.leaf_hash(b"another past"))
    books.run(
        "DROP TRIGGER log_checkpoint_no_update", "DROP TRIGGER log_cosignature_no_delete",
        "DELETE FROM log_cosignature",
    )  # fmt: skip
    with books.database.transaction() as session:
        connection = session.connection()
        connection.exec_driver_sql(
            "UPDATE log_checkpoint SET note = ?, root = ?", (str(KEY.sign(other.text)), other.root)
        )
    with pytest.raises(WitnessDisagrees, match="it has seen another past"):
        log.keep_up()
    with books.database.reading() as session:
        problems = replace(log, files=replace(log.files, folder=Path("none"))).problems(
            session, held=[Held("a.txt", shown)]
        )
    assert problems[0] == (
        "The checkpoint of 1 leaves has another root than its 1 leaves: they were changed since."
    )


def test_a_log_that_was_cut_is_not_signed(books: LogBooks, log: GivingLog, little: LittleWitness) -> None:
    log.keep_up()
    little.state[KEY.name] = Checkpoint(KEY.name, 9, bytes(32))
    books.later(days=1)
    with pytest.raises(WitnessDisagrees, match="it has seen 9 leaves"):
        log.keep_up()
    assert len(books.leaves()) == 2, "the day's checkpoint is made all the same"


def test_a_past_that_was_written_anew_is_not_signed(
    books: LogBooks, log: GivingLog, little: LittleWitness
) -> None:
    log.keep_up()
    little.state[KEY.name] = Checkpoint(KEY.name, 1, bytes(32))
    books.later(days=1)
    with pytest.raises(WitnessDisagrees, match="another past"):
        log.keep_up()


@pytest.mark.parametrize(
    "answer",
    [
        (500, "", b""), (404, "", b""), (403, "", b""), (400, "", b""), (302, "", b""), (200, "", b""),
        (200, "", b"\xff"), (200, "", "— witness.example/w1 AAAAAAAA\n".encode()), (200, "", b"a" * 70_000),
        (409, SIZE, b""), (409, SIZE, b"many"), (409, SIZE, b"9" * 400),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_counts_as_being_away(answer: tuple[int, str, bytes]) -> None:
    witness = Witness(LittleWitness({}).key.verifier, "")
    with pytest.raises(WitnessAway):
        ask(witness, str(KEY.sign(FIRST.text)), 0, [], lambda _url, _body: answer)


def test_a_signature_on_another_checkpoint_or_of_another_witness_is_none(little: LittleWitness) -> None:
    note = str(KEY.sign(FIRST.text))
    other = str(KEY.sign(Checkpoint(KEY.name, 2, bytes(32)).text))
    foreign = LittleWitness(little.logs, key=SigningKey("witness.example/w1", b"x" * 32, little.key.kind))
    for who, what in ((little, other), (foreign, note)):
        signed = who.answer(f"old 0\n\n{what}").get_data()
        with pytest.raises(WitnessAway):
            ask(Witness(little.key.verifier, ""), note, 0, [], lambda _url, _body, it=signed: (200, "", it))


def test_a_witness_that_says_two_sizes_in_turn_is_away(books: LogBooks, witness: Witness) -> None:
    books.sell()
    books.publish()
    told = iter([b"0\n", b"1\n"])
    cosigning = Cosigning(
        books.database, "live", [witness], lambda _u, _b: (409, "text/x.tlog.size", next(told))
    )
    assert cosigning.cosign() == []


def test_nobody_is_asked_of_a_log_that_has_no_checkpoint(books: LogBooks, witness: Witness) -> None:
    assert Cosigning(books.database, "live", [witness]).cosign() == []


def test_the_little_witness_answers_as_the_protocol_has_it(little: LittleWitness) -> None:
    strange = SigningKey("other.example/log", bytes(32))
    for body, status in (
        (f"old 0\n\n{strange.sign(Checkpoint(strange.name, 1, bytes(32)).text)}", 404),
        (f"old 0\n\n{SigningKey(KEY.name, bytes(32)).sign(FIRST.text)}", 403),
        (f"old 2\n\n{KEY.sign(FIRST.text)}", 400),
        (f"old 0\n\n{KEY.sign(FIRST.text)}", 200),
        (f"old 0\n\n{KEY.sign(FIRST.text)}", 409),
        (f"old 1\n\n{KEY.sign(Checkpoint(KEY.name, 1, b'x' * 32).text)}", 409),
        (f"old 1\n\n{KEY.sign(Checkpoint(KEY.name, 2, b'x' * 32).text)}", 422),
    ):
        assert little.answer(body).status_code == status, body


def test_nobody_answers_where_nobody_is() -> None:
    with pytest.raises(WitnessAway):
        over_http("http://127.0.0.1:9/add-checkpoint", b"")


@contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """The address of a server that sends these bytes to whoever asks first, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as asking:
                asking.recv(65_536)
                asking.sendall(raw)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/add-checkpoint"
        thread.join()


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"no HTTP",
    ],
)
def test_an_answer_that_breaks_off_counts_as_being_away(raw: bytes) -> None:
    with answering(raw) as address, pytest.raises(WitnessAway):
        over_http(address, b"a checkpoint")


def test_an_answer_is_taken_as_it_comes_and_nothing_is_unpacked() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    with answering(raw) as address:
        assert over_http(address, b"a checkpoint") == (200, "", b"abc")


def test_an_answer_that_trickles_in_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.transparency.witnesses.monotonic", partial(next, count(0, 40)))
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"
    with answering(raw) as address, pytest.raises(WitnessAway, match="slowly"):
        over_http(address, b"a checkpoint")


def test_witnesses_are_named_by_a_setting(little: LittleWitness) -> None:
    key = str(little.key.verifier)
    assert read_witnesses("") == ()
    assert read_witnesses(f"{key} https://a.example/w/\n{key} http://b.example") == (
        Witness(little.key.verifier, "https://a.example/w"), Witness(little.key.verifier, "http://b.example"),
    )  # fmt: skip
    for wrong, told in (
        (key, "in turn"),
        (f"{key}x https://a.example", "LOG_WITNESSES"),
        (f"{KEY.verifier} https://a.example", "none of a witness"),
        (f"{key} ftp://a.example", "its address"),
        (f"{key} https://", "its address"),
    ):
        with pytest.raises(SettingsError, match=told):
            read_witnesses(wrong)
