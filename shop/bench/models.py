"""What the owner said of the machine, and when: the newest row holds, and no row ever changes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base


class BenchProfile(Base):
    """A machine, what it can cut, and where it finds a piece; in micrometres and hundredths of a degree."""

    __tablename__ = "bench_profile"
    __table_args__ = (
        CheckConstraint("machine <> ''", name="machine_named"),
        CheckConstraint("finest_line_um > 0", name="finest_line_positive"),
        CheckConstraint("x_height_um > 0", name="x_height_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    machine: Mapped[str]
    """A slug of engraving.MACHINES; one that a later release no longer knows is still a machine."""
    finest_line_um: Mapped[int]
    x_height_um: Mapped[int]
    jig_x_um: Mapped[int]
    jig_y_um: Mapped[int]
    jig_angle_hundredths: Mapped[int]
    guide: Mapped[bool]
    look_first: Mapped[bool] = mapped_column(server_default=false())
    """Whether nothing engraved is posted before it was looked at once more (see `finished_looks`)."""
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]
