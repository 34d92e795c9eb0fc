"""Pictures that know where the words lie; discs with a line along the rim; what was approved, provably

A line's digest now stands for the drawing too and is salted; the old one was of the words alone.
The drawings that stood in for pictures go: the sample collection brings its pictures to a piece that has none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_table("picture")  # it held only addresses of drawings that are no longer there
    op.create_table(
        "picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("metal_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("renditions", sa.JSON(), nullable=True),
        sa.Column("placements", sa.JSON(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('stage', 'photo', 'scale')", name=op.f("ck_picture_role_known")),
        sa.ForeignKeyConstraint(["metal_id"], ["metal.id"], name=op.f("fk_picture_metal_id")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_picture_piece_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("piece_id", "file", name=op.f("uq_picture_piece_id_file")),
    )
    op.add_column("side", sa.Column("rim", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("order_line", sa.Column("proof_digest", sa.String(), nullable=True))
    op.drop_column("order_line", "engraving_digest")
