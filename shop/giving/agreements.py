"""Agreements with charities: written down whole before they can speak, ended once, taken back while unused.

Charities Act 1992, section 59(2): who says that part of a price goes to a charity has a written agreement
with it. SI 1994/3024, regulation 3: what that must say. What was promised on a day is never reworded: another
amount is another agreement.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.giving import documents
from shop.giving.models import Agreement, LedgerTxn, Policy
from shop.giving.policies import SAMPLE_AGREEMENT

CLAUSES: Final = {
    "parties": "The names and addresses of both",
    "signed": "Both have signed it, each with the date",
    "period": "How long it holds",
    "ending": "How either of them can end it before",
    "changing": "How it can be changed",
    "aims": "What it is for, and how that is done",
    "sum": "How what the charity is given is worked out",
    "paid": "How what is given and what it cost is paid, and when",
}
"""What an agreement has to say."""


class BeginsInThePast(Exception):
    """An agreement that would begin before today, or before it was signed."""


class NotAlone(Exception):
    """It overlaps with another agreement, or leaves days between two on which none is in force."""


class CannotEnd(Exception):
    """It has an end that stands, or would end before today, or before it begins."""


class InUse(Exception):
    """Orders were placed under it, so it stays."""


@frozen(kw_only=True)
class NewAgreement:
    """An agreement as it is written down."""

    charity_name: str
    charity_description: str
    charity_number: str | None
    number_looked_up_on: date | None
    charity_url: str
    amount_pence: int
    basis: str
    agreement_reference: str
    agreement_signed_on: date
    starts_on: date
    ends_on: date | None
    pay_within_days: int


@frozen
class Written:
    """A policy, with how it was written down; None for what stood here before that was noted."""

    policy: Policy
    note: Agreement | None
    used: bool
    """Whether anything was given under it."""

    @property
    def sample(self) -> bool:
        """Whether it is the one that says it is none."""
        return self.policy.agreement_reference == SAMPLE_AGREEMENT


def listed(session: Session) -> list[Written]:
    """Every agreement, the last to begin first."""
    return _found(session)


def one(session: Session, policy_id: int) -> Written | None:
    """One of them."""
    return next(iter(_found(session, policy_id)), None)


def enter(session: Session, new: NewAgreement, *, actor: str, not_alone: bool = False) -> Policy:
    """Write an agreement down, of which somebody has seen that it says all CLAUSES.

    Raises BeginsInThePast; NotAlone, with a sentence, unless `not_alone` allows it.
    """
    if new.starts_on < clock.today():
        raise BeginsInThePast("It begins today at the earliest: what the site said before is said.")
    if new.starts_on < new.agreement_signed_on:
        raise BeginsInThePast("It begins on the day it was signed at the earliest.")
    problems = _beside_others(session, new)
    if problems and not not_alone:
        raise NotAlone(" ".join(problems))
    promised = {name: value for name, value in vars(new).items() if name != "number_looked_up_on"}
    policy = Policy(**promised)
    session.add(policy)
    session.flush()
    session.add(
        Agreement(
            policy_id=policy.id,
            entered_at=clock.now(),
            entered_by=actor,
            number_looked_up_on=new.number_looked_up_on,
            clauses=" ".join(CLAUSES),
        )
    )
    session.flush()
    return policy


def end(session: Session, policy_id: int, *, on: date, actor: str, not_alone: bool = False) -> None:
    """Write down the last day of an agreement, once.

    Raises CannotEnd; NotAlone, unless `not_alone` allows it, where another begins later and none is in force
    between the two.
    """
    found = session.get(Policy, policy_id, with_for_update=True, populate_existing=True)
    if found is None or found.ends_on is not None:
        raise CannotEnd("It has an end already, which stands.")
    if on < max(found.starts_on, clock.today()):
        raise CannotEnd("Its last day is today at the earliest: what the site said before is said.")
    if (gap := _gap_after(_signed(session, but=policy_id), on)) and not not_alone:
        raise NotAlone(" ".join(gap))
    found.ends_on = on
    if note := session.get(Agreement, policy_id):
        note.ended_at, note.ended_by = clock.now(), actor
    session.flush()


def take_back(session: Session, policy_id: int) -> None:
    """Remove one that was written down by mistake. Raises InUse once an order was placed under it."""
    try:
        with session.begin_nested():
            documents.forget_of_unused(session, policy_id)
            session.execute(delete(Agreement).where(Agreement.policy_id == policy_id))
            session.execute(delete(Policy).where(Policy.id == policy_id))
    except IntegrityError as used:
        raise InUse from used


def _found(session: Session, policy_id: int | None = None) -> list[Written]:
    query = (
        select(Policy, Agreement, exists().where(LedgerTxn.policy_id == Policy.id))
        .outerjoin(Agreement, Agreement.policy_id == Policy.id)
        .order_by(Policy.starts_on.desc(), Policy.id.desc())
    )
    if policy_id is not None:
        query = query.where(Policy.id == policy_id)
    return [Written(*row) for row in session.execute(query)]


def _beside_others(session: Session, new: NewAgreement) -> list[str]:
    """What is to be known of the days on which another is in force too, or none is."""
    others = _signed(session)
    last = new.ends_on or date.max
    over = [one for one in others if one.starts_on <= last and (one.ends_on or date.max) >= new.starts_on]
    names = ", ".join(str(one.agreement_reference) for one in over)
    said = [f"It overlaps with {names}: of two in force, the one that begins later speaks."] if over else []
    before = [one.ends_on for one in others if one.ends_on and one.ends_on < new.starts_on]
    if before and not _covered(others, new.starts_on - timedelta(days=1)):
        said.append(_nothing_said(max(before), new.starts_on))
    return said + (_gap_after(others, new.ends_on) if new.ends_on else [])


def _signed(session: Session, *, but: int | None = None) -> list[Policy]:
    return [row.policy for row in listed(session) if not row.sample and row.policy.id != but]


def _covered(others: Sequence[Policy], day: date) -> bool:
    return any(one.starts_on <= day <= (one.ends_on or date.max) for one in others)


def _gap_after(others: Sequence[Policy], last: date) -> list[str]:
    """Whether none is in force from the day after on, although one begins later."""
    later = [one.starts_on for one in others if one.starts_on > last]
    if not later or _covered(others, last + timedelta(days=1)):
        return []
    return [_nothing_said(last, min(later))]


def _nothing_said(last: date, first: date) -> str:
    days = f"From {last + timedelta(days=1):%-d %B %Y} to {first - timedelta(days=1):%-d %B %Y}"
    return f"{days} none is in force: the site claims nothing."
