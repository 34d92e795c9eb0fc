"""A dearer metal or chain length is paid by a supplement; a refund may be of several payments"""

import sqlalchemy as sa
from alembic import op

from shop.migrations.checks import widen

revision = "0055"
down_revision = "0054"

EVENTS = (
    "placed", "payment opened again", "payment page refused", "amount differs", "accepted as paid",
    "sold out while paying", "paid twice", "refund asked", "refund asked again", "refund refused",
    "refund failed", "refund not needed", "refund withdrawn", "returned by other means", "put on the wall",
    "left off the wall", "taken off the wall", "metal or chain changed", "supplement asked",
    "supplement paid", "supplement goes back", "supplement not paid", "erased", "something else",
    "awaiting payment", "processing", "paid", "part refunded", "refunded", "expired", "failed", "review",
    "disputed", "dispute lost",
)  # fmt: skip
ENTRIES = (
    "payment", "unexplained", "surplus", "supplement", "refund", "refund failed", "dispute withdrawn",
    "dispute reinstated",
)  # fmt: skip
REASONS = ("owner", "unfillable", "surplus", "unexplained", "exchange", "change not made")
MOVES = 'UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id'


def upgrade() -> None:
    widen("order_event", "kind", EVENTS)
    widen("payment_entry", "kind", ENTRIES)
    widen("refund_request", "reason", REASONS)
    op.add_column("refund_request", sa.Column("joined", sa.String(), nullable=True))
    op.add_column("refund_request", sa.Column("joined_pence", sa.Integer(), nullable=True))
    _supplement()
    for event in ("INSERT", "UPDATE"):
        for statement in _moves_version(f"supplement_{event.lower()}_moves_version", event):
            op.execute(statement)


def _supplement() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "supplement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("from_variant_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("metal_slug", sa.String(), nullable=False),
        sa.Column("metal_name", sa.String(), nullable=False),
        sa.Column("chain_inches", sa.Integer(), nullable=False),
        sa.Column("price_pence", sa.Integer(), nullable=False),
        sa.Column("expected_pence", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("stripe_id", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("left_by", sa.String(), nullable=True),
        sa.Column("paying_at", moment, nullable=True),
        sa.Column("why_returned", sa.String(), nullable=True),
        sa.Column("settled_at", moment, nullable=True),
        sa.CheckConstraint("expected_pence > 0", name=op.f("ck_supplement_costs_more")),
        sa.CheckConstraint(
            "(state = 'asked') = (settled_at IS NULL)", name=op.f("ck_supplement_settled_when_not_asked")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'paid', 'returned', 'ended')", name=op.f("ck_supplement_state_known")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_supplement_order_id")),
        sa.ForeignKeyConstraint(
            ["from_variant_id"], ["variant.id"], name=op.f("fk_supplement_from_variant_id")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_supplement_variant_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_supplement_hold_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement")),
        sa.UniqueConstraint("key", name=op.f("uq_supplement_key")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_supplement_stripe_id")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_supplement_hold_id")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_supplement_order_id_number")),
    )
    op.create_index(op.f("ix_supplement_order_id"), "supplement", ["order_id"])
    op.execute("CREATE UNIQUE INDEX ix_supplement_asked ON supplement (order_id) WHERE state = 'asked'")


def _moves_version(name: str, event: str) -> list[str]:
    made = f"CREATE TRIGGER {name} AFTER {event} ON supplement FOR EACH ROW"
    if op.get_bind().dialect.name == "sqlite":
        return [f"{made} BEGIN {MOVES}; END"]
    function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
    body = f"AS $guard$BEGIN {MOVES}; RETURN NULL; END$guard$"
    return [
        f"{function} SET search_path = public, pg_temp {body}",
        f"{made} EXECUTE FUNCTION {name}()",
        f"ALTER TABLE supplement ENABLE ALWAYS TRIGGER {name}",
    ]
