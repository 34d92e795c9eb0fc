"""Sales outside the shop: they take stock, and bring their gift"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.create_table(
        "outside_sale",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("once", sa.String(), nullable=False),
        sa.Column("book", sa.String(length=4), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("piece_name", sa.String(), nullable=False),
        sa.Column("metal_name", sa.String(), nullable=False),
        sa.Column("chain_inches", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("moves_stock", sa.Boolean(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint("book IN ('live', 'test')", name=op.f("ck_outside_sale_book_known")),
        sa.CheckConstraint(
            "(quantity > 0) = (undoes_id IS NULL)", name=op.f("ck_outside_sale_taken_back_is_less")
        ),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_outside_sale_sells_something")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_outside_sale_policy_id")),
        sa.ForeignKeyConstraint(["undoes_id"], ["outside_sale.id"], name=op.f("fk_outside_sale_undoes_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_outside_sale_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_sale")),
        sa.UniqueConstraint("once", name=op.f("uq_outside_sale_once")),
        sa.UniqueConstraint("reference", name=op.f("uq_outside_sale_reference")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_outside_sale_undoes_id")),
    )
