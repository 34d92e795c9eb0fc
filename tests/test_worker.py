"""The worker when nothing is to be done, when something fails, and when the database is gone."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shop import clock
from shop.alerts import AlertKind, open_alerts
from shop.db import Database
from shop.failures import Failures
from shop.orders.states import State
from shop.payments.gateway import Gateway
from shop.payments.sweep import LOOK_EVERY, sweep
from shop.tasks import LONGEST_PAUSE, DatabaseWatch, Task
from shop.worker import Worker, _work
from tests.harness import Harness, open_harness
from tests.heard import heard
from tests.shopper import harness_of

SECRET = "Caoimhe, born asleep"


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = clock.now()
        monkeypatch.setattr(clock, "now", lambda: self.at)


@pytest.fixture
def time_stands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture(autouse=True)
def nothing_failed_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests share a process, which tells each failure once."""
    fresh = Failures()
    for module in ("shop.tasks", "shop.payments.sweep"):
        monkeypatch.setattr(f"{module}.failures", fresh)


@pytest.fixture
def harness(database: Database) -> Harness:
    return open_harness(database)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    """Every line that was logged, with its traceback."""
    with caplog.at_level(logging.INFO):
        yield lambda: [logging.Formatter().format(record) for record in caplog.records]


def task(database: Database, do: Callable[[], bool], **how: object) -> Task:
    return Task("trial", do, database, DatabaseWatch(), **how)  # type: ignore[arg-type]


def breaks() -> bool:
    raise KeyError(SECRET)


def gone() -> bool:
    raise OperationalError("SELECT", {}, Exception("no database"))


def alerts(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        return [(alert.kind, alert.about, alert.detail) for alert in open_alerts(session)]


def writes(statement: str) -> bool:
    locks = "IMMEDIATE" in statement or "FOR UPDATE" in statement
    return locks or not statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "BEGIN", "SHOW"))


def test_an_idle_worker_writes_nothing_and_takes_no_lock(app: Flask) -> None:
    worker = Worker(app)
    while worker.step():
        pass
    with heard(worker.services.database.engine) as statements:
        for _ in range(10):
            assert not worker.step()
    assert [statement for statement, _ in statements if writes(statement)] == []


def test_what_nobody_expected_is_told_once_with_its_traceback_and_never_its_words(
    database: Database, time_stands: Clock, said: Callable[[], list[str]]
) -> None:
    failing = task(database, breaks)
    for _ in range(30):
        failing.run()
        time_stands.at += LONGEST_PAUSE * 2
    lines = said()
    assert len(lines) == 2
    assert lines[0].startswith("worker, trial: unexpected KeyError\nTraceback")
    assert "in breaks" in lines[0]
    assert lines[1] == "worker, trial: KeyError again, 10 times now"
    assert not [line for line in lines if SECRET in line]
    assert alerts(database) == [("work failed", "trial", "KeyError")]


def test_what_fails_is_tried_again_after_growing_pauses_and_at_once_when_it_works(
    database: Database, time_stands: Clock
) -> None:
    tries: list[int] = []

    def works_at_last() -> bool:
        tries.append(1)
        return len(tries) > 8 or breaks()

    trial = task(database, works_at_last)
    pauses: list[float] = []
    while len(tries) < 8:
        trial.run()
        assert trial.due_at is not None
        assert not trial.run(), "it waits"
        pauses.append((trial.due_at - time_stands.at).total_seconds())
        time_stands.at = trial.due_at
    assert pauses[0] < 1.5
    assert pauses[5] > 20
    assert max(pauses) <= 1.25 * LONGEST_PAUSE.total_seconds()
    assert trial.run()
    assert trial.due_at is None


def test_a_database_that_is_gone_is_one_line_and_one_more_when_it_is_back(
    database: Database, time_stands: Clock, said: Callable[[], list[str]]
) -> None:
    watch = DatabaseWatch()
    down = [True]
    tasks = [Task(name, lambda: gone() if down[0] else False, database, watch) for name in ("a", "b", "c")]
    tries = 0
    for _ in range(600):
        tries += sum(trial.due_at is None or trial.due_at <= time_stands.at for trial in tasks)
        for trial in tasks:
            trial.run()
        time_stands.at += timedelta(seconds=0.5)
    assert len(said()) == 1
    assert tries < 50, "half a second for ever would be 1,800"
    down[0] = False
    time_stands.at += 2 * LONGEST_PAUSE
    for trial in tasks:
        trial.run()
    assert said()[1:] == ["the database answers again"]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_real_worker_on_a_database_that_is_gone_says_so_once(
    app: Flask, database_url: str, time_stands: Clock, said: Callable[[], list[str]]
) -> None:
    worker = Worker(app)
    worker.services.database.dispose()
    file = Path(database_url.removeprefix("sqlite:///"))
    file.rename(file.with_suffix(".away"))
    file.mkdir()
    for _ in range(100):
        assert not worker.step()
        time_stands.at += timedelta(seconds=0.5)
    assert [line for line in said() if "database" in line] == [
        "the database does not answer; everything is tried again, with growing pauses"
    ]


def test_an_order_that_the_sweep_cannot_finish_is_told_once_and_shown_to_the_owner(
    harness: Harness, said: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    order, other = harness.place("disc"), harness.place("petal")
    for paid in (order, other):
        harness.pays(paid)
    harness.pass_time_for_holds()
    reference = harness.order(order).reference
    settle = harness.services.gateway.snapshot

    def snapshot(sessions, **how):
        if harness.session_id(order) in sessions:
            raise KeyError(SECRET)
        return settle(sessions, **how)

    monkeypatch.setattr(harness.services.gateway, "snapshot", snapshot)
    for _ in range(5):
        sweep(harness.services)
    assert harness.order(other).state == "paid"
    lines = [line for line in said() if "sweep" in line]
    assert len(lines) == 1
    assert "Traceback" in lines[0]
    assert SECRET not in "".join(said())
    assert alerts(harness.database) == [("sweep stuck", reference, "KeyError")]


def test_failures_of_many_kinds_are_bounded() -> None:
    kept = Failures()
    log = logging.getLogger("nobody")
    log.disabled = True
    for number in range(1200):
        kept.note(log, f"kind {number}", KeyError("x"))
    assert len(kept._counts) <= 500


def work_of(worker: Worker, name: str) -> Task:
    return next(task for lane in worker.work for task in lane if task.name == name)


def test_a_round_over_old_orders_goes_on_from_where_it_was_and_lets_others_in_between(
    app: Flask, monkeypatch: pytest.MonkeyPatch, time_stands: Clock
) -> None:
    monkeypatch.setattr("shop.payments.sweep.AT_A_TIME", 2)
    harness, worker = harness_of(app), Worker(app)
    orders = [harness.place("petal") for _ in range(3)]
    for order in orders:
        harness.pays(order)
        harness.sync(order)
        harness.refunds(order)
    look = work_of(worker, "look")
    assert look.run(), "there is more: it is due again at once"
    assert [harness.order(order).state for order in orders] == [State.REFUNDED, State.REFUNDED, State.PAID]
    assert not look.run()
    assert harness.order(orders[2]).state == State.REFUNDED
    late = paid_again(harness)
    harness.refunds(late)
    assert not look.run(), "the round is over until tomorrow"
    assert harness.order(late).state == State.PAID
    time_stands.at += LOOK_EVERY + timedelta(seconds=1)
    while look.run():
        pass
    assert harness.order(late).state == State.REFUNDED


def paid_again(harness: Harness) -> int:
    order = harness.place("petal")
    harness.pays(order)
    harness.sync(order)
    return order


def test_an_email_leaves_within_two_seconds_of_its_order_while_old_orders_are_looked_at(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe answers the round's first look only once the e-mail has left."""
    harness, worker, stopped = harness_of(app), Worker(app), threading.Event()
    paid_again(harness)
    while work_of(worker, "emails").run():
        pass  # the e-mail of the old order
    asked, left = threading.Event(), threading.Event()
    answer, send = Gateway.snapshot, worker.post.post.send

    def silent(gateway: Gateway, sessions: Iterable[str], **asked_for: bool) -> object:
        if threading.current_thread().name == "upkeep":
            asked.set()
            assert left.wait(60)
        return answer(gateway, sessions, **asked_for)

    def sending(message: EmailMessage) -> None:
        send(message)
        left.set()

    monkeypatch.setattr(Gateway, "snapshot", silent)
    monkeypatch.setattr(worker.post.post, "send", sending)
    lanes = [
        threading.Thread(target=_work, args=(lane, stopped), name=name)
        for lane, name in zip(worker.work, ("emails", "news", "upkeep"), strict=True)
    ]
    for thread in lanes:
        thread.start()
    try:
        assert asked.wait(30)
        paid_again(harness)
        assert left.wait(2)
    finally:
        left.set()
        stopped.set()
        for thread in lanes:
            thread.join()


def test_a_count_that_is_not_what_its_movements_come_to_is_shown_to_the_owner(app: Flask) -> None:
    worker, database = Worker(app), app.extensions["shop"].database
    with database.transaction() as session:
        session.execute(text("UPDATE stock_level SET on_hand = on_hand + 1 WHERE variant_id = 1"))
    work_of(worker, "counts").run()
    with database.reading() as session:
        (alert,) = open_alerts(session)
    assert (alert.kind, alert.about) == (AlertKind.STOCK_DIFFERS, "variant 1")
    assert "on_hand says" in alert.detail
