"""The charity's keys: named by fingerprint in what both have signed, and told to everybody in the log.

So the owner cannot play the charity: a key that no paper of the charity's names counts for nothing, and one
that the owner slipped in stands in the log for the charity to see.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from shop import clock
from shop.confirmations.models import CharityKey
from shop.giving.models import LedgerTxn, Policy
from shop.giving.policies import SAMPLE_AGREEMENT
from shop.giving.sums import Book
from shop.transparency.announcements import announce

FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
KIND: Final = "charity key"


class NoFingerprint(Exception):
    """What was typed is no fingerprint; the text says what one looks like."""

    def __init__(self) -> None:
        super().__init__("A fingerprint has 64 signs: digits, and letters from a to f. Spaces do not matter.")


class NotBefore(Exception):
    """The paper would be dated before the agreement, or after today."""

    def __init__(self) -> None:
        super().__init__("The day lies between the agreement's signing and today.")


def read_fingerprint(text: str) -> str:
    """A fingerprint as it stands on paper, in groups or not. Raises NoFingerprint."""
    found = "".join(text.lower().replace(":", " ").split())
    if not FINGERPRINT.fullmatch(found):
        raise NoFingerprint
    return found


def grouped(fingerprint: str) -> str:
    """A fingerprint for people and for paper: eight groups of eight."""
    return " ".join(fingerprint[at : at + 8] for at in range(0, 64, 8))


def name_key(session: Session, policy_id: int, fingerprint: str, *, dated: date, by: str, book: Book) -> None:
    """Write down that an agreement names a key, and say so in the log. Naming it twice names it once.

    Raises NotBefore.
    """
    policy = session.get_one(Policy, policy_id, with_for_update=True)
    if not (policy.agreement_signed_on or date.min) <= dated <= clock.today():
        raise NotBefore
    if any(one.fingerprint == fingerprint for one in keys_of(session, policy_id)):
        return
    said = {
        "charity": policy.charity_name,
        "agreement": policy.agreement_reference,
        "fingerprint": fingerprint,
        "dated": dated.isoformat(),
    }
    row = {"policy_id": policy_id, "fingerprint": fingerprint, "dated": dated}
    announced = announce(session, KIND, said, book=book)
    session.add(CharityKey(**row, named_at=clock.now(), named_by=by, announcement_id=announced.id))
    session.flush()


def keys_of(session: Session, policy_id: int) -> Sequence[CharityKey]:
    """The keys that an agreement names."""
    query = select(CharityKey).where(CharityKey.policy_id == policy_id)
    return session.scalars(query.order_by(CharityKey.id)).all()


def named_by(session: Session, charity_name: str) -> set[str]:
    """The fingerprints that any agreement with this charity names."""
    query = select(CharityKey.fingerprint).join(Policy, Policy.id == CharityKey.policy_id)
    return set(session.scalars(query.where(Policy.charity_name == charity_name)))


def agreement_with(session: Session, charity_name: str, book: Book) -> Policy | None:
    """The newest agreement with a charity: a key is named in it. The sample's is for test orders alone."""
    query = select(Policy).where(Policy.charity_name == charity_name).order_by(Policy.id.desc()).limit(1)
    if book == "live":
        query = query.where(Policy.agreement_reference != SAMPLE_AGREEMENT)
    return session.scalars(query).one_or_none()


def forget_of_unused(session: Session, policy_id: int) -> None:
    """Delete the keys of an agreement under which nothing was given; what the log said of them stands."""
    unused = ~exists().where(LedgerTxn.policy_id == CharityKey.policy_id)
    session.execute(delete(CharityKey).where(CharityKey.policy_id == policy_id, unused))
