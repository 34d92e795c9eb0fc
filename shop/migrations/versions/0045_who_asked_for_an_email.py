"""An e-mail that was sent again says who asked for it"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.add_column("letter", sa.Column("asked_by", sa.String(), nullable=True))
