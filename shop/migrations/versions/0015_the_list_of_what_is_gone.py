"""The database keeps the list of what is gone too, so that a key store that was lost has it again"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "gone_name",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_gone_name")),
    )
    op.execute("UPDATE gone_mark SET seq = 0")  # so that it is told all of the list once more
