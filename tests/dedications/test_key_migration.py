"""An upgrade from the time when keys stood in the database: they move out, and nothing of them stays."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shop import migrations
from shop.db import Database
from shop.dedications.gone_names import order_name
from shop.dedications.key_migration import Mover
from shop.dedications.keys import KeyStore
from shop.dedications.models import OrderKey, WallEntry
from shop.dedications.sealing import SealBroken, seal_bytes, seal_with, to_bytes
from shop.dedications.vault import Vault
from shop.journal import comments
from shop.journal.models import Comment
from shop.orders import wall
from shop.orders.models import Order
from tests.keys import VAULT_KEY

BEFORE = "0009"
EMAIL = "ada@example.com"
WORDS = "Qanary sang"


DAY = "2026-01-01 00:00:00+00:00"
ORDER = {
    "mode": "stand-in", "book": "test", "state": "paid", "version": 1, "buyer_hash": "b", "currency": "gbp",
    "goods_pence": 1, "postage_pence": 0, "total_pence": 1, "postage_service": "tracked-48",
    "donation_pence": 0, "placed_at": DAY,
}  # fmt: skip


COMMENT = {"post": "both-ways", "at_risk": False, "written_at": DAY, "decided_at": DAY}


def _insert(session: Session, table: str, row: dict[str, object]) -> None:
    columns, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    session.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)


@pytest.fixture
def old(empty_database_url: str, vault: Vault) -> Iterator[Database]:
    """Three orders as an older version kept them: shown on the wall, waiting, and taken off it."""
    database = Database(empty_database_url)
    migrations.upgrade(database, BEFORE)
    with database.transaction() as session:
        for number, state in ((1, "shown"), (2, "waiting"), (3, "withdrawn")):
            _insert(
                session,
                "hold",
                {"id": number, "state": "sold", "created_at": DAY, "expires_at": DAY, "settled_at": DAY},
            )
            _insert(
                session,
                '"order"',
                ORDER
                | {"id": number, "reference": f"PM-{number}", "hold_id": number, "fingerprint": bare(number)},
            )
            key = bytes([number]) * 32
            wrapped = seal_bytes(VAULT_KEY, key, f"key|{number}".encode())
            _insert(
                session,
                "order_key",
                {
                    "order_id": number,
                    "nonce": wrapped.nonce,
                    "wrapped_key": wrapped.ciphertext,
                    "contact_index": vault._contact_index(EMAIL),
                },
            )
            for label, value in sealed(number).items():
                words = seal_bytes(key, to_bytes(value), f"words|{number}|{label}".encode())
                _insert(
                    session,
                    "sealed_text",
                    {
                        "order_id": number,
                        "label": label,
                        "nonce": words.nonce,
                        "ciphertext": words.ciphertext,
                    },
                )
            shown = {"shown_at": DAY, "words": WORDS, "name": "Síle"} if state == "shown" else {}
            entry = {"order_id": number, "number": 1, "state": state, "offered_at": DAY}
            _insert(session, "wall_entry", entry | shown)
        for number, state in ((4, "shown"), (5, "hidden"), (9, "removed")):
            written = (
                {"name": "Síle", "words": WORDS, "email_sealed": old_address(number)} if number < 9 else {}
            )
            _insert(
                session,
                "comment",
                COMMENT | {"id": number, "token_hash": f"{number}", "state": state} | written,
            )
            event = {"comment_id": number, "kind": "reported", "actor": "reader", "at": DAY}
            _insert(
                session, "comment_event", event | {"id": number, "note": "Qanary" if number < 9 else None}
            )
    yield database
    database.dispose()


def old_address(number: int) -> bytes:
    return seal_with(VAULT_KEY, {"comment": f"{number}", "email": EMAIL})


def bare(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def sealed(number: int) -> dict[str, object]:
    return {"contact": {"email": EMAIL}, "line:1": {"dedication": WORDS, "shared_as": "Síle", "n": number}}


def test_words_open_as_before_and_the_database_holds_no_key(
    old: Database, vault: Vault, keys: KeyStore
) -> None:
    with old.transaction() as session:
        wrapped = [bytes(found) for found in session.scalars(text("SELECT wrapped_key FROM order_key"))]
    migrations.upgrade(old, mover=Mover(vault))
    with old.reading() as session:
        for number in (1, 2, 3):
            assert vault.reveal_all(session, number) == sealed(number)
        assert vault.orders_of(session, EMAIL) == [1, 2, 3]
        assert len(keys.all_ids()) == 3 + 2 + 4
        assert wall.states(session, 1, 2, 3)
        assert [(found.words, found.name) for found in wall.page(session, vault, 1).entries] == [
            (WORDS, "Síle")
        ]
        waiting = session.get_one(WallEntry, (2, 1))
        assert vault.open_alone([(waiting.key_id, waiting.sealed)], "wall") == {
            waiting.key_id: {"words": WORDS, "name": "Síle"}
        }
        assert session.scalars(select(WallEntry.sealed).where(WallEntry.order_id == 3)).one() is None
        for number in (1, 2, 3):
            kept = session.get_one(Order, number).fingerprint
            assert kept == vault.keyed(session, number, bare(number)) != bare(number)
    if old.engine.dialect.name == "sqlite":
        assert old.engine.url.database
        for file in Path(old.engine.url.database).parent.glob("empty.db*"):
            content = file.read_bytes()
            assert not any(found in content for found in [*wrapped, WORDS.encode(), bare(1).encode()])


def test_comments_open_as_before_and_stand_open_nowhere(old: Database, vault: Vault) -> None:
    migrations.upgrade(old, mover=Mover(vault))
    with old.transaction() as session:
        listed, _ = comments.listed(session, vault, everything=True)
        assert [(found.comment.id, found.comment.words, found.comment.name) for found in listed] == [
            (4, WORDS, "Síle"), (5, WORDS, "Síle"),
        ]  # fmt: skip
        assert [[event.note for event in found.events] for found in listed] == [["Qanary"], ["Qanary"]]
        assert comments.address(session, vault, 4, actor="test") == EMAIL
        comments.leave(session, vault, comments.Draft("both-ways", "A", "", "B", at_risk=False), token="new")
        assert session.scalars(select(Comment.id).order_by(Comment.id)).all() == [4, 5, 9, 10]


def test_a_copy_from_before_brings_back_nothing_that_was_erased_since(
    old: Database, vault: Vault, keys: KeyStore
) -> None:
    vault.destroy([], [order_name("PM-1"), "comment 4", "comment e-mail 5"])
    migrations.upgrade(old, mover=Mover(vault))
    with old.reading() as session:
        assert session.scalars(select(OrderKey.order_id).order_by(OrderKey.order_id)).all() == [2, 3]
        assert vault.reveal_all(session, 1) == {}
        assert wall.page(session, vault, 1).entries == []
        assert session.get_one(Order, 1).fingerprint == ""
        left = session.execute(select(Comment.id, Comment.sealed, Comment.email_sealed)).all()
        assert [(row.id, bool(row.sealed), bool(row.email_sealed)) for row in left] == [
            (4, False, False), (5, True, False), (9, False, False),
        ]  # fmt: skip


def test_with_another_vault_key_nothing_is_moved_and_nothing_is_lost(old: Database, keys: KeyStore) -> None:
    with pytest.raises(SealBroken):
        migrations.upgrade(old, mover=Mover(Vault(bytes(32), keys)))
    with old.reading() as session:
        assert len(session.execute(text("SELECT wrapped_key FROM order_key")).all()) == 3
    assert keys.all_ids() == []


def test_an_upgrade_without_the_vault_is_refused_before_anything_changes(old: Database) -> None:
    with pytest.raises(migrations.VaultNeeded):
        migrations.upgrade(old)
    with old.reading() as session:
        assert len(session.execute(text("SELECT wrapped_key FROM order_key")).all()) == 3
