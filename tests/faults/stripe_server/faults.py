"""The ways in which a payment service fails, and a weather that draws them at random."""

import random
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from tests.faults.stripe_server.account import Account

HOUR = 3_600


class Fault(StrEnum):
    """What goes wrong with one request."""

    RESET_BEFORE = "connection reset before the work"
    RESET_AFTER = "connection reset after the work"
    ERROR_BEFORE = "500 instead of the work"
    ERROR_AFTER = "500 after the work"
    SILENT = "no answer at all"
    BUSY = "429"
    LOCKED = "409"
    UNAUTHORISED = "401"


UNANSWERED = frozenset({Fault.RESET_BEFORE, Fault.RESET_AFTER, Fault.SILENT})
UNDONE = frozenset(
    {Fault.RESET_BEFORE, Fault.ERROR_BEFORE, Fault.SILENT, Fault.BUSY, Fault.LOCKED, Fault.UNAUTHORISED}
)
"""These come before the work."""
SINGLE = tuple(fault for fault in Fault if fault is not Fault.UNAUTHORISED)


@dataclass
class Weather:
    """Which requests fail: those a test foretold, else some at random, and all while the key is refused."""

    account: Account
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    rate: float = 0.0
    """The part of all requests that fail, each in some way of SINGLE."""
    rate_of_writes: float = 0.0
    """The same of those that write, where a failure does the most harm."""
    outages: float = 0.0
    """The part of all requests with which an hour of 401 begins."""
    refused_until: int = 0
    foretold: list[tuple[str, Fault]] = field(default_factory=list)
    """(operation, fault): each befalls the next request to that operation, such as `post /v1/refunds`."""
    drawn: Counter[str] = field(default_factory=Counter)

    def strike(self, operation: str) -> Fault | None:
        """What goes wrong with this request."""
        fault = self._fault(operation)
        if fault:
            self.drawn[fault.value] += 1
        return fault

    def _fault(self, operation: str) -> Fault | None:
        for at, (wanted, fault) in enumerate(self.foretold):
            if wanted == operation:
                del self.foretold[at]
                return fault
        if self.outages and self.chance.random() < self.outages:
            self.refused_until = self.account.now() + HOUR
        if self.account.now() < self.refused_until:
            return Fault.UNAUTHORISED
        rate = self.rate_of_writes if operation.startswith("post") else self.rate
        return self.chance.choice(SINGLE) if rate and self.chance.random() < rate else None

    def clear(self) -> None:
        """Nothing fails any more."""
        self.rate = self.rate_of_writes = self.outages = 0.0
        self.refused_until = 0
        self.foretold = []
