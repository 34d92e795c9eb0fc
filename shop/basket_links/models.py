"""The links by which a buyer opens a basket of their own somewhere else."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base


class BasketLink(Base):
    """One link to a basket. Whoever has its code opens the basket; this row alone opens nothing."""

    __tablename__ = "basket_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    basket_id: Mapped[int] = mapped_column(ForeignKey("basket.id", ondelete="CASCADE"), unique=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    token_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The basket's token, which only the code opens."""
    code_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The code, which only the basket's token opens: so its own browser shows it again."""
    until: Mapped[datetime] = mapped_column(index=True)
    email_key_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    """Which key in the KeyStore opens `email_sealed`; None when no e-mail is to be sent."""
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_due_at: Mapped[datetime | None] = mapped_column(index=True)
    email_tries: Mapped[int] = mapped_column(default=0)
