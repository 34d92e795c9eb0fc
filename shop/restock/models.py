"""Who is to be told when a variant can be had again, until they are."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base


class StockRequest(Base):
    """One address that waits for one variant. Once it was written to, nothing of it is left."""

    __tablename__ = "stock_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), index=True)
    key_id: Mapped[str] = mapped_column(String(32), unique=True)
    """Which key in the KeyStore opens the address; its blind index tells whether it waits already."""
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """From when on it may be told; None while the variant is sold out."""
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)
    """SHA-256 of the link that takes it back; None of one from before there were any."""
    receipt_due_at: Mapped[datetime | None]
    """From when on the e-mail with that link may be sent; None once it was."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
