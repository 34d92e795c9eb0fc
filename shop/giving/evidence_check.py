"""Whether what the evidence rests on beside the ledger is as it was kept: files, and what the site said."""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.giving.damaged_moments import DAMAGED
from shop.giving.models import Agreement, GivingDocument, Policy, ShownStatement
from shop.giving.policies import wordings


def problems(session: Session) -> Iterator[str]:
    """A sentence for each row that is not what was written.

    A file that was changed together with its hash passes: what was sent to others holds against that.
    """
    yield from _documents(session)
    yield from _shown(session)


def _documents(session: Session) -> Iterator[str]:
    """One file in memory at a time."""
    row = GivingDocument
    query = select(row.id, row.size, row.sha256, row.content).where(row.content.is_not(None)).order_by(row.id)
    found: Any
    for found in session.execute(query.execution_options(yield_per=1)):
        try:
            same = (len(found.content), hashlib.sha256(found.content).hexdigest()) == (
                found.size,
                found.sha256,
            )
        except DAMAGED:
            same = False
        if not same:
            yield f"document {found.id} is not the file that was added"


def _shown(session: Session) -> Iterator[str]:
    """What the site said is what an agreement in force then has it say; nothing where there was none.

    One that nobody bought anything under may have been taken back since, and another have its number.
    """
    query = (
        select(ShownStatement, Policy, Agreement.entered_at)
        .outerjoin(Policy, Policy.id == ShownStatement.policy_id)
        .outerjoin(Agreement, Agreement.policy_id == Policy.id)
        .order_by(ShownStatement.id)
    )
    shown: ShownStatement
    policy: Any
    entered_at: Any
    for shown, policy, entered_at in session.execute(query.execution_options(populate_existing=True)):
        taken_back = policy is None or (entered_at and entered_at > shown.since)
        if shown.policy_id is None or taken_back:
            so = (shown.text == "") is (shown.policy_id is None)
        else:
            so = _had_it_say(policy, shown)
        if not so:
            yield f"what the site said since {shown.since:%Y-%m-%d} is not what its agreement has it say"


def _had_it_say(policy: Policy, shown: ShownStatement) -> bool:
    day = clock.in_britain(shown.since).date()
    try:
        in_force = policy.starts_on <= day and (policy.ends_on is None or day <= policy.ends_on)
        return in_force and shown.text in wordings(policy)
    except DAMAGED:
        return False
