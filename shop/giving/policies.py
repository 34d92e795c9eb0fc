"""The promise in force and the words that must stand beside every mention of it.

Charities Act 1992, section 60(3): who says that part of a price goes to a charity says there and then to
which charity and how much. Without a signed agreement in force there is no policy, and the site claims
nothing.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from shop import clock
from shop.giving.guards import POLICY_PROMISE
from shop.giving.models import Policy
from shop.money import pounds

SAMPLE_AGREEMENT: Final = "SAMPLE-NOT-AN-AGREEMENT"
SAMPLE_DAY: Final = date(2000, 1, 1)

_BASES: Final = {
    "unit": ("every piece", "every piece sold", "a piece"),
    "order": ("every order", "every order", "an order"),
}
"""How an amount is reckoned, as each version of the words says it."""
_WORDINGS: Final = {
    1: (
        "We give {amount} of the price of {sold} to {charity}, {description}. It is part of the price:"
        " nothing is added to what you pay. If {one} is refunded, its {amount} is not given."
    ),
    2: "{amount} of the price of {each} goes to {charity}, {description}.",
}
"""By statement_version. What was once shown is never reworded: new words are a new version."""


class NoAgreement(Exception):
    """The policy lacks the reference or the date of a signed agreement, so nothing may be said of it."""

    def __init__(self, policy_id: int) -> None:
        super().__init__(f"Policy {policy_id} has no signed agreement behind it; nothing may be claimed yet.")
        self.policy_id = policy_id


_IN_FORCE: Final = (
    select(Policy)
    .where(
        func.trim(Policy.agreement_reference) != "",
        Policy.agreement_signed_on <= bindparam("day"),
        Policy.starts_on <= bindparam("day"),
        or_(Policy.ends_on.is_(None), Policy.ends_on >= bindparam("day")),
    )
    .order_by(Policy.starts_on.desc(), Policy.id.desc())
    .limit(1)
)
_SIGNED_IN_FORCE: Final = _IN_FORCE.where(Policy.agreement_reference != SAMPLE_AGREEMENT)


def policy_in_force(session: Session, on: datetime, *, samples: bool = True) -> Policy | None:
    """The policy that covers this moment, or None: then no claim may be made anywhere.

    Of several the one that started last. `samples=False` leaves out the sample policy: say so wherever real
    money moves. The days of an agreement are Britain's, from one midnight there to the next.
    """
    query = _IN_FORCE if samples else _SIGNED_IN_FORCE
    return session.scalars(query, {"day": clock.in_britain(on).date()}).one_or_none()


def by_id(session: Session, ids: Collection[int], *, held: bool) -> dict[int, Policy]:
    """Policies by id; one that is in use never changes.

    `held`: as they are now, until this database transaction ends, for then they are used.
    """
    found = session.scalars(_HELD if held else _BY_ID, {"ids": list(ids)})
    return {policy.id: policy for policy in found}


_BY_ID: Final = select(Policy).where(Policy.id.in_(bindparam("ids", expanding=True)))
_HELD: Final = _BY_ID.with_for_update(read=True).execution_options(populate_existing=True)


def statement(policy: Policy) -> str:
    """The sentence to show beside every mention: charity, amount and basis, all from the policy's row.

    Raises NoAgreement when there is no signed agreement.
    """
    if not (policy.agreement_reference or "").strip() or policy.agreement_signed_on is None:
        raise NoAgreement(policy.id)
    return _worded(policy, policy.statement_version)


def wordings(policy: Policy) -> Collection[str]:
    """What any version of the words ever made of a policy."""
    return [_worded(policy, version) for version in _WORDINGS]


def _worded(policy: Policy, version: int) -> str:
    each, sold, one = _BASES[policy.basis]
    number = f" (registered charity {policy.charity_number})" if policy.charity_number else ""
    return _WORDINGS[version].format(
        amount=pounds(policy.amount_pence),
        each=each,
        sold=sold,
        one=one,
        charity=policy.charity_name + number,
        description=policy.charity_description,
    )


def digest(policy: Policy) -> str:
    """SHA-256 (hex) of everything the policy promises; its end is left out, for it is written later."""
    promise = {column: getattr(policy, column) for column in POLICY_PROMISE}
    text = json.dumps(promise, default=str, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


_SAMPLE: Final[Mapping[str, Any]] = {
    "charity_name": "PANDAS Foundation UK",
    "charity_description": "a perinatal mental-health charity",
    "charity_number": None,  # not verified: to be read from the register, never from memory
    "charity_url": "https://pandasfoundation.org.uk/",
    "amount_pence": 500,
    "basis": "unit",
    "agreement_reference": SAMPLE_AGREEMENT,
    "agreement_signed_on": SAMPLE_DAY,
    "starts_on": SAMPLE_DAY,
}


def load_sample_policy(session: Session) -> Policy:
    """The sample promise, £5 a piece, under an agreement that says it is none. Loading twice loads once."""
    query = select(Policy).where(Policy.agreement_reference == SAMPLE_AGREEMENT).order_by(Policy.id).limit(1)
    if policy := session.scalars(query).one_or_none():
        return policy
    policy = Policy(**_SAMPLE)
    session.add(policy)
    session.flush()
    return policy
