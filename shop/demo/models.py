"""What marks a database as one of invented orders."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base


class DemoMark(Base):
    """One row where the orders are invented: such a database never takes real money."""

    __tablename__ = "demo_mark"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    filled_at: Mapped[datetime]
