"""What one address can throw at a shop for a while, and the honest people who come meanwhile."""

import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from shop.serve.startup import WEB_PROCESSES
from tests.benchmarks.buyers import DETAILS, Browser, chosen
from tests.benchmarks.processes import tree
from tests.benchmarks.servers import Running
from tests.faults.stripe_server import paying
from tests.faults.stripe_server.server import Request, StripeServer
from tests.faults.stripe_server.wire import signed
from tests.serve.attackers import ATTACKER, Answer, ask, slow_bodies

HANDS = 4
"""How many things of a kind the attacker does at the same time."""

ATTACKED, WANTED = ("disc", "heart"), ("thread", "petal")


@dataclass
class Siege:
    """The attack, how long it lasts, and what was answered to it."""

    port: int
    stripe: StripeServer
    seconds: float
    spellings: int
    baskets: int
    silent: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    statuses: Counter[str] = field(default_factory=Counter)
    webhooks: list[tuple[int, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stripe.before = self._hang

    def _hang(self, _request: Request) -> None:
        """While Stripe is silent it takes every call, and answers none of them."""
        while self.silent.is_set() and not self.over.is_set():
            time.sleep(0.05)

    @contextmanager
    def going_on(self, *others: Callable[[], None]) -> Iterator[None]:
        """Everything at once, and the others with it, until the time is over."""
        work = [self._silence, self._guess, *[self._spell] * HANDS, *[self._fill] * HANDS, *others]
        threads = [threading.Thread(target=self._guarded, args=(one,)) for one in work]
        with slow_bodies(self.port, 50):
            for thread in threads:
                thread.start()
            try:
                yield
            finally:
                for thread in threads:
                    thread.join(self.seconds + 60)
                self.over.set()

    def _guarded(self, one: Callable[[], None]) -> None:
        try:
            one()
        except Exception as error:  # noqa: BLE001
            self.wrong.append(f"{getattr(one, '__name__', one)}: {error!r}")

    def lasting(self, times: int) -> Iterator[int]:
        """So many times, evenly over the whole attack; fewer when the machine cannot keep up."""
        began = time.monotonic()
        for number in range(times):
            if time.monotonic() - began > self.seconds:
                return
            yield number
            self.over.wait(max(0.0, began + (number + 1) * self.seconds / times - time.monotonic()))

    def _silence(self) -> None:
        """For the middle third Stripe is silent, and 20 of its messages arrive."""
        self.over.wait(self.seconds / 3)
        self.silent.set()
        until = time.monotonic() + self.seconds / 3
        events = self.stripe.account.events[:20]
        for number in range(20):
            event = events[number % len(events)] | {"id": f"evt_{number:016}"}
            answer = heard(self.port, event, ATTACKER)
            self.webhooks.append((answer.status, answer.seconds))
        self.over.wait(max(0.0, until - time.monotonic()))
        self.silent.clear()

    def _spell(self) -> None:
        for number in self.lasting(self.spellings // HANDS):
            odd = f"/static/{'./' * (number % 40 + 1)}{'fonts/../' * (number // 40 % 40)}site.css?{number}"
            self.statuses[f"spelling {ask(self.port, odd, source=ATTACKER).status}"] += 1

    def _guess(self) -> None:
        for _ in self.lasting(round(3 * self.seconds)):
            self.statuses[f"guess {sign_in(self.port, ATTACKER, 'wrong horse battery')}"] += 1

    def _fill(self) -> None:
        for number in self.lasting(self.baskets // HANDS):
            buyer = Buyer(self.port, ATTACKER, self.stripe)
            self.statuses[f"basket {buyer.goes_to_payment(ATTACKED[number % 2])}"] += 1
            buyer.close()


OWNER = "owner@example.com"


def sign_in(port: int, source: str, password: str) -> int:
    """One try at the owner's account. Give the status: 303 is in."""
    visitor = Browser(port, source)
    try:
        visitor.send_get("/sign-in")
        fields = {"csrf_token": visitor.hidden("csrf_token"), "email": OWNER, "password": password}
        return visitor.send("/sign-in", fields).status
    finally:
        visitor.close()


def heard(port: int, event: dict[str, Any], source: str) -> Answer:
    """The shop's answer to a message of Stripe's."""
    body, signature = signed(event, int(time.time()))
    sent = {"method": "POST", "body": body, "source": source, "Stripe_Signature": signature}
    return ask(port, "/webhooks/stripe", **sent)


class Buyer(Browser):
    """Somebody who buys one piece, and notes how long each page took."""

    def __init__(self, port: int, source: str, stripe: StripeServer) -> None:
        super().__init__(port, source)
        self.port, self.stripe = port, stripe
        self.seconds: list[tuple[float, str]] = []

    def _answer(self, method: str, path: str, body: str | None) -> http.client.HTTPResponse:
        began = time.monotonic()
        try:
            return super()._answer(method, path, body)
        finally:
            self.seconds.append((time.monotonic() - began, f"{method} {path.partition('?')[0]}"))

    def goes_to_payment(self, piece: str) -> int:
        """From the piece to the payment page. Give the last status; 303 is there."""
        if (status := self.send_get(f"/pieces/{piece}").status) != http.client.OK:
            return status
        fields = chosen(self) if piece == "disc" else {n: self.hidden(n) for n in ("csrf_token", "variant")}
        if (status := self.send("/basket/lines", fields).status) != http.client.SEE_OTHER:
            return status
        if (status := self.send_get("/checkout").status) != http.client.OK:
            return status
        details = DETAILS | {"csrf_token": self.hidden("csrf_token")}
        if (status := self.send("/checkout", details).status) != http.client.SEE_OTHER:
            return status
        return self.presses_pay()

    def presses_pay(self) -> int:
        """On the last look, once."""
        if (status := self.send_get("/checkout/payment").status) != http.client.OK:
            return status
        shown = {name: self.hidden(name) for name in ("csrf_token", "agreed", "unreserved")}
        answer = self.send("/checkout/payment", shown | {"acknowledged": "y"})
        found = re.search(r"cs_test_\w+", answer.headers.get("Location", ""))
        self.session_id = found[0] if found else ""
        return answer.status

    def pays_and_leaves(self) -> None:
        """At Stripe, which tells the shop."""
        with self.stripe.turn:
            told = len(self.stripe.account.events)
            paying.pay(self.stripe.account, self.session_id)
            news = self.stripe.account.events[told:]
        for event in news:
            assert heard(self.port, event, "127.0.0.1").status == http.client.OK

    def pays(self) -> bool:
        """At Stripe, and then back at the shop. Give whether the shop says thank you."""
        with self.stripe.turn:
            paying.pay(self.stripe.account, self.session_id)
        answer = self.send_get("/checkout/thanks?" + urlencode({"session_id": self.session_id}))
        return answer.status == http.client.OK


def at_rest(shop: Running) -> None:
    """Wait until the early copy is gone, and its connections with it.

    While the others are started one by one they are as many for a moment, and it is among them.
    """
    seen: list[int] = []
    since = time.monotonic()
    while len(seen) != 1 + WEB_PROCESSES + 1 or time.monotonic() - since < 1:
        if (now := tree(shop.pid)) != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.05)
