"""The worker: acts on Stripe's events, sends e-mails, sweeps, and delivers the stand-in's webhooks.

Each lane of work has a thread of its own, so that an e-mail never waits for Stripe, nor Stripe for an e-mail.
"""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import chain
from types import FrameType
from typing import Final

from flask import Flask, render_template

from shop import clock, erasures, key_copies, privacy, retention, stock
from shop.accounting.nightly import READ_EVERY, read_and_keep
from shop.accounts import rate_limit, sessions, staff
from shop.alerts import AlertKind, raise_alert
from shop.basket_links import basket_links
from shop.checkout import basket_store
from shop.emails import basket_link, charity_invitation, order_emails, payment_link
from shop.emails.back_in_stock import tell_who_waits
from shop.emails.confirmation_emails import ask
from shop.emails.log_emails import keep_log
from shop.emails.other_emails import Sender
from shop.emails.owner_emails import tell_owners
from shop.emails.remittance_reminders import remind
from shop.fulfilment import delivery, late, order_search, photograph_days
from shop.fulfilment.gifts import read_old
from shop.giving import shown_statements
from shop.journal import comment_emails, comment_erasure
from shop.mail.sending import send_next, transport
from shop.payments.services import Services
from shop.payments.sweep import EVERY, LOOK_EVERY, STILL_MOVES, Place, look_at_some, sweep
from shop.reconciliation.reconciling import go_on_if_due
from shop.restock import few_left, waiting
from shop.settings import PaymentMode, Settings
from shop.tasks import DatabaseWatch, Task
from shop.telephone.upkeep import tidy
from shop.trader import Trader
from shop.transparency.giving_log import GivingLog
from shop.webhooks import handlers

TELL_EVERY: Final = timedelta(seconds=30)
"""What happens together is told together."""
LINKS_EVERY: Final = timedelta(seconds=5)
"""Whoever telephones may wait for the link with the receiver in hand."""
DUE_EVERY: Final = timedelta(hours=1)
"""What is due to the charity is due by a day."""
IDLE_SECONDS: Final = 0.5
SEARCH_EVERY: Final = timedelta(minutes=1)
ENDS_WITHIN: Final = 4.0
"""Seconds for what is under way when the worker is stopped; what is cut off is done by the next."""


@dataclass
class Worker:
    """One worker; any number may run, on any number of hosts."""

    app: Flask

    def __post_init__(self) -> None:
        """Find what the work needs."""
        self.settings: Settings = self.app.extensions["shop"].settings
        self.services: Services = self.app.extensions["shop"].services
        self.trader: Trader = self.app.extensions["shop"].trader
        self.post = transport(self.settings.mail_url, self.settings.instance_dir, self.settings.mail_from)
        self.watch = DatabaseWatch()
        self.looked: Place | None = None
        """How far this round of looking at old orders has come."""
        self.work = self.lanes()

    def lanes(self) -> Sequence[Sequence[Task]]:
        """All there is to do, by what may wait for what."""
        sealed, site_url = (self.services.database, self.services.vault), self.settings.site_url
        database, book = self.services.database, self.services.book
        owners = (database, render_template, self.post, site_url, self.trader.email)
        giving = (database, render_template, book, site_url)
        sender = Sender(*sealed, self.post, render_template, site_url, self.trader)

        def written(name: str, every: timedelta, do: Callable[..., bool], *given: object) -> Task:
            return self._task(name, partial(self._rendering, do, *given), every, rounds=True)

        emails = [
            self._task("emails", self._send_email),
            self._task("owners", lambda: self._rendering(tell_owners, *owners), TELL_EVERY),
            written("back in stock", TELL_EVERY, tell_who_waits, sender),
            written("payment links", LINKS_EVERY, payment_link.send_next, sender),
            written("basket links", LINKS_EVERY, basket_link.send_next, sender),
            written("comments", TELL_EVERY, comment_emails.send_next, sender),
            written("invited", TELL_EVERY, charity_invitation.send_next, sender, self.settings.secret_key),
        ]
        news = [self._task("webhooks", partial(handlers.work, self.services))]
        if self.settings.payment_mode is PaymentMode.STAND_IN:
            news.insert(0, self._task("deliveries", self._deliver))
        log = GivingLog.of(self.settings, *sealed, book)
        upkeep = [
            self._task("sweep", lambda: bool(sweep(self.services).done), EVERY),
            self._task("late", self._tell_late, EVERY),
            self._task("links that are over", lambda: bool(tidy(self.services)), EVERY),
            self._task("forgetting", self._forget, EVERY),
            self._task("what is gone", self._stay_gone, EVERY),
            self._task("texts", self._tell_left_out, LOOK_EVERY),
            self._task("look", self._look, LOOK_EVERY, rounds=True),
            self._task("erasure", self._erase, LOOK_EVERY, rounds=True),
            self._task("keys", lambda: bool(erasures.sweep_keys(*sealed)), LOOK_EVERY),
            self._task("counts", self._check_stock, LOOK_EVERY),
            self._task("few left", partial(few_left.tell, database), EVERY),
            self._task("what is due", partial(self._rendering, remind, *giving), DUE_EVERY),
            self._task("to be confirmed", partial(self._rendering, ask, *giving), DUE_EVERY),
            self._task("what is said", partial(shown_statements.note, database, book), TELL_EVERY),
            self._task("search", partial(order_search.make_searchable, *sealed), SEARCH_EVERY, rounds=True),
            self._task("gifts", lambda: read_old(*sealed), LOOK_EVERY, rounds=True),
            self._task("reconciling", partial(go_on_if_due, self.services), READ_EVERY, rounds=True),
            self._task("Stripe's balance", partial(read_and_keep, self.services), READ_EVERY, rounds=True),
            self._task("log", partial(self._rendering, keep_log, log, render_template, site_url), EVERY),
            self._task("arrivals", self._assume_arrivals, LOOK_EVERY, rounds=True),
        ]
        return emails, news, upkeep

    def _task(
        self, name: str, do: Callable[[], bool], every: timedelta | None = None, *, rounds: bool = False
    ) -> Task:
        return Task(name, do, self.services.database, self.watch, every, rounds)

    def step(self) -> bool:
        """Do what is due now, one after the other. Give whether there was anything that may go on."""
        busy = False
        for task in chain.from_iterable(self.work):
            busy |= task.run()
        return busy

    def _rendering(self, do: Callable[..., bool], *given: object) -> bool:
        """Do what renders templates."""
        with self.app.test_request_context(base_url=self.settings.site_url):
            return do(*given)

    def _send_email(self) -> bool:
        return self._rendering(
            send_next,
            self.services.database,
            self.post,
            lambda claimed: order_emails.write(self.services, render_template, claimed, self.trader),
            order_emails.tell_refused,
        )

    def _deliver(self) -> bool:
        return bool(self.app.extensions["shop"].deliver(clock.now()))

    def _tell_late(self) -> bool:
        """Who waits for something that cannot be posted by its day is told so the same day."""
        with self.services.database.reading() as session:
            found = late.find_late(session, self.services.book)
        for order in found:
            with self.services.database.transaction() as session:
                late.tell(session, order)
        return bool(found)

    def _forget(self) -> bool:
        """What is past the time the privacy page gives."""
        with self.services.database.transaction() as session:
            basket_store.forget_old(session)
            rate_limit.forget_tries(session)
            stock.forget_networks(session)
            sessions.forget_sessions(session)
            staff.forget_spent(session)
            for sealed in (comment_erasure, waiting, basket_links, photograph_days):
                sealed.forget_old(session, self.services.vault)
        return True

    def _stay_gone(self) -> bool:
        """What a killed process left half erased, copies of keys past their time, and SQLite's log."""
        erasures.catch_up(self.services.database, self.services.vault)
        erasures.forget_email_files(self.services.database, self.settings.instance_dir / "mail")
        key_copies.delete_old(self.services.vault.keys)
        self.services.database.forget_deleted()
        return True

    def _look(self) -> bool:
        """Refunds and disputes whose webhooks were lost are found here at the latest."""
        self.looked = look_at_some(self.services, self.looked, placed_within=STILL_MOVES)
        return self.looked is not None

    def _erase(self) -> bool:
        """Names and words of orders that are past the time the privacy page gives."""
        kept_since = clock.now() - retention.lasts(retention.ORDER)
        with self.services.database.transaction() as session:
            erased = privacy.erase_old(
                session, self.services.vault, placed_before=kept_since, actor="end of keeping"
            )
        if erased:
            self.services.database.forget_deleted()
        return bool(erased)

    def _assume_arrivals(self) -> bool:
        """What was posted long ago, and of which nothing was heard, is taken as delivered."""
        with self.services.database.reading() as session:
            if not delivery.any_to_assume(session):
                return False
        with self.services.database.transaction() as session:
            return bool(delivery.assume(session))

    def _check_stock(self) -> bool:
        """Counts are held against their movements here, for a page cannot read them all."""
        with self.services.database.reading() as session:
            differing = stock.check(session)
        for found in differing:
            with self.services.database.transaction() as session:
                raise_alert(session, AlertKind.STOCK_DIFFERS, f"variant {found.variant_id}", str(found))
        return bool(differing)

    def _tell_left_out(self) -> bool:
        """What of the owner's own texts could not be shown since the start."""
        left_out: list[tuple[str, str]] = self.app.extensions.get("shop.left_out", [])
        if left_out:
            with self.services.database.transaction() as session:
                for name, why in left_out:
                    raise_alert(session, AlertKind.TEXT_LEFT_OUT, name, why)
        return bool(left_out)


def run(app: Flask) -> None:
    """Work until told to stop (SIGTERM or SIGINT)."""
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
    threads = [threading.Thread(target=_work, args=(lane, stopped), daemon=True) for lane in worker.work]
    for thread in threads:
        thread.start()
    stopped.wait()
    for thread in threads:
        thread.join(ENDS_WITHIN / len(threads))


def _work(lane: Sequence[Task], stopped: threading.Event) -> None:
    while not stopped.is_set():
        if not any([task.run() for task in lane]):  # noqa: C419  (each of them runs)
            stopped.wait(IDLE_SECONDS)
