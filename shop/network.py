"""Whom an address stands for, and what one network may use up of the machine."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

MOST_NETWORKS: Final = 4096
"""Remembered at once; whoever was quiet longest is forgotten first."""


def network(address: str) -> str:
    """Whom an address stands for: itself, or for IPv6 the /64 that one household or office has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return parsed.exploded[:19]
    return str(parsed)


class UsedUp(Exception):
    """This network has used up what it may for now."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"again in {retry_after} s")
        self.retry_after = retry_after
        """In seconds, at least 1."""


@dataclass
class _Account:
    left: float
    at: float


class Allowance:
    """CPU time that each network may use in this process: a supply at first, then so much a second.

    Many phones share one network, so what is counted is not how often somebody asks but what it costs.
    Nothing is stored: a process that is started anew remembers nobody.
    """

    def __init__(self, seconds: float, per_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self._most, self._per_second, self._now = seconds, per_second, now
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def spending(self, who: str) -> Iterator[None]:
        """Let a network do something in this thread, and count what it cost. Raises UsedUp."""
        self._allow(who)
        began = time.thread_time()
        try:
            yield
        finally:
            self.charge(who, time.thread_time() - began)

    def charge(self, who: str, seconds: float) -> None:
        """Count CPU seconds that a network has used."""
        with self._lock:
            self._account(who).left -= seconds

    def _allow(self, who: str) -> None:
        with self._lock:
            left = self._account(who).left
        if left <= 0:
            raise UsedUp(max(1, round(-left / self._per_second)))

    def _account(self, who: str) -> _Account:
        now = self._now()
        account = self._accounts.pop(who, None) or _Account(self._most, now)
        account.left = min(self._most, account.left + (now - account.at) * self._per_second)
        account.at = now
        self._accounts[who] = account
        if len(self._accounts) > MOST_NETWORKS:
            self._accounts.popitem(last=False)
        return account
