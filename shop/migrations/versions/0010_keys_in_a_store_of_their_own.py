"""Keys of sealed words move to a store of their own; what is on the wall is sealed; fingerprints are keyed

Words of an order that is on the list of what is gone are dropped on the way: a copy from before this may be
brought back long after it.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

from shop.migrations import VaultNeeded

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    connection = op.get_bind()
    keys = connection.execute(
        sa.text(
            "SELECT k.order_id, o.reference, k.nonce, k.wrapped_key, k.contact_index, o.fingerprint"
            ' FROM order_key k JOIN "order" o ON o.id = k.order_id'
        )
    ).all()
    words = (
        connection.execute(sa.text("SELECT order_id, label, nonce, ciphertext FROM sealed_text"))
        .mappings()
        .all()
    )
    wall = connection.execute(
        sa.text("SELECT order_id, number, state, offered_at, shown_at, words, name FROM wall_entry").columns(
            offered_at=sa.DateTime(timezone=True), shown_at=sa.DateTime(timezone=True)
        )
    ).all()
    for table in ("sealed_text", "order_key", "wall_entry"):
        op.drop_table(table)
    _create()
    if keys or wall:
        _move(connection, keys, words, wall)


def _create() -> None:
    op.create_table(
        "order_key",
        sa.Column("order_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_key_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_order_key_key_id")),
    )
    op.create_table(
        "sealed_text",
        sa.Column("order_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order_key.order_id"], name=op.f("fk_sealed_text_order_id")),
        sa.PrimaryKeyConstraint("order_id", "label", name=op.f("pk_sealed_text")),
    )
    op.create_table(
        "wall_entry",
        sa.Column("order_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key_id", sa.String(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'shown', 'left out', 'withdrawn')", name=op.f("ck_wall_entry_state_known")
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn' AND key_id IS NULL AND sealed IS NULL)"
            " OR (state <> 'withdrawn' AND key_id IS NOT NULL AND sealed IS NOT NULL)",
            name=op.f("ck_wall_entry_nothing_left_once_withdrawn"),
        ),
        sa.CheckConstraint(
            "(state = 'shown') = (shown_at IS NOT NULL)", name=op.f("ck_wall_entry_shown_at_while_shown")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_wall_entry_order_id")),
        sa.PrimaryKeyConstraint("order_id", "number", name=op.f("pk_wall_entry")),
        sa.UniqueConstraint("key_id", name=op.f("uq_wall_entry_key_id")),
    )
    op.create_index(op.f("ix_wall_entry_state"), "wall_entry", ["state"], unique=False)
    op.create_index(op.f("ix_wall_entry_shown_at"), "wall_entry", ["shown_at"], unique=False)
    op.create_table(
        "gone_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_gone_mark_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gone_mark")),
    )
    op.execute("INSERT INTO gone_mark (id, seq) VALUES (1, 0)")


def _move(connection: sa.Connection, keys: Any, words: Any, wall: Any) -> None:
    mover = context.config.attributes["mover"]
    if mover is None:
        raise VaultNeeded
    adopted = mover.adopt(keys)
    for order_id, new in adopted.items():
        connection.execute(
            sa.text("INSERT INTO order_key (order_id, key_id) VALUES (:id, :key)"),
            {"id": order_id, "key": new.key_id},
        )
    for row in words:
        if row["order_id"] in adopted:
            connection.execute(
                sa.text("INSERT INTO sealed_text VALUES (:order_id, :label, :nonce, :ciphertext)"), dict(row)
            )
    for row in keys:
        new = adopted.get(row.order_id)
        connection.execute(
            sa.text('UPDATE "order" SET fingerprint = :to WHERE id = :id'),
            {"to": new.fingerprint if new else "", "id": row.order_id},
        )
    shared = sa.table(
        "wall_entry",
        *(sa.column(name) for name in ("order_id", "number", "state", "key_id", "sealed")),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("offered_at", "shown_at")),
    )
    for row, key_id, sealed in mover.seal_wall(connection, wall, set(adopted)):
        connection.execute(
            sa.insert(shared).values(
                order_id=row.order_id,
                number=row.number,
                offered_at=row.offered_at,
                key_id=key_id,
                sealed=sealed,
                state=row.state if key_id else "withdrawn",
                shown_at=row.shown_at if key_id else None,
            )
        )
