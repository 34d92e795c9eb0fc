"""Runs as rows: begun once however often it is asked for, written batch by batch, ended with a result."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, open_alerts, raise_alert, withdraw_alert
from shop.frozen import frozen
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.services import Services
from shop.reconciliation import differences
from shop.reconciliation.difference_kinds import DifferenceKind, RunResult, RunStage, StepKind
from shop.reconciliation.difference_lists import open_differences
from shop.reconciliation.differences import Found
from shop.reconciliation.ledger_checks import changed_since, marks_now
from shop.reconciliation.models import Difference, DifferenceStep, ReconciliationRun
from shop.sql import one_at_a_time

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
ABOUT: Final = "reconciliation"
TOLD_OTHERWISE: Final = frozenset({DifferenceKind.REFUND_OWED})
"""Kinds that have alerts of their own."""


@frozen(kw_only=True)
class Batch:
    """What one batch of a run came to."""

    found: Sequence[Found] = ()
    as_before: Sequence[str] = ()
    """What differs as it did when it was listed or explained."""
    after: str | None = None
    """How far the stage has come; None when it is over."""
    compared: int = 0
    looked: int = 0
    missed: int = 0
    waiting: int = 0
    rest_to: int | None = None


@frozen
class RunWork:
    """The run that is under way, with the one it goes on from."""

    run: ReconciliationRun
    before: ReconciliationRun | None = field(default=None)

    @property
    def all_of_it(self) -> bool:
        """Whether everything here is compared, whatever a run before has compared."""
        return self.run.since is None or self.before is None

    @property
    def posted_since(self) -> int | None:
        """The row of the ledger after which rows are held against what happened; None in the first run.

        What stood there before reconciliation was kept may be of a release that wrote otherwise.
        """
        if self.before is None:
            return None
        return 0 if self.all_of_it else self.before.ledger_seq


def begin(services: Services, *, by: str, whole: bool = False) -> int:
    """Begin a run, unless one is under way. Give the id of the one that is."""
    with services.database.transaction() as session:
        one_at_a_time(session, f"reconciliation:{services.mode}:{services.book}")
        under_way = session.scalars(_under_way(services)).one_or_none()
        if under_way is not None:
            under_way.next_try_at = min(under_way.next_try_at, clock.now())
            return under_way.id
        return _new_run(session, services, by=by, whole=whole)


def _new_run(session: Session, services: Services, *, by: str, whole: bool) -> int:
    before = last_ended(session, services)
    changed = changed_since(session, before) if before else []
    run = ReconciliationRun(
        mode=services.mode,
        book=services.book,
        begun_at=(now := clock.now()),
        begun_by=by,
        whole=whole or before is None,
        since=before.begun_at if before and not whole and not changed else None,
        stage=RunStage.READING,
        rest_to=before.rest_to if before else 0,
        next_try_at=now,
        **asdict(marks_now(session)),
    )
    session.add(run)
    session.flush()
    differences.note(session, run, changed)
    return run.id


def run_under_way(session: Session, services: Services) -> ReconciliationRun | None:
    """The run that has not ended."""
    return session.scalars(_under_way(services)).one_or_none()


def work_of(session: Session, services: Services) -> RunWork | None:
    """The run that is under way, as it is now; nothing that is done with it is written."""
    run = run_under_way(session, services)
    if run is None:
        return None
    before = last_ended(session, services)
    session.expunge_all()
    return RunWork(run, before)


def last_ended(session: Session, services: Services) -> ReconciliationRun | None:
    """The last run that compared anything to its end."""
    query = _ended(services).where(ReconciliationRun.result != RunResult.OTHER_ACCOUNT)
    return session.scalars(query.limit(1)).one_or_none()


def last_begun(session: Session, services: Services) -> datetime | None:
    """When the last run of all began."""
    query = select(func.max(ReconciliationRun.begun_at)).where(
        ReconciliationRun.mode == services.mode, ReconciliationRun.book == services.book
    )
    return session.scalar(query)


def history(session: Session, services: Services, most: int) -> Sequence[ReconciliationRun]:
    """The latest runs that have ended, the last first."""
    return session.scalars(_ended(services).limit(most)).all()


def write_batch(services: Services, seen: ReconciliationRun, batch: Batch) -> None:
    """Keep what a batch found and how far it came, unless somebody else has."""
    with services.database.transaction() as session:
        run = session.get_one(ReconciliationRun, seen.id, with_for_update=True)
        if run.step != seen.step or run.ended_at is not None:
            return
        differences.note(session, run, batch.found)
        differences.mark_seen(session, run, batch.as_before)
        for count in ("compared", "looked", "missed", "waiting"):
            setattr(run, count, getattr(run, count) + getattr(batch, count))
        run.rest_to = run.rest_to if batch.rest_to is None else batch.rest_to
        run.after, run.step, run.failures, run.trouble = batch.after, run.step + 1, 0, None
        if batch.after is None:
            _go_on(session, services, run)


def put_off(services: Services, seen: ReconciliationRun, error: GatewayDown | GatewayRefused) -> None:
    """Stripe does not answer now: the run goes on where it is after a pause, each longer than the last."""
    with services.database.transaction() as session:
        run = session.get_one(ReconciliationRun, seen.id, with_for_update=True)
        if run.step != seen.step or run.ended_at is not None:
            return
        pause = min(FIRST_PAUSE * 2 ** min(run.failures, 10), LONGEST_PAUSE)
        run.failures, run.next_try_at, run.trouble = run.failures + 1, clock.now() + pause, _why(error)


def end_as_other_account(services: Services, seen: ReconciliationRun) -> None:
    """The key is of another account: there was nothing to compare with."""
    with services.database.transaction() as session:
        run = session.get_one(ReconciliationRun, seen.id, with_for_update=True)
        if run.ended_at is None:
            run.stage, run.ended_at, run.result = RunStage.ENDED, clock.now(), RunResult.OTHER_ACCOUNT


def _go_on(session: Session, services: Services, run: ReconciliationRun) -> None:
    following = _next_stage(run)
    if following is RunStage.ENDED:
        _end(session, services, run)
    else:
        run.stage = following


def _end(session: Session, services: Services, run: ReconciliationRun) -> None:
    session.flush()
    differences.note_unseen(session, run)
    left = open_differences(session, services)
    run.found_open, run.found_new = len(left), _newly_found(session, run)
    run.stage, run.ended_at = RunStage.ENDED, clock.now()
    run.result = RunResult.DIFFERS if left or run.missed else RunResult.AGREES
    _tell(session, run)


def _tell(session: Session, run: ReconciliationRun) -> None:
    """One alert for all that a run found anew; when nothing is open any more it passes."""
    withdraw_alert(session, AlertKind.RECONCILIATION_LATE, ABOUT)
    if not run.found_open:
        for alert in open_alerts(session):
            if alert.kind == AlertKind.DIFFERENCE_FOUND:
                withdraw_alert(session, AlertKind.DIFFERENCE_FOUND, alert.about)
    elif _newly_found(session, run, besides=TOLD_OTHERWISE):
        detail = f"{run.found_new} new, {run.found_open} open in all"
        raise_alert(session, AlertKind.DIFFERENCE_FOUND, f"{ABOUT} {run.id}", detail)


def _newly_found(
    session: Session, run: ReconciliationRun, *, besides: Collection[DifferenceKind] = ()
) -> int:
    query = (
        select(func.count())
        .select_from(DifferenceStep)
        .join(Difference, Difference.id == DifferenceStep.difference_id)
        .where(DifferenceStep.run_id == run.id, DifferenceStep.kind.in_([StepKind.FOUND, StepKind.CHANGED]))
        .where(Difference.kind.not_in(besides))
    )
    return session.scalar(query) or 0


def _next_stage(run: ReconciliationRun) -> RunStage:
    """What a run does after this. One that compares everything leaves no rest; a whole one looks at all."""
    left_out = {RunStage.REST} if run.since is None else set()
    left_out |= set() if run.whole else {RunStage.LOOKING}
    stages = [stage for stage in RunStage if stage not in left_out]
    return stages[stages.index(RunStage(run.stage)) + 1]


def _why(error: GatewayDown | GatewayRefused) -> str:
    if isinstance(error, GatewayRefused):
        return f"Stripe refuses the key or the question ({error.code or error.status})."
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return "Stripe asks us to wait (too many requests)."
    return "Stripe does not answer." if error.status is None else f"Stripe fails (status {error.status})."


def _under_way(services: Services) -> Select[ReconciliationRun]:
    return select(ReconciliationRun).where(
        ReconciliationRun.mode == services.mode,
        ReconciliationRun.book == services.book,
        ReconciliationRun.ended_at.is_(None),
    )


def _ended(services: Services) -> Select[ReconciliationRun]:
    return (
        select(ReconciliationRun)
        .where(
            ReconciliationRun.mode == services.mode,
            ReconciliationRun.book == services.book,
            ReconciliationRun.ended_at.is_not(None),
        )
        .order_by(ReconciliationRun.id.desc())
    )
