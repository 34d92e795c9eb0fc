"""Notes, keys and checkpoints are read and written as others read and write them."""

import base64

import pytest

from shop.transparency.checkpoints import Checkpoint, NotACheckpoint, cosign, cosigned_at, origin_of
from shop.transparency.signed_notes import (
    COSIGNING,
    NotAKey,
    NotANote,
    Note,
    NotSigned,
    SigningKey,
    VerifierKey,
)

KEY = SigningKey("shop.example/giving/log", bytes(range(32)))
WITNESS = SigningKey("witness.example/w1", bytes(range(1, 33)), COSIGNING)

THEIR_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
THEIR_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/"
    "ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example of Go's golang.org/x/mod/sumdb/note."""


def test_a_note_that_another_program_signed_is_read_and_checked() -> None:
    key, note = VerifierKey.read(THEIR_KEY), Note.read(THEIR_NOTE)
    assert str(key) == THEIR_KEY
    assert str(note) == THEIR_NOTE
    key.check(note)
    with pytest.raises(NotSigned):
        key.check(Note(note.text.replace("problem", "answer"), note.signatures))
    with pytest.raises(NotSigned):
        KEY.verifier.check(note)


def test_what_we_sign_is_read_and_checked() -> None:
    note = KEY.sign("one line\n")
    assert Note.read(str(note)) == note
    KEY.verifier.check(note)
    assert VerifierKey.read(str(KEY.verifier)) == KEY.verifier


@pytest.mark.parametrize(
    "text",
    [
        "", "no signature\n", "text\n\n", "text\n\n— name\n", "text\n\n— name !!!!\n",
        "text\n\n- name AAAAAAAA\n",
        "text\n\n— name AAAA\n", "text\n\n— na+me AAAAAAAA\n", "te\tt\n\n— name AAAAAAAA\n",
        "text\r\n\n— name AAAAAAAA\n", "text\n\n— name AAAAAAAA", "text\n\n" + "— name AAAAAAAA\n" * 33,
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NotANote):
        Note.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "name", "name+c74f20a3", THEIR_KEY.replace("c74f20a3", "c74f20a4"), THEIR_KEY[:-4],
        THEIR_KEY.replace("PeterNeumann", "Peter Neumann"), "n+00000000+!",
        "n+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NotAKey):
        VerifierKey.read(text)


def test_a_checkpoint_says_whose_log_how_long_and_its_root() -> None:
    checkpoint = Checkpoint("shop.example/giving/log", 20852163, bytes(range(32)))
    assert Checkpoint.read(checkpoint.text) == checkpoint
    assert checkpoint.text.splitlines()[:2] == ["shop.example/giving/log", "20852163"]
    assert Checkpoint.read(checkpoint.text + "an extension\n") == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "", "a\n1\n", "a\n01\nAAAA\n", "a\n-1\nAAAA\n", "a\n1\nAAAA\n", "a\n1\nno base 64\n",
        "\n1\n" + "A" * 43 + "=\n",
        "a\n1\n" + "A" * 43 + "=", "a\n٣\n" + "A" * 43 + "=\n", "a\n1\n" + "A" * 43 + "=\n\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NotACheckpoint):
        Checkpoint.read(text)


def test_a_witness_signs_the_time_too() -> None:
    text = Checkpoint("shop.example/giving/log", 5, bytes(32)).text
    line = cosign(WITNESS, text, 1_679_315_147)
    note = Note(text, (*KEY.sign(text).signatures, line))
    assert cosigned_at(WITNESS.verifier, Note.read(str(note))) == 1_679_315_147
    KEY.verifier.check(note)
    earlier = line.signed[:7] + b"\0" + line.signed[8:]
    forged = Note(text, (*KEY.sign(text).signatures, type(line)(line.name, line.key_id, earlier)))
    for bad in (forged, KEY.sign(text)):
        with pytest.raises(NotSigned):
            cosigned_at(WITNESS.verifier, bad)


def test_what_a_shop_tries_out_has_a_log_of_another_name() -> None:
    assert origin_of("shop.example", "live") == "shop.example/giving/log"
    assert origin_of("shop.example", "test") == "shop.example/giving/log/test"
