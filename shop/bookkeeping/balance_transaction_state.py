"""How far a reading of Stripe's rows has come: one row, written with each page; and when it is read on."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import Final

from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, raise_alert, withdraw_alert
from shop.bookkeeping.balance_transaction_rows import match
from shop.bookkeeping.models import BalanceTransactionReading, Stage
from shop.frozen import frozen
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.services import Services
from shop.sql import dialect_insert

READ_EVERY: Final = timedelta(minutes=1)
"""How often the worker looks whether it is time."""
NIGHTLY_AT: Final = time(3)
"""By Britain's clocks."""
LONGEST_PAUSE: Final = timedelta(hours=1)
ABOUT: Final = "Stripe's balance"
KEYS_FAULT: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@frozen
class Progress:
    """How far a reading has come."""

    stage: Stage
    rows: int
    """How many rows it has read."""

    @property
    def finished(self) -> bool:
        """Whether all has been read."""
        return self.stage is Stage.IDLE


def write_page(
    services: Services,
    seen: BalanceTransactionReading,
    keep: Callable[[Session], None],
    rows: int = 0,
    after: str | None = None,
    *,
    goes_on: bool = False,
) -> Progress:
    """Keep a page and where it ends, unless somebody else has. The stage is over without `after` or more."""
    with services.database.transaction() as session:
        state = locked(session, services)
        if state.step != seen.step:
            return progress_of(state)
        keep(session)
        state.after, state.rows, state.step, state.failures = after, state.rows + rows, state.step + 1, 0
        if after is None and not goes_on:
            state.stage = next_stage(state)
        if state.stage == Stage.IDLE:
            _finish(session, state)
        return progress_of(state)


def _finish(session: Session, state: BalanceTransactionReading) -> None:
    match(session)
    state.whole_until, state.started_at = state.started_at, None
    state.finished_at, state.due_at = clock.now(), _next_night()
    withdraw_alert(session, AlertKind.BALANCE_UNREAD, ABOUT)


def put_off(services: Services, error: GatewayDown | GatewayRefused) -> None:
    """Try again after growing pauses; from the stage's beginning if Stripe does not know where we were."""
    with services.database.transaction() as session:
        state = locked(session, services)
        pause = min(READ_EVERY * 2 ** min(state.failures, 10), LONGEST_PAUSE)
        state.due_at, state.failures = clock.now() + pause, state.failures + 1
        if isinstance(error, GatewayRefused) and error.status in KEYS_FAULT:
            raise_alert(session, AlertKind.BALANCE_UNREAD, ABOUT)
        elif isinstance(error, GatewayRefused):
            state.after, state.step = None, state.step + 1


def _next_night() -> datetime:
    """The next time the clocks of Britain say so."""
    now = clock.in_britain(clock.now())
    night = now.replace(hour=NIGHTLY_AT.hour, minute=0, second=0, microsecond=0)
    return (night if night > now else night + timedelta(days=1)).astimezone(UTC)


def locked(session: Session, services: Services) -> BalanceTransactionReading:
    """The row that says where we are; made when there is none."""
    values = {"mode": services.mode, "book": services.book, "due_at": clock.now()}
    fresh = {"stage": Stage.IDLE, "step": 0, "rows": 0, "failures": 0}
    made = dialect_insert(session, BalanceTransactionReading).values(values | fresh)
    session.execute(made.on_conflict_do_nothing())
    return session.get_one(BalanceTransactionReading, (services.mode, services.book), with_for_update=True)


def progress_of(state: BalanceTransactionReading) -> Progress:
    """How far it has come."""
    return Progress(Stage(state.stage), state.rows)


def next_stage(state: BalanceTransactionReading) -> Stage:
    """What is read after this."""
    stages = list(Stage)
    return stages[(stages.index(Stage(state.stage)) + 1) % len(stages)]
