"""Which payments the charity is to be asked to confirm: of each it is told once, on the day after."""

from collections.abc import Iterable, Sequence

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from shop import clock
from shop.confirmations.models import ConfirmationRequest, PaymentConfirmation
from shop.giving.models import LedgerTxn
from shop.giving.payments_made import Remittance, remittances
from shop.giving.sums import Book
from shop.giving.transitions import Kind


def waiting(session: Session, book: Book) -> Sequence[Remittance]:
    """Payments that stand, of which nobody was told and that nobody has confirmed, the first made first.

    Of one that was recorded today nothing is said yet: what was typed wrongly is mostly put right at once,
    and the money is under way. Nothing where no real money moves.
    """
    if book != "live" or session.scalar(select(_UNTOLD.exists())) is not True:
        return []
    untold, today = set(session.scalars(_UNTOLD)), clock.begins(clock.today())
    made = (one for one in remittances(session, book) if one.seq in untold and one.booked_at < today)
    return sorted((one for one in made if not (one.undone or one.undoes)), key=lambda one: one.seq)


def note(session: Session, payments: Iterable[int]) -> None:
    """Write down that the charity was told of these."""
    rows = [{"payment_seq": seq, "told_at": clock.now()} for seq in payments]
    if rows:
        session.execute(insert(ConfirmationRequest), rows)


def silence(session: Session) -> None:
    """Let the charity be told of none that is here now: for a copy that was brought back."""
    note(session, session.scalars(_UNTOLD).all())


_UNTOLD = select(LedgerTxn.seq).where(
    LedgerTxn.kind == Kind.REMIT.value,
    ~exists().where(ConfirmationRequest.payment_seq == LedgerTxn.seq),
    ~exists().where(PaymentConfirmation.payment_seq == LedgerTxn.seq),
)
