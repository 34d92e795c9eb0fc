"""Going through a run: by the worker each night, on a button, or by the command.

`go_on` does one batch. Whoever calls it again goes on where the last one came to, also after a crash, and in
another process.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, raise_alert
from shop.orders.models import Order
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.services import Services
from shop.payments.stripe_account import OTHER_ACCOUNT, other_account
from shop.reconciliation import runs
from shop.reconciliation.difference_kinds import RunResult, RunStage
from shop.reconciliation.difference_lists import open_differences
from shop.reconciliation.models import ReconciliationRun
from shop.reconciliation.run_stages import LOOKS, STAGES

NIGHTLY_AT: Final = time(4)
"""By Britain's clocks: an hour after Stripe's rows are read."""
LATE_AFTER: Final = timedelta(days=2)
"""After which somebody is told that nothing was compared."""
COMMAND: Final = "command"
WORKER: Final = "the worker, nightly"

UNLOOKED: Final = "Orders that could not be looked at: {}. They are compared as they were known before."


def reconcile(services: Services, *, by: str = COMMAND, whole: bool = False) -> list[str]:
    """Go through a run to its end. Give a sentence for each thing that does not agree and is unexplained.

    One that is under way is gone on with; if that is no `whole` one, such a one follows. Raises GatewayDown
    or GatewayRefused: then it stands where it was.
    """
    run = _to_its_end(services, runs.begin(services, by=by, whole=whole))
    if whole and not run.whole:
        run = _to_its_end(services, runs.begin(services, by=by, whole=True))
    if run.result == RunResult.OTHER_ACCOUNT:
        return [OTHER_ACCOUNT]
    unlooked = [UNLOOKED.format(run.missed)] if run.missed else []
    with services.database.reading() as session:
        return [*unlooked, *(known.last.said for known in open_differences(session, services))]


def go_on_if_due(services: Services) -> bool:
    """The worker's: one batch of the run under way, or the nightly one begun. Give whether it goes on.

    Raises nothing of Stripe's: the run is put off. When nothing was compared for long, somebody is told.
    """
    tell_if_late(services)
    seen = _work(services)
    if seen is None:
        if not _is_due(services):
            return False
        runs.begin(services, by=WORKER)
        return True
    if seen.run.next_try_at > clock.now():
        return False
    try:
        _batch(services, seen)
    except (GatewayDown, GatewayRefused) as error:
        runs.put_off(services, seen.run, error)
        return False
    return True


def tell_if_late(services: Services) -> bool:
    """Tell somebody when nothing was compared for two days. Give whether that is so."""
    with services.database.reading() as session:
        late = is_late(session, services)
    if late:
        with services.database.transaction() as session:
            raise_alert(session, AlertKind.RECONCILIATION_LATE, runs.ABOUT)
    return late


def is_late(session: Session, services: Services) -> bool:
    """Whether nothing was compared for two days, while there was something to compare."""
    before, last = clock.now() - LATE_AFTER, runs.last_ended(session, services)
    if last is not None:
        return last.ended_at is not None and last.ended_at < before
    first = select(Order.id).where(services.own, Order.placed_at < before).limit(1)
    return session.scalar(first) is not None


def _to_its_end(services: Services, run_id: int) -> ReconciliationRun:
    while (seen := _work(services)) is not None and seen.run.id == run_id:
        try:
            _batch(services, seen)
        except (GatewayDown, GatewayRefused) as error:
            runs.put_off(services, seen.run, error)
            if seen.run.stage != RunStage.LOOKING or seen.run.failures >= LOOKS:
                raise
    with services.database.reading() as session:
        return session.get_one(ReconciliationRun, run_id)


def _batch(services: Services, seen: runs.RunWork) -> None:
    if seen.run.stage == RunStage.READING and seen.run.after is None and other_account(services):
        runs.end_as_other_account(services, seen.run)
        return
    runs.write_batch(services, seen.run, STAGES[RunStage(seen.run.stage)](services, seen))


def _work(services: Services) -> runs.RunWork | None:
    with services.database.reading() as session:
        return runs.work_of(session, services)


def _is_due(services: Services) -> bool:
    """Whether a night has begun since the last run that the worker, or anybody, began."""
    night = _last_night()
    with services.database.reading() as session:
        last = runs.last_begun(session, services)
        if last is not None:
            return last < night
        return session.scalar(select(Order.id).where(services.own, Order.placed_at < night)) is not None


def _last_night() -> datetime:
    now = clock.in_britain(clock.now())
    night = now.replace(hour=NIGHTLY_AT.hour, minute=0, second=0, microsecond=0)
    return (night if night <= now else night - timedelta(days=1)).astimezone(UTC)
