"""What the owner said of the machine"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "bench_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("finest_line_um", sa.Integer(), nullable=False),
        sa.Column("x_height_um", sa.Integer(), nullable=False),
        sa.Column("jig_x_um", sa.Integer(), nullable=False),
        sa.Column("jig_y_um", sa.Integer(), nullable=False),
        sa.Column("jig_angle_hundredths", sa.Integer(), nullable=False),
        sa.Column("guide", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.CheckConstraint("machine <> ''", name=op.f("ck_bench_profile_machine_named")),
        sa.CheckConstraint("finest_line_um > 0", name=op.f("ck_bench_profile_finest_line_positive")),
        sa.CheckConstraint("x_height_um > 0", name=op.f("ck_bench_profile_x_height_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bench_profile")),
    )
