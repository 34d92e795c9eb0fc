"""One Stripe account in memory: its objects, its events, its balance, and its clock."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.faults.stripe_server.specification import VERSION, event_problems, skeleton

Body = dict[str, Any]

PREFIXES = {
    "checkout.session": "cs_test_a1",
    "payment_intent": "pi_3",
    "charge": "ch_3",
    "refund": "re_3",
    "dispute": "du_1",
    "balance_transaction": "txn_1",
    "payout": "po_1",
    "event": "evt_1",
}
WAITING = frozenset({("balance_transaction", "pending"), ("checkout.session", "open")})
DAYS_UNTIL_AVAILABLE = 3
DAY = 86_400


class Refusal(Exception):
    """Stripe understood and said no: a status, a code and a sentence."""

    def __init__(self, status: int, message: str, *, code: str | None = None, param: str | None = None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param


@dataclass
class Account:
    """What Stripe knows. Amounts are pence; times are whole seconds by its own clock."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    objects: dict[str, Body] = field(default_factory=dict)
    """Every object but events by its id, oldest first; what it points to is named by id."""
    events: list[Body] = field(default_factory=list)
    items: dict[str, list[Body]] = field(default_factory=dict)
    """The lines of each session, which Stripe keeps apart from it."""
    short: str | None = None
    """When set, the balance covers no refund: 'refused' answers so, 'pending' keeps it waiting."""
    intended: dict[str, dict[str, str]] = field(default_factory=dict)
    """The metadata that each session wants on its payment."""
    paid_out: dict[str, str] = field(default_factory=dict)
    """The payout that each balance transaction went out with."""
    moves_after: int = 0
    """Seconds until a charge that succeeded has its balance transaction; Stripe makes some later."""
    unmoved: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    """Charges that have none yet: when it is made, its type and its fee."""
    calls: dict[str, str] = field(default_factory=dict)
    """The idempotency key under which each refund was asked for; dashboard refunds have none."""
    problems: list[str] = field(default_factory=list)
    """What the specification had against us, or against the shop. Must stay empty."""
    made: int = 0

    def now(self) -> int:
        return int(self.clock().timestamp())

    def make(self, kind: str, **fields: Any) -> Body:
        """A new object of that kind: fields it has not are null, as the specification says."""
        self.made += 1
        made_at = {"created": self.now()} if kind != "balance" else {}
        body = {**skeleton(kind), "id": f"{PREFIXES[kind]}{self.made:016d}", "object": kind, **made_at}
        body.update(fields)
        if kind != "event":
            self.objects[body["id"]] = body
        return body

    def get(self, kind: str, found: str) -> Body:
        """The object with that id. Raises Refusal."""
        self.tick()
        body = self.objects.get(found)
        if body is None or body["object"] != kind:
            name = kind.replace("checkout.", "checkout ").replace("_", " ")
            raise Refusal(404, f"No such {name}: '{found}'", code="resource_missing", param=kind)
        return body

    def all(self, kind: str) -> list[Body]:
        """Every object of that kind, newest first, as Stripe lists them."""
        self.tick()
        return [body for body in reversed(self.objects.values()) if body["object"] == kind]

    def of_intent(self, kind: str, intent: str) -> list[Body]:
        """Every object of that kind about one payment, newest first."""
        return [body for body in self.all(kind) if body["payment_intent"] == intent]

    def tell(self, event_type: str, about: Body) -> None:
        """An event: what happened, and the object as it was at that moment."""
        event = self.make(
            "event",
            type=event_type,
            api_version=VERSION,
            livemode=False,
            pending_webhooks=1,
            data={"object": copy.deepcopy(about)},
            request={"id": None, "idempotency_key": None},
        )
        self.problems += [f"{event_type}: {problem}" for problem in event_problems(event)]
        self.events.append(event)

    def move(
        self,
        kind: str,
        category: str,
        source: str | None,
        amount: int,
        *,
        fee: int = 0,
        currency: str = "gbp",
    ) -> Body:
        """Money into or out of the balance, as a balance transaction."""
        fees = (
            [{"amount": fee, "currency": currency, "type": "stripe_fee", "application": None}] if fee else []
        )
        at_once = category.startswith("payout")
        return self.make(
            "balance_transaction",
            type=kind,
            reporting_category=category,
            source=source,
            amount=amount,
            fee=fee,
            fee_details=[{**one, "description": "Stripe processing fees"} for one in fees],
            net=amount - fee,
            currency=currency,
            status="available" if at_once else "pending",
            available_on=self.now() + (0 if at_once else DAYS_UNTIL_AVAILABLE * DAY),
            balance_type="payments",
        )

    def balance(self) -> Body:
        """What lies at Stripe now, in each currency that there is."""
        moves = self.all("balance_transaction")
        currencies = {"gbp", *(move["currency"] for move in moves)}

        def lies(status: str) -> list[Body]:
            sums = {
                currency: sum(
                    move["net"] for move in moves if move["status"] == status and move["currency"] == currency
                )
                for currency in sorted(currencies)
            }
            return [
                {"amount": amount, "currency": currency, "source_types": {"card": amount}}
                for currency, amount in sums.items()
            ]

        return {
            "object": "balance",
            "livemode": False,
            "available": lies("available"),
            "pending": lies("pending"),
        }

    def charged(self, charge: Body, kind: str, fee: int) -> None:
        """A charge that succeeded moves its money, now or in a while."""
        if self.moves_after:
            self.unmoved[charge["id"]] = (self.now() + self.moves_after, kind, fee)
        else:
            self._move_charge(charge, kind, fee)

    def _move_charge(self, charge: Body, kind: str, fee: int) -> None:
        made = self.move(kind, "charge", charge["id"], charge["amount"], fee=fee, currency=charge["currency"])
        charge["balance_transaction"] = made["id"]

    def tick(self) -> None:
        """Let pass what time alone brings: money moves and becomes available, open pages close."""
        now = self.now()
        for charge_id in [found for found, (at, *_) in self.unmoved.items() if at <= now]:
            _, kind, fee = self.unmoved.pop(charge_id)
            self._move_charge(self.objects[charge_id], kind, fee)
            self.tell("charge.updated", self.objects[charge_id])
        for body in list(self._waiting()):
            if body["object"] == "balance_transaction" and body["available_on"] <= now:
                body["status"] = "available"
            elif body["object"] == "checkout.session" and body["expires_at"] <= now:
                self.close(body)

    def close(self, session: Body) -> None:
        """A session expires; what was begun on it can never be paid."""
        session.update(status="expired", url=None)
        if session["payment_intent"]:
            intent = self.objects[session["payment_intent"]]
            intent.update(status="canceled", canceled_at=self.now(), cancellation_reason="automatic")
            self.tell("payment_intent.canceled", intent)
        self.tell("checkout.session.expired", session)

    def _waiting(self) -> Iterator[Body]:
        for body in self.objects.values():
            if (body["object"], body.get("status")) in WAITING:
                yield body
