"""Parcels are found by their tracking number"""

from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.create_index(op.f("ix_parcel_tracking"), "parcel", ["tracking"])
