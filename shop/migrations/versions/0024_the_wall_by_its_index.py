"""What was offered to the wall is listed from an index alone"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.drop_index("ix_wall_entry_state", "wall_entry")
    op.create_index("ix_wall_entry_listed", "wall_entry", ["state", "offered_at", "order_id", "number"])
