"""Units at the bench: where each stands, the steps that brought it there, and the parcels"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

STAGES = (
    "to check", "checked", "engraving", "engraved", "inspected", "packed", "posted", "delivered", "refunded",
)  # fmt: skip
ACTIONS = (
    "checked", "engraving begun", "engraved", "inspected", "packed", "posted", "delivered", "put on hold",
    "off hold", "to be made again", "refunded", "refund came back", "undone",
)  # fmt: skip
HOLDS = ("a question to the buyer", "waiting for material", "something about the payment")
REMAKES = (
    "a slip while engraving", "a fault in the piece", "other words", "lost or damaged on the way",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "parcel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("tracking", sa.String(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_parcel_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
    )
    op.create_index(op.f("ix_parcel_order_id"), "parcel", ["order_id"])
    op.create_table(
        "unit",
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("held", sa.String(), nullable=True),
        sa.Column("making", sa.Integer(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        _one_of("unit", "stage", STAGES),
        _one_of("unit", "held", HOLDS),
        sa.CheckConstraint("making >= 1", name=op.f("ck_unit_made_once_or_more")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_unit_order_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_unit_order_id")),
        sa.PrimaryKeyConstraint("order_line_id", name=op.f("pk_unit")),
    )
    op.create_index(op.f("ix_unit_order_id"), "unit", ["order_id"])
    op.create_index("ix_unit_stage", "unit", ["stage", "paid_at", "order_line_id"])
    op.create_table(
        "unit_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("came_from", sa.String(), nullable=False),
        sa.Column("came_to", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("parcel_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        _one_of("unit_step", "action", ACTIONS),
        _one_of("unit_step", "came_from", STAGES),
        _one_of("unit_step", "came_to", STAGES),
        _one_of("unit_step", "reason", (*HOLDS, *REMAKES)),
        sa.ForeignKeyConstraint(
            ["order_line_id"], ["order_line.id"], name=op.f("fk_unit_step_order_line_id")
        ),
        sa.ForeignKeyConstraint(["undoes_id"], ["unit_step.id"], name=op.f("fk_unit_step_undoes_id")),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"], name=op.f("fk_unit_step_parcel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_step")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_unit_step_undoes_id")),
    )
    op.create_index(op.f("ix_unit_step_order_line_id"), "unit_step", ["order_line_id"])
    op.create_index("ix_unit_step_at", "unit_step", ["at"])
    op.execute(
        """
        INSERT INTO unit (order_line_id, order_id, stage, held, making, paid_at)
        SELECT line.id, line.order_id,
               CASE WHEN o.state IN ('refunded', 'dispute lost') THEN 'refunded' ELSE 'to check' END,
               NULL, 1, MIN(paid.event_at)
        FROM order_line AS line
        JOIN "order" AS o ON o.id = line.order_id
        JOIN order_event AS paid ON paid.order_id = o.id AND paid.kind IN ('paid', 'accepted as paid')
        WHERE o.state IN ('paid', 'part refunded', 'disputed', 'refunded', 'dispute lost')
        GROUP BY line.id, line.order_id, o.state
        """
    )
    connection = op.get_bind()
    asked = connection.execute(
        sa.text("SELECT order_id, lines FROM refund_request WHERE state IN ('sent', 'returned elsewhere')")
    ).all()
    for order_id, lines in asked:
        for number in json.loads(lines) if isinstance(lines, str) else lines:
            connection.execute(
                sa.text(
                    "UPDATE unit SET stage = 'refunded' WHERE order_line_id = "
                    "(SELECT id FROM order_line WHERE order_id = :order AND number = :number)"
                ),
                {"order": order_id, "number": number},
            )


def _one_of(table: str, column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    known = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({known})", name=op.f(f"ck_{table}_{column}_known"))
