"""A link for whoever ordered by telephone or letter: made, sent, withdrawn, and the stock set aside for it.

The link's code and the token of its basket are sealed under a key of the link's own, which is destroyed with
it: then no copy of the database opens the basket. Functions here never commit. Lock the basket's row first,
then an order's, then the link, then holds and stock.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, field, replace
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock, stock
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.payment_links.models import PaymentLink, Via
from shop.stock.models import HoldLine

LASTS: Final[Mapping[Via, timedelta]] = {Via.TELEPHONE: timedelta(days=3), Via.LETTER: timedelta(days=10)}
"""How long a link can be opened and its pieces are set aside; the post takes some of a letter's time. Each
payment page behind it is open for half an hour, as anybody's (Stripe's own limit is 24 hours)."""

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits nobody confuses when reading them aloud."""
CODE_LETTERS: Final = 16
"""78 bits: nobody guesses one of a few links within days."""
GROUP: Final = 4

SEALED_AS: Final = "payment link"


@frozen
class Secrets:
    """What opens a link's basket, and whom the link is for."""

    token: str = field(repr=False)
    """The basket's, as a visitor's cookie has it."""
    code: str = field(repr=False)
    """What stands in the link's address, and can be read out."""
    email: str = field(default="", repr=False)
    """Empty for whoever has none."""
    name: str = field(default="", repr=False)


class NotOpen(Exception):
    """The link was withdrawn, has run out, or is being changed."""


def begin(session: Session, vault: Vault, via: Via, *, actor: str) -> tuple[PaymentLink, Secrets]:
    """Begin to put an order together."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS))
    found = Secrets(token=secrets.token_urlsafe(32), code=code)
    [(key_id, sealed)] = vault.seal_alone([asdict(found)], SEALED_AS)
    link = PaymentLink(
        key_id=key_id, sealed=sealed, code_hash=_hash(code), via=via, actor=actor, begun_at=clock.now()
    )
    session.add(link)
    session.flush()
    return link, found


def opened(vault: Vault, links: Sequence[PaymentLink]) -> dict[int, Secrets]:
    """What is sealed with links, by id; what was forgotten is absent."""
    said = vault.open_alone([(link.key_id, link.sealed) for link in links if link.sealed], SEALED_AS)
    return {link.id: Secrets(**said[link.key_id]) for link in links if link.key_id in said}


def by_code(session: Session, code: str) -> PaymentLink | None:
    """The link with this code, however it was typed; it may have ended."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return session.scalars(select(PaymentLink).where(PaymentLink.code_hash == _hash(plain))).one_or_none()


def grouped(code: str) -> str:
    """A code as it is written and read out: ABCD-EFGH-JKMN-PQRS."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def lock(session: Session, link_id: int) -> PaymentLink:
    """The link, locked until the transaction ends. Raises NoResultFound."""
    query = select(PaymentLink).where(PaymentLink.id == link_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def is_open(link: PaymentLink) -> bool:
    """Whether it can be paid for now."""
    return link.withdrawn_at is None and link.sent_at is not None and not is_over(link)


def is_over(link: PaymentLink) -> bool:
    """Whether its time has run out."""
    return link.until is not None and link.until <= clock.now()


def send(
    session: Session,
    vault: Vault,
    link: PaymentLink,
    wanted: Mapping[int, int],
    *,
    to: tuple[str, str],
    total_pence: int,
) -> None:
    """Set the pieces aside (by variant id) for the link's whole time, and have it sent to (e-mail, name).

    The link must be locked, and no payment page of its order be open. Sent again, its time begins anew. No
    network's share is counted: the owner asks. Raises NotOpen, or SoldOut; then everything is as it was.
    """
    before = opened(vault, [link]).get(link.id)
    if link.withdrawn_at is not None or before is None:
        raise NotOpen
    lasts = LASTS[Via(link.via)]
    link.hold_id = stock.place_hold(session, wanted, lasts, instead_of=link.hold_id)
    email, name = to
    said = asdict(replace(before, email=email, name=name))
    link.sealed = vault.seal_with_key(link.key_id, said, SEALED_AS) or b""
    link.sent_at = clock.now()
    link.until, link.times, link.total_pence = link.sent_at + lasts, link.times + 1, total_pence
    link.email_due_at, link.email_tries = (link.sent_at if email else None), 0
    link.emailed_at = link.email_refused_at = None


def reopen(link: PaymentLink) -> None:
    """Have the owner change what it is for; nobody pays until it is sent again. Raises NotOpen."""
    if link.withdrawn_at is not None:
        raise NotOpen
    link.sent_at = link.email_due_at = None


def give_up(link: PaymentLink) -> None:
    """Have nobody pay for it any more; twice is fine. What it set aside and sealed is ended by `end`."""
    link.withdrawn_at, link.email_due_at = link.withdrawn_at or clock.now(), None


def end(session: Session, vault: Vault, link: PaymentLink) -> None:
    """Free what is set aside, and forget whom it was for; twice is fine."""
    _free(session, link)
    forget(vault, link)


def forget(vault: Vault, link: PaymentLink) -> None:
    """Forget for good what opens its basket and whom it was for. That it was there stays."""
    if link.sealed:
        vault.destroy([link.key_id], [f"{SEALED_AS} {link.key_id}"])
        link.sealed, link.email_due_at = b"", None


def forget_of(session: Session, vault: Vault, order_id: int) -> None:
    """Forget the same of the link that led to an order."""
    for link in session.scalars(select(PaymentLink).where(PaymentLink.order_id == order_id)):
        forget(vault, link)


def pass_on(session: Session, link_id: int, wanted: Mapping[int, int], lasts: timedelta) -> int:
    """Set aside what its order is made of, in the place of what was set aside for the link: the hold's id.

    Raises NotOpen, or SoldOut; then the link's hold stands.
    """
    link = lock(session, link_id)
    if not is_open(link):
        raise NotOpen
    hold_id = stock.place_hold(session, wanted, lasts, instead_of=link.hold_id)
    link.hold_id = None
    return hold_id


def ordered(session: Session, link_id: int, order_id: int) -> None:
    """Note which order was made from it."""
    lock(session, link_id).order_id = order_id


def give_back(session: Session, order_id: int, order_hold_id: int, *, again: bool) -> None:
    """Release the hold of an order that was not paid for, or of which all went back.

    If it may be paid for `again`, its pieces stay aside for as long as the link lasts that it was made from:
    nobody else comes between, for all of it is one transaction.
    """
    query = select(PaymentLink).where(PaymentLink.order_id == order_id).with_for_update()
    link = session.scalars(query).first() if again else None  # before any stock, as everybody locks it
    stock.release(session, order_hold_id)
    if link is None or link.withdrawn_at or link.until is None or is_over(link) or link.hold_id:
        return
    lines = select(HoldLine.variant_id, HoldLine.quantity).where(HoldLine.hold_id == order_hold_id)
    link.hold_id = stock.place_hold(session, dict(session.execute(lines).all()), link.until - clock.now())


def free_overdue(session: Session) -> int:
    """Free the pieces of links whose time has run out; how many links."""
    overdue = PaymentLink.hold_id.is_not(None) & (PaymentLink.until <= clock.now())
    links = session.scalars(select(PaymentLink).where(overdue).with_for_update(skip_locked=True)).all()
    for link in links:
        _free(session, link)
    return len(links)


def email_again(link: PaymentLink) -> None:
    """Have the link's e-mail sent once more. Raises NotOpen."""
    if not is_open(link):
        raise NotOpen
    link.email_due_at, link.email_tries = clock.now(), 0
    link.emailed_at = link.email_refused_at = None


def of_order(session: Session, order_id: int) -> PaymentLink | None:
    """The link that an order was made from."""
    return session.scalars(select(PaymentLink).where(PaymentLink.order_id == order_id)).first()


def _free(session: Session, link: PaymentLink) -> None:
    if link.hold_id is not None:
        stock.release(session, link.hold_id)
        link.hold_id = None


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
