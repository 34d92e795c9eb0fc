"""Whoever waits for a variant is told once that it can be had again, and then forgotten.

An address is sealed under a key of its own, which goes with it: no copy of the database opens it afterwards.
A variant counts as back once it could be had for SETTLED without a break that a round of the worker saw, so
that a payment page which closes while another opens writes to nobody. All who wait are told, in the order in
which they asked, for as long as some are left; nothing is set aside for them. Functions here never commit.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from shop import clock, retention
from shop.dedications.sealing import SealBroken
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.restock.models import StockRequest
from shop.sql import has_come, one_at_a_time

SETTLED: Final = timedelta(minutes=10)
"""How long a variant must have been free before anybody is written to."""
LEASE: Final = timedelta(hours=1)
"""How long one worker may take over one e-mail; then, as when it could not be sent, it is tried again."""
KEPT: Final = retention.lasts(retention.STOCK_REQUEST)
SEALED_AS: Final = "stock request"
TURN: Final = "back in stock"


@frozen
class Claimed:
    """Somebody whom this worker may write to until its lease ends."""

    id: int
    variant_id: int
    email: str = field(repr=False)
    message_id: str
    """The same at each try."""
    tries: int
    token: str = field(default="", repr=False)
    """Of the link that takes it back, where the e-mail has it."""


def ask(session: Session, vault: Vault, variant_id: int, email: str) -> None:
    """Have this address told when the variant can be had again; asked twice, once."""
    one_at_a_time(session, TURN)
    key, _ = vault.new_key(f"{variant_id} {email}")
    same = vault.keys.indexed(key.contact_index or "")
    if session.scalars(select(StockRequest.id).where(StockRequest.key_id.in_(same))).first() is not None:
        return
    vault.keys.add([key])
    sealed = vault.seal_with_key(key.id, {"variant": variant_id, "email": email}, SEALED_AS)
    now, link = clock.now(), _hashed(token_of(vault, key.id))
    row = StockRequest(variant_id=variant_id, key_id=key.id, sealed=sealed, asked_at=now)
    row.link_hash, row.receipt_due_at = link, now
    session.add(row)


def how_many(session: Session) -> dict[int, int]:
    """How many wait, by variant id; a variant that nobody waits for is absent."""
    counted = select(StockRequest.variant_id, func.count()).group_by(StockRequest.variant_id)
    return dict(session.execute(counted).all())


def anybody(session: Session) -> bool:
    """Whether anybody waits."""
    return session.scalars(select(StockRequest.id).limit(1)).first() is not None


def note_free(session: Session, free: Collection[int]) -> None:
    """Write down which variants can be had now: who waits for them is due soon, and nobody else."""
    one_at_a_time(session, TURN)
    back, waits = StockRequest.variant_id.in_(free), StockRequest.due_at.is_(None)
    for which, due in (((back, waits), clock.now() + SETTLED), ((~back, ~waits), None)):
        session.execute(
            update(StockRequest).where(*which).values(due_at=due).execution_options(synchronize_session=False)
        )


def claim(session: Session, vault: Vault) -> Claimed | None:
    """Take whoever asked first of those who are due; None when nobody is."""
    if (found := _first(session, vault, StockRequest.due_at)) is None:
        return None
    row, email = found
    row.due_at = clock.now() + LEASE
    return _claimed(row, email, "back")


def claim_receipt(session: Session, vault: Vault) -> Claimed | None:
    """Take whoever is to be told first that it was asked, and how it is taken back; None when nobody is."""
    if (found := _first(session, vault, StockRequest.receipt_due_at)) is None:
        return None
    row, email = found
    row.receipt_due_at = clock.now() + LEASE
    return _claimed(row, email, "receipt", token=token_of(vault, row.key_id))


def receipt_sent(session: Session, request_id: int) -> None:
    """Note that its receipt went out."""
    row = session.get(StockRequest, request_id)
    if row is not None:
        row.receipt_due_at, row.tries = None, 0


def drop_unsent(session: Session) -> None:
    """Have no receipt sent that waited in a copy that was brought back: it may have gone since."""
    waits = update(StockRequest).where(StockRequest.receipt_due_at.is_not(None)).values(receipt_due_at=None)
    session.execute(waits.execution_options(synchronize_session=False))


def asked_by(session: Session, token: str) -> StockRequest | None:
    """What this link takes back; None when it was taken back, or its address was written to and erased."""
    query = select(StockRequest).where(StockRequest.link_hash == _hashed(token))
    return session.scalars(query.with_for_update()).one_or_none()


def take_back(session: Session, vault: Vault, token: str) -> None:
    """Forget the address at once; twice is fine."""
    row = asked_by(session, token)
    _forget(session, vault, [row] if row else [])


def _first(
    session: Session, vault: Vault, at: InstrumentedAttribute[datetime | None]
) -> tuple[StockRequest, str] | None:
    """Whoever asked first of those for whom that time has come, with the address."""
    query = select(StockRequest).where(has_come(at, clock.now(), LEASE)).order_by(StockRequest.id).limit(1)
    while (row := session.scalars(query.with_for_update(skip_locked=True)).one_or_none()) is not None:
        said = vault.open_alone([(row.key_id, row.sealed)], SEALED_AS).get(row.key_id)
        if said is not None:
            if said["variant"] != row.variant_id:
                raise SealBroken
            return row, str(said["email"])
        session.delete(row)  # forgotten by somebody who was killed before this
        session.flush()
    return None


def forget(session: Session, vault: Vault, request_id: int) -> None:
    """Forget an address that was written to, or that takes no e-mail; twice is fine."""
    _forget(session, vault, session.scalars(select(StockRequest).where(StockRequest.id == request_id)).all())


def forget_old(session: Session, vault: Vault) -> int:
    """Forget those who have waited for as long as the privacy page says; how many."""
    old = select(StockRequest).where(StockRequest.asked_at < clock.now() - KEPT)
    return _forget(session, vault, session.scalars(old.with_for_update(skip_locked=True)).all())


def forget_gone(session: Session, vault: Vault, gone: Collection[str]) -> int:
    """Forget again what the list (digests of names) says is gone and this database still has; how many."""
    rows = session.scalars(select(StockRequest).order_by(StockRequest.id)).all()
    return _forget(session, vault, [row for row in rows if vault.digest(_name(row)) in gone])


def _forget(session: Session, vault: Vault, rows: Sequence[StockRequest]) -> int:
    if rows:
        vault.destroy([row.key_id for row in rows], [_name(row) for row in rows])
    for row in rows:
        session.delete(row)
    return len(rows)


def _claimed(row: StockRequest, email: str, which: str, token: str = "") -> Claimed:
    row.tries += 1
    name = _hashed(f"{which} {row.key_id}")[:32]
    return Claimed(row.id, row.variant_id, email, f"<{name}@in-remembrance.invalid>", row.tries, token)


def token_of(vault: Vault, key_id: str) -> str:
    """What the link is made of: made again for the e-mail, and kept nowhere."""
    return vault.digest(f"link of stock request {key_id}")[:32]


def _hashed(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()


def _name(row: StockRequest) -> str:
    """What it is called on the list of what is gone."""
    return f"stock request {row.key_id}"
