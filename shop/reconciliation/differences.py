"""Differences as rows: the same one is one row over all runs, until it is gone or somebody explains it.

Nothing is ever explained by itself. One that a run does not find any more is gone, and says so; some need
explaining even then. One that was explained and comes to other amounts is open again.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.orm import table_of
from shop.payments.services import Services
from shop.reconciliation.difference_kinds import LISTED, NEEDS_EXPLAINING, OPEN, DifferenceKind, StepKind
from shop.reconciliation.difference_lists import Known, standing
from shop.reconciliation.models import Difference, DifferenceStep, ReconciliationRun

BY_ITSELF: Final = "reconciliation"
"""Who wrote the steps that no person did."""


class NotOpen(Exception):
    """There is no such difference, or it needs no explaining (any more)."""


@frozen(kw_only=True)
class Found:
    """Something that does not agree, as a check saw it."""

    kind: DifferenceKind
    about: str
    said: str
    """In a sentence, without a word that is private."""
    theirs: int | None = None
    ours: int | None = None
    order: str | None = None


def note(session: Session, run: ReconciliationRun, found: Iterable[Found]) -> None:
    """Write down what a run found: what is new, and what is not as it was. Call it inside the run's batch."""
    for one in found:
        known = _known_as(session, run, one.kind, one.about)
        if known is None:
            step = StepKind.LISTED if one.kind in LISTED else StepKind.FOUND
            _add(session, run, (_new(session, run, one), 0), step, one)
            continue
        known.difference.last_run_id = run.id
        if (next_step := _next_step(known, one)) is not None:
            _add(session, run, (known.difference, known.last.number), next_step, one)


def _new(session: Session, run: ReconciliationRun, found: Found) -> Difference:
    difference = Difference(
        mode=run.mode,
        book=run.book,
        kind=found.kind,
        about=found.about,
        order_reference=found.order,
        first_run_id=run.id,
        last_run_id=run.id,
    )
    session.add(difference)
    session.flush()
    return difference


def note_unseen(session: Session, run: ReconciliationRun) -> None:
    """What was open and was not found by this run, which looked at all of it again, is gone."""
    unseen = session.execute(standing(run).where(Difference.last_run_id < run.id)).all()
    for difference, last in unseen:
        if last.kind not in OPEN or last.kind == StepKind.PAST:
            continue
        step = StepKind.PAST if difference.kind in NEEDS_EXPLAINING else StepKind.GONE
        session.add(_step(difference, last.number + 1, step, run.id, BY_ITSELF, said=last.said))
    session.flush()


def explain(session: Session, services: Services, difference_id: int, *, why: str, actor: str) -> None:
    """Somebody says why it is so. Raises NotOpen when somebody has, or there is no such difference."""
    found = session.get(Difference, difference_id, with_for_update=True)
    if found is None or (found.mode, found.book) != (services.mode, services.book):
        raise NotOpen
    last = _last(session, difference_id)
    if last.kind not in OPEN:
        raise NotOpen
    told = {"said": last.said, "theirs": last.theirs_pence, "ours": last.ours_pence, "why": why}
    session.add(_step(found, last.number + 1, StepKind.EXPLAINED, None, actor, **told))


def settled_as(
    session: Session, whose: ReconciliationRun | Services, about: Sequence[str]
) -> dict[str, tuple[int | None, int | None]]:
    """Of these, what is listed as not ours or was explained: its amounts then, theirs and ours.

    With the same amounts nobody need be asked whose it is again.
    """
    settled = [StepKind.LISTED, StepKind.EXPLAINED]
    query = standing(whose).where(Difference.about.in_(about), DifferenceStep.kind.in_(settled))
    return {
        difference.about: (last.theirs_pence, last.ours_pence) for difference, last in session.execute(query)
    }


def mark_seen(session: Session, run: ReconciliationRun, about: Sequence[str]) -> None:
    """What was explained or listed, and is as it was, was seen by this run too."""
    table = table_of(Difference)
    session.execute(
        update(table)
        .where(table.c.mode == run.mode, table.c.book == run.book, table.c.about.in_(about))
        .where(table.c.last_run_id < run.id)
        .values(last_run_id=run.id)
    )


def _next_step(known: Known, found: Found) -> StepKind | None:
    """What the sight of it adds, if anything."""
    same = (known.last.theirs_pence, known.last.ours_pence) == (found.theirs, found.ours)
    match known.last.kind:
        case StepKind.LISTED:
            return None if same else StepKind.LISTED
        case StepKind.GONE | StepKind.PAST:
            return StepKind.FOUND
    return None if same else StepKind.CHANGED


def _add(
    session: Session, run: ReconciliationRun, known: tuple[Difference, int], kind: StepKind, found: Found
) -> None:
    difference, number = known
    step = _step(
        difference, number + 1, kind, run.id, BY_ITSELF, said=found.said, theirs=found.theirs, ours=found.ours
    )
    session.add(step)
    session.flush()


def _step(
    difference: Difference, number: int, kind: StepKind, run_id: int | None, actor: str, **told: Any
) -> DifferenceStep:
    names = {"theirs": "theirs_pence", "ours": "ours_pence"}
    return DifferenceStep(
        difference_id=difference.id,
        number=number,
        run_id=run_id,
        kind=kind,
        at=clock.now(),
        actor=actor,
        **{names.get(name, name): value for name, value in told.items()},
    )


def _last(session: Session, difference_id: int) -> DifferenceStep:
    query = select(DifferenceStep).where(DifferenceStep.difference_id == difference_id)
    return session.scalars(query.order_by(DifferenceStep.number.desc()).limit(1)).one()


def _known_as(
    session: Session, whose: ReconciliationRun | Services, kind: DifferenceKind, about: str
) -> Known | None:
    query = standing(whose).where(Difference.kind == kind, Difference.about == about)
    row = session.execute(query).one_or_none()
    return Known(row[0], row[1]) if row else None
