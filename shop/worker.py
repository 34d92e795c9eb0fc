"""The worker: acts on Stripe's events, sends letters, sweeps, and delivers the stand-in's webhooks."""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import FrameType

from flask import Flask, render_template

from shop import clock, erasures, keeping, key_copies, stock
from shop.accounts import attempts, sessions, staff
from shop.checkout import basket
from shop.journal import comment_erasure
from shop.mail.sending import send_next, transport
from shop.orders import letters, privacy
from shop.orders.converge import Services
from shop.orders.sweep import EVERY, LOOK_EVERY, STILL_MOVES, look_at_all, sweep
from shop.payments.standin import deliveries
from shop.settings import PaymentMode, Settings
from shop.webhooks import handlers

IDLE_SECONDS = 0.5


@dataclass
class Worker:
    """One worker; any number may run, on any number of hosts."""

    app: Flask
    next_sweep: datetime | None = None
    next_look: datetime | None = None

    def __post_init__(self) -> None:
        """Find what the work needs."""
        self.settings: Settings = self.app.extensions["shop.settings"]
        self.services: Services = self.app.extensions["shop.Services"]
        self.reply_to: str = self.app.extensions["shop.Trader"].email
        self.post = transport(self.settings.mail_url, self.settings.instance_dir)

    def step(self) -> bool:
        """Do what is due now. Give whether there was anything."""
        busy = self._guard("letters", self._send_letter)
        if self.settings.payment_mode is PaymentMode.STAND_IN:
            busy |= self._guard("deliveries", self._deliver)
        busy |= self._guard("webhooks", lambda: handlers.work(self.services))
        if self.next_sweep is None or clock.now() >= self.next_sweep:
            self.next_sweep = clock.now() + EVERY
            self._guard("sweep", self._sweep)
            self._guard("what is gone", self._stay_gone)
        if self.next_look is None or clock.now() >= self.next_look:
            self.next_look = clock.now() + LOOK_EVERY
            self._guard("look", self._look)
            self._guard("erasure", self._erase)
            self._guard("keys", self._sweep_keys)
        return busy

    def _send_letter(self) -> bool:
        with self.app.test_request_context(base_url=self.settings.site_url):
            return send_next(
                self.services.database,
                self.post,
                lambda claimed: letters.write(self.services, render_template, claimed, self.reply_to),
            )

    def _deliver(self) -> bool:
        return bool(
            deliveries.work(self.app.extensions["shop.StandIn"], deliveries.post_with_requests, clock.now())
        )

    def _sweep(self) -> bool:
        sweep(self.services)
        with self.services.database.transaction() as session:
            basket.forget_old(session)
            attempts.forget_tries(session)
            stock.forget_networks(session)
            sessions.forget_sessions(session)
            staff.forget_links(session)
            comment_erasure.forget_old(session, self.services.vault)
        return True

    def _stay_gone(self) -> bool:
        """What a killed process left half erased, copies of keys past their time, and SQLite's log."""
        erasures.catch_up(self.services.database, self.services.vault)
        key_copies.delete_old(self.services.vault.keys)
        self.services.database.forget_deleted()
        return True

    def _look(self) -> bool:
        """Refunds and disputes whose webhooks were lost are found here at the latest."""
        return bool(look_at_all(self.services, placed_within=STILL_MOVES))

    def _erase(self) -> bool:
        """Names and words of orders that are past the time the privacy page gives."""
        kept_since = clock.now() - keeping.lasts(keeping.ORDER)
        with self.services.database.transaction() as session:
            erased = privacy.erase_old(
                session, self.services.vault, placed_before=kept_since, actor="end of keeping"
            )
        if erased:
            self.services.database.forget_deleted()
        return bool(erased)

    def _sweep_keys(self) -> bool:
        """Keys that have sealed nothing for long, and copies of the store past the time the page gives."""
        return bool(erasures.sweep_keys(self.services.database, self.services.vault))

    def _guard(self, what: str, do: Callable[[], bool]) -> bool:
        """A failure in one kind of work is logged by its name alone, and never stops the others."""
        try:
            return do()
        except Exception as error:  # noqa: BLE001
            self.app.logger.warning("worker: %s failed: %s", what, type(error).__name__)
            return False


def run(app: Flask, beside: int | None = None) -> None:
    """Work until told to stop (SIGTERM or SIGINT), or until the parent process `beside` is gone."""
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker = Worker(app)
    try:
        erasures.refuse_lost_keys(worker.services.database, worker.services.vault)
    except erasures.KeysLost as lost:
        raise SystemExit(str(lost)) from None
    while not stopped.is_set() and beside in {None, os.getppid()}:
        if not worker.step():
            stopped.wait(IDLE_SECONDS)
