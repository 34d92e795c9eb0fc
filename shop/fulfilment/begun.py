"""That engraving has begun is told once for all that is begun within a while."""

from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from shop import clock
from shop.mail import outbox

EMAIL: Final = "engraving-begun"


def tell(session: Session, order_id: int, *, after: timedelta) -> None:
    """Put its e-mail into the outbox, to go out after a while, unless one waits that will tell of it too."""
    if not outbox.waits(session, order_id, EMAIL):
        key = f"{EMAIL}-{order_id}-{clock.now():%Y%m%d%H%M%S%f}"
        outbox.put(session, kind=EMAIL, order_id=order_id, dedupe_key=key, after=after)
