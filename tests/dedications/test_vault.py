import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.db import Database
from shop.dedications.key_tables import word_key
from shop.dedications.keys import KeyStore
from shop.dedications.models import OrderKey, SealedText
from shop.dedications.sealing import (
    NotSealable,
    SealBroken,
    open_with,
    seal_with,
)
from shop.dedications.vault import OrderNotOpen, Vault
from tests.engines import SAME_SQL
from tests.heard import heard

CANARY = "canary-dedication-7f3a"


def open_order(session: Session, vault: Vault, order_id: int) -> None:
    """Give the order a key, unless it has one."""
    if session.get(OrderKey, order_id) is None:
        stored, _ = vault.new_key()
        vault.keys.add([stored])
        session.execute(insert(OrderKey).values(order_id=order_id, key_id=stored.id))


def seal(database: Database, vault: Vault, order_id: int, label: str = "dedication", value: object = CANARY):
    with database.transaction() as session:
        open_order(session, vault, order_id)
        vault.seal(session, order_id, label, value)


def reveal(database: Database, vault: Vault, order_id: int, label: str = "dedication") -> object:
    with database.reading() as session:
        return vault.reveal(session, order_id, label)


def said(error: BaseException) -> str:
    return repr(error) + str(error) + "".join(traceback.format_exception_only(error))


@pytest.mark.parametrize("value", ["For Zoë,\nalways", {"lines": [["front", 1, "Siân ♡"]]}, "", 0, False, []])
def test_what_was_sealed_is_revealed_as_it_was(orders: Database, vault: Vault, value: object) -> None:
    seal(orders, vault, 1, value=value)
    assert reveal(orders, vault, 1) == value


def test_sealing_again_replaces(orders: Database, vault: Vault) -> None:
    seal(orders, vault, 1, value="before")
    seal(orders, vault, 1, value="after")
    assert reveal(orders, vault, 1) == "after"


def test_the_same_words_look_different_every_time(orders: Database, vault: Vault) -> None:
    for order_id, label in ((1, "dedication"), (1, "gift"), (2, "dedication")):
        seal(orders, vault, order_id, label)
    with orders.reading() as session:
        rows = session.execute(select(SealedText.nonce, SealedText.ciphertext)).all()
    assert len({row.nonce for row in rows}) == len({row.ciphertext for row in rows}) == 3


def test_an_order_that_was_not_opened_seals_and_reveals_nothing(orders: Database, vault: Vault) -> None:
    assert reveal(orders, vault, 1) is None
    with orders.transaction() as session, pytest.raises(OrderNotOpen) as refused:
        vault.seal(session, 1, "dedication", CANARY)
    assert CANARY not in said(refused.value)


def test_erased_words_are_gone_and_the_other_orders_are_not(orders: Database, vault: Vault) -> None:
    seal(orders, vault, 1)
    seal(orders, vault, 2)
    with orders.transaction() as session:
        assert vault.erase(session, 1, "PM-AAAA-AA")
    assert reveal(orders, vault, 1) is None
    assert reveal(orders, vault, 2) == CANARY
    with orders.transaction() as session:
        assert not vault.erase(session, 1, "PM-AAAA-AA")
        assert session.scalars(select(OrderKey.order_id)).all() == [2]
        assert session.scalars(select(SealedText.order_id)).all() == [2]


def test_words_put_back_after_erasing_stay_shut_without_their_key(orders: Database, vault: Vault) -> None:
    """What a restored copy of the ciphertext alone would give: nothing."""
    seal(orders, vault, 1)
    with orders.transaction() as session:
        kept = session.execute(select(SealedText.nonce, SealedText.ciphertext)).one()
        vault.erase(session, 1, "PM-AAAA-AA")
        open_order(session, vault, 1)
        session.add(SealedText(order_id=1, label="dedication", nonce=kept.nonce, ciphertext=kept.ciphertext))
    with pytest.raises(SealBroken):
        reveal(orders, vault, 1)


@SAME_SQL
@pytest.mark.parametrize("column", ["nonce", "ciphertext"])
@pytest.mark.parametrize("at", [0, -1])
def test_one_bit_changed_breaks_the_seal(orders: Database, vault: Vault, column: str, at: int) -> None:
    seal(orders, vault, 1)
    with orders.transaction() as session:
        row = session.scalars(select(SealedText)).one()
        changed = bytearray(getattr(row, column))
        changed[at] ^= 1
        setattr(row, column, bytes(changed))
    with pytest.raises(SealBroken) as broken:
        reveal(orders, vault, 1)
    assert CANARY not in said(broken.value)


@pytest.mark.parametrize("column", ["nonce", "wrapped_key"])
def test_a_changed_key_opens_nothing(orders: Database, vault: Vault, column: str) -> None:
    seal(orders, vault, 1)
    with vault.keys.database.transaction() as session:
        before = session.scalars(select(word_key.c[column])).one()
        session.execute(update(word_key).values({column: bytes(12) + before[12:]}))
    with pytest.raises(SealBroken):
        reveal(orders, vault, 1)


def test_words_moved_to_another_label_do_not_open(orders: Database, vault: Vault) -> None:
    seal(orders, vault, 1, "dedication", "one")
    seal(orders, vault, 1, "gift", "two")
    with orders.transaction() as session:
        session.execute(update(SealedText).where(SealedText.label == "dedication").values(label="x"))
        session.execute(update(SealedText).where(SealedText.label == "gift").values(label="dedication"))
    with pytest.raises(SealBroken):
        reveal(orders, vault, 1)


def test_words_moved_to_an_order_with_the_same_key_do_not_open(orders: Database, vault: Vault) -> None:
    """The order's number is sealed in with the words, whatever happened to the keys."""
    seal(orders, vault, 1)
    with orders.transaction() as session:
        key_id = session.scalars(select(OrderKey.key_id)).one()
        session.execute(update(OrderKey).values(key_id="elsewhere"))
        session.add(OrderKey(order_id=2, key_id=key_id))
        session.flush()
        session.execute(update(SealedText).values(order_id=2))
    with pytest.raises(SealBroken):
        reveal(orders, vault, 2)
    with orders.transaction() as session:
        vault.seal(session, 2, "dedication", "its own")
    assert reveal(orders, vault, 2) == "its own"


def test_a_key_under_another_id_opens_and_seals_nothing(orders: Database, vault: Vault) -> None:
    seal(orders, vault, 1)
    seal(orders, vault, 2)
    with orders.reading() as session:
        one, two = session.scalars(select(OrderKey.key_id).order_by(OrderKey.order_id))
    with vault.keys.database.transaction() as session:
        for before, after in ((one, "x"), (two, one), ("x", two)):
            session.execute(update(word_key).where(word_key.c.id == before).values(id=after))
    with pytest.raises(SealBroken):
        reveal(orders, vault, 2)
    with pytest.raises(SealBroken), orders.transaction() as session:
        vault.seal(session, 2, "dedication", "x")


def test_words_of_one_order_do_not_open_with_the_key_of_another(orders: Database, vault: Vault) -> None:
    seal(orders, vault, 1, "2|dedication")
    seal(orders, vault, 12, "dedication")
    with orders.transaction() as session:
        session.execute(update(SealedText).where(SealedText.order_id == 1).values(order_id=12))
    with pytest.raises(SealBroken):
        reveal(orders, vault, 12, "2|dedication")


def test_another_vault_key_opens_nothing(orders: Database, vault: Vault, keys: KeyStore) -> None:
    seal(orders, vault, 1)
    other = Vault(bytes(32), keys)
    with pytest.raises(SealBroken):
        reveal(orders, other, 1)
    with pytest.raises(SealBroken), orders.transaction() as session:
        other.seal(session, 1, "dedication", "x")
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(b"short", keys)


def test_a_key_belongs_to_an_order_that_exists(orders: Database, vault: Vault) -> None:
    with pytest.raises(IntegrityError), orders.transaction() as session:
        open_order(session, vault, 999)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_no_plaintext_is_left_in_the_sqlite_files_at_any_time(tmp_path: Path, vault: Vault) -> None:
    database = Database(f"sqlite:///{tmp_path / 'shop.db'}")
    from tests.conftest import load_models
    from tests.dedications.conftest import _create

    load_models()
    with database.engine.begin() as connection:
        connection.execute(text('CREATE TABLE "order" (id INTEGER PRIMARY KEY)'))
        connection.execute(text('INSERT INTO "order" VALUES (1)'))
        _create(connection)

    def stored() -> bytes:
        files = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert any("keys.db" in file.name for file in files)
        return b"".join(file.read_bytes() for file in files)

    seal(database, vault, 1)
    with database.reading() as session:
        row = session.scalars(select(SealedText)).one()
    with vault.keys.database.reading() as session:
        wrapped_key = session.scalars(select(word_key.c.wrapped_key)).one()
    assert row.ciphertext in stored()  # the search does find what is there
    assert wrapped_key in stored()
    assert CANARY.encode() not in stored()
    with database.transaction() as session:
        vault.erase(session, 1, "PM-AAAA-AA")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    for gone in (CANARY.encode(), row.ciphertext, wrapped_key):
        assert gone not in stored()


def test_only_ciphertext_ever_reaches_the_database(orders: Database, vault: Vault) -> None:
    with heard(orders.engine) as statements:
        seal(orders, vault, 1)
        assert reveal(orders, vault, 1) == CANARY
    sent = [repr(statement) + repr(parameters) for statement, parameters in statements]
    with orders.reading() as session:
        sent += [
            repr(session.execute(text(f"SELECT * FROM {table}")).all())
            for table in ("order_key", "sealed_text")
        ]
    assert any("sealed_text" in statement for statement in sent)
    assert not any(CANARY in statement for statement in sent)


def test_no_error_quotes_the_words(orders: Database, vault: Vault) -> None:
    for value in ({CANARY}, {"words": [CANARY, object()]}, {"words": CANARY, "n": float("nan")}):
        with orders.transaction() as session, pytest.raises(NotSealable) as refused:
            open_order(session, vault, 1)
            vault.seal(session, 1, "dedication", value)
        assert CANARY not in said(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.__suppress_context__


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.binary(min_size=16) | st.text(min_size=16), json_values)
def test_a_basket_opens_with_the_visitors_own_token(secret: bytes | str, value: object) -> None:
    assert open_with(secret, seal_with(secret, value)) == value


@given(st.data())
def test_a_basket_with_another_token_or_one_bit_changed_stays_shut(data: st.DataObject) -> None:
    blob = seal_with("a token of the visitor", CANARY)
    assert CANARY.encode() not in blob
    with pytest.raises(SealBroken):
        open_with("another visitor's token", blob)
    changed = bytearray(blob)
    changed[data.draw(st.integers(0, len(blob) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        open_with("a token of the visitor", bytes(changed))
    with pytest.raises(SealBroken):
        open_with("a token of the visitor", blob[: data.draw(st.integers(0, len(blob) - 1))])
