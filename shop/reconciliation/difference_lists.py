"""Differences as they stand now: which wait for somebody, which are settled, which are only listed."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from shop.frozen import frozen
from shop.payments.services import Services
from shop.reconciliation.difference_kinds import LISTED, OPEN, DifferenceKind, StepKind
from shop.reconciliation.models import Difference, DifferenceStep, ReconciliationRun


@frozen
class Known:
    """A difference and where it stands now: its last step."""

    difference: Difference
    last: DifferenceStep

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody."""
        return self.last.kind in OPEN


def open_differences(session: Session, services: Services) -> Sequence[Known]:
    """Those that wait for somebody, the oldest first."""
    rows = session.execute(standing(services).where(DifferenceStep.kind.in_(OPEN)).order_by(Difference.id))
    return [Known(row[0], row[1]) for row in rows]


def settled_differences(session: Session, services: Services, most: int) -> Sequence[Known]:
    """The latest that were explained or are gone."""
    settled = [StepKind.EXPLAINED, StepKind.GONE]
    query = standing(services).where(DifferenceStep.kind.in_(settled)).order_by(DifferenceStep.id.desc())
    return [Known(row[0], row[1]) for row in session.execute(query.limit(most))]


def one_difference(session: Session, services: Services, difference_id: int) -> Known | None:
    """One of them with its last step."""
    row = session.execute(standing(services).where(Difference.id == difference_id)).one_or_none()
    return Known(row[0], row[1]) if row else None


def steps_of(session: Session, difference_id: int) -> Sequence[DifferenceStep]:
    """All that became of one, the latest first."""
    query = select(DifferenceStep).where(DifferenceStep.difference_id == difference_id)
    return session.scalars(query.order_by(DifferenceStep.number.desc())).all()


def listed_sums(session: Session, services: Services) -> Sequence[tuple[DifferenceKind, int]]:
    """How many things on the account are not ours, by kind."""
    query = select(Difference.kind, func.count()).where(_of(services), Difference.kind.in_(LISTED))
    rows = session.execute(query.group_by(Difference.kind).order_by(Difference.kind))
    return [(DifferenceKind(kind), number) for kind, number in rows]


def _of(whose: ReconciliationRun | Services) -> ColumnElement[bool]:
    return (Difference.mode == whose.mode) & (Difference.book == whose.book)


def standing(whose: ReconciliationRun | Services) -> Select[Difference, DifferenceStep]:
    """Each difference of a book beside its last step."""
    later = aliased(DifferenceStep)
    newest = select(func.max(later.number)).where(later.difference_id == Difference.id).scalar_subquery()
    return (
        select(Difference, DifferenceStep)
        .join(DifferenceStep, DifferenceStep.difference_id == Difference.id)
        .where(_of(whose), DifferenceStep.number == newest)
    )
