"""Orders, their history and the money that moved hold only the states and kinds that the shop knows"""

import json

import sqlalchemy as sa
from alembic import op

from shop.migrations.checks import only

revision = "0017"
down_revision = "0016"

STATES = (
    "awaiting payment", "processing", "paid", "part refunded", "refunded", "expired", "failed", "review", "disputed",
    "dispute lost",
)  # fmt: skip
EVENTS = (
    "placed", "payment opened again", "payment page refused", "amount differs", "accepted as paid",
    "sold out while paying", "paid twice", "refund asked", "refund asked again", "refund refused", "refund failed",
    "refund not needed", "refund withdrawn", "returned by other means", "put on the wall", "left off the wall",
    "taken off the wall", "erased", "something else", *STATES,
)  # fmt: skip
ENTRIES = (
    "payment", "unexplained", "surplus", "refund", "refund failed", "dispute withdrawn", "dispute reinstated",
)  # fmt: skip

MOVES_VERSION = 'CREATE TRIGGER order_update_moves_version AFTER UPDATE OF state, hold_id ON "order" FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.id; END'


def upgrade() -> None:
    """Ledger rows are never changed: those from before say `payment` for their cause, and `stripe` for who,
    whatever it was; and a dispute that was lost bears the date on which it was opened. The history of the
    order, and the payment's page at Stripe, say what is true of them.
    """
    plain = op.get_bind().execution_options(no_parameters=True)
    sqlite = plain.dialect.name == "sqlite"
    _keep_unknown_events()
    if sqlite:
        plain.exec_driver_sql("DROP TRIGGER order_update_moves_version")
        op.drop_index(op.f("ix_order_state"), "order")
    only("order", "state", STATES)
    if sqlite:
        op.create_index(op.f("ix_order_state"), "order", ["state"], unique=False)
        plain.exec_driver_sql(MOVES_VERSION)
    only("order_event", "kind", EVENTS)
    only("payment_entry", "kind", ENTRIES)


def _keep_unknown_events() -> None:
    """What an older release called by a name that is known no more keeps that name in its data."""
    events = sa.table("order_event", sa.column("id"), sa.column("kind"), sa.column("data", sa.JSON()))
    connection = op.get_bind()
    for row in connection.execute(sa.select(events).where(events.c.kind.not_in(EVENTS))).all():
        data = {**(json.loads(row.data) if isinstance(row.data, str) else row.data), "was": row.kind}
        connection.execute(
            sa.update(events).where(events.c.id == row.id).values(kind="something else", data=data)
        )
