"""Claims about what was posted, their steps and pictures; what making a unit again cost"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

WISHES = ("mend it", "make it again", "give the money back")
STATES = ("waits for us", "waits for the buyer", "closed")
STEPS = ("opened", "written", "answered", "closed")
OUTCOMES = ("mended", "made again", "refunded", "left as it is")
COST = "ck_unit_step_cost_not_negative"


def upgrade() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        _one_of("claim", "wish", WISHES),
        _one_of("claim", "state", STATES),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_claim_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_claim_order_id_number")),
    )
    op.create_index(op.f("ix_claim_state"), "claim", ["state"])
    op.create_table(
        "claim_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        _one_of("claim_step", "kind", STEPS),
        _one_of("claim_step", "outcome", OUTCOMES),
        sa.CheckConstraint(
            "(outcome IS NOT NULL) = (kind = 'closed')", name=op.f("ck_claim_step_closed_with_an_outcome")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_step_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_step")),
    )
    op.create_index(op.f("ix_claim_step_claim_id"), "claim_step", ["claim_id"])
    op.create_table(
        "claim_picture",
        sa.Column("step_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["step_id"], ["claim_step.id"], name=op.f("fk_claim_picture_step_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_claim_picture_order_id")),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_claim_picture")),
    )
    op.create_index(op.f("ix_claim_picture_order_id"), "claim_picture", ["order_id"])
    op.execute(
        f"ALTER TABLE unit_step ADD COLUMN cost_pence INTEGER CONSTRAINT {COST} CHECK (cost_pence >= 0)"
    )


def _one_of(table: str, column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    known = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({known})", name=op.f(f"ck_{table}_{column}_known"))
