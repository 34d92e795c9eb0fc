"""A refund is owed until it is known what became of it; what Stripe made although it said that it failed"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy import RowMapping

from shop.migrations.checks import BEFORE_ALL, only

revision = "0012"
down_revision = "0011"

REASONS = ("owner", "unfillable", "surplus", "unexplained")
STATES = ("owed", "sent", "refused", "sent back", "asked again", "returned elsewhere", "withdrawn")

SQLITE = [
    "DROP TRIGGER refund_request_update_moves_version",
    'CREATE TRIGGER refund_request_update_moves_version AFTER UPDATE OF state, stripe_id, amount_pence ON refund_request FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; END',
    'CREATE TRIGGER stray_session_insert_moves_version AFTER INSERT ON stray_session FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; END',
]

POSTGRESQL = [
    "DROP TRIGGER refund_request_update_moves_version ON refund_request",
    """
CREATE TRIGGER refund_request_update_moves_version AFTER UPDATE OF state, stripe_id, amount_pence ON refund_request FOR EACH ROW EXECUTE FUNCTION refund_request_update_moves_version();
ALTER TABLE refund_request ENABLE ALWAYS TRIGGER refund_request_update_moves_version
    """,
    """
CREATE OR REPLACE FUNCTION stray_session_insert_moves_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; RETURN NULL; END$guard$;
CREATE TRIGGER stray_session_insert_moves_version AFTER INSERT ON stray_session FOR EACH ROW EXECUTE FUNCTION stray_session_insert_moves_version();
ALTER TABLE stray_session ENABLE ALWAYS TRIGGER stray_session_insert_moves_version
    """,
]

UNKNOWN = "not known"
"""Whether a refund that was under way when the shop was brought up to date ever reached Stripe: it bears no mark
there, so nobody can tell but a person who looks."""


def upgrade() -> None:
    op.add_column("checkout_attempt", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "stray_session",
        sa.Column("stripe_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_stray_session_order_id")),
        sa.PrimaryKeyConstraint("stripe_id", name=op.f("pk_stray_session")),
    )
    op.create_index(op.f("ix_stray_session_order_id"), "stray_session", ["order_id"], unique=False)
    moment = sa.DateTime(timezone=True)
    for column in (
        sa.Column("with_postage", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("state", sa.String(), nullable=False, server_default="owed"),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_try_at", moment, nullable=False, server_default=BEFORE_ALL),
        sa.Column("claimed_until", moment, nullable=True),
    ):
        op.add_column("refund_request", column)
    _bring_along()
    only("refund_request", "reason", REASONS)
    only("refund_request", "state", STATES)
    plain = op.get_bind().execution_options(no_parameters=True)
    for statement in SQLITE if plain.dialect.name == "sqlite" else POSTGRESQL:
        plain.exec_driver_sql(statement)


def _bring_along() -> None:
    """Say of each old request what became of it, and to the owner of which nobody can know."""
    connection = op.get_bind()
    requests = sa.table(
        "refund_request",
        *map(
            sa.column,
            ("id", "order_id", "reason", "stripe_id", "refused", "amount_pence", "with_postage", "state"),
        ),
        sa.column("lines", sa.JSON()),
        sa.column("requested_at", sa.DateTime(timezone=True)),
        sa.column("next_try_at", sa.DateTime(timezone=True)),
    )
    rows = connection.execute(sa.select(requests).order_by(requests.c.id)).mappings().all()
    for row in rows:
        later = [other for other in rows if other["id"] > row["id"] and other["order_id"] == row["order_id"]]
        state = _state(row, later)
        unknown = row["stripe_id"] is None and row["refused"] is None
        connection.execute(
            sa.update(requests)
            .where(requests.c.id == row["id"])
            .values(
                reason=row["reason"].partition(",")[0],
                with_postage=_with_postage(row),
                state=state,
                refused=UNKNOWN if unknown else row["refused"],
                next_try_at=row["requested_at"],
            )
        )
        if state in {"refused", "sent back"}:
            _tell(row["order_id"], state, row["amount_pence"], row["requested_at"])


def _with_postage(row: RowMapping) -> bool:
    return bool(row["reason"].endswith("postage"))


def _state(row: RowMapping, later: list[RowMapping]) -> str:
    if row["refused"] is None:
        return "refused" if row["stripe_id"] is None else "sent"
    again = any(
        set(row["lines"]) & set(other["lines"]) or (_with_postage(row) and _with_postage(other))
        for other in later
    )
    if again:
        return "asked again"
    return "refused" if row["stripe_id"] is None else "sent back"


def _tell(order_id: int, state: str, pence: int, at: datetime) -> None:
    """One open alert of a kind about an order is enough."""
    connection = op.get_bind()
    orders = sa.table("order", sa.column("id"), sa.column("reference"))
    alerts = sa.table(
        "alert",
        *map(sa.column, ("kind", "about", "detail", "acknowledged_at")),
        sa.column("raised_at", sa.DateTime(timezone=True)),
    )
    about = connection.execute(sa.select(orders.c.reference).where(orders.c.id == order_id)).scalar_one()
    said = (
        (alerts.c.kind == f"refund {state}") & (alerts.c.about == about) & alerts.c.acknowledged_at.is_(None)
    )
    if connection.execute(sa.select(alerts.c.kind).where(said)).first() is None:
        row = {
            "kind": f"refund {state}",
            "about": about,
            "detail": f"£{pence // 100}.{pence % 100:02}",
            "raised_at": at,
        }
        connection.execute(sa.insert(alerts).values(row))
