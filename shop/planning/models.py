"""What the owner said of a week's work, and of days away. Rows are only added, or ended."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, one_of
from shop.planning.bank_holidays import Nation


class WorkWeek(Base):
    """A week at the bench; the newest row holds."""

    __tablename__ = "work_week"
    __table_args__ = (
        CheckConstraint("pace > 0", name="something_is_done"),
        CheckConstraint("weekdays <> ''", name="some_day_is_worked"),
        one_of("nation", Nation),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pace: Mapped[int]
    """Engraved units a day."""
    weekdays: Mapped[str]
    """A digit for each day of work; Monday is 0."""
    last_post: Mapped[str]
    """HH:MM, in British time."""
    nation: Mapped[str]
    """A Nation."""
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]


class ClosedDays(Base):
    """Days on which nobody works, from the first to the last."""

    __tablename__ = "closed_days"
    __table_args__ = (CheckConstraint("first <= last", name="in_their_order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[date]
    last: Mapped[date]
    written_at: Mapped[datetime]
    written_by: Mapped[str]
    opened_at: Mapped[datetime | None]
    """When it was said that they are worked after all."""
    opened_by: Mapped[str | None]
